//! `$batch`: up to twenty requests in one, answered in another order than asked.

use axum::body::Bytes;
use axum::http::Method;
use serde_json::{Map, Value};

use super::Directory;
use super::refusal::Refusal;
use crate::wire::{Received, Reply};

const REQUESTS_MAX: usize = 20;

impl Directory {
    pub(super) fn batch(&self, received: &Received) -> Result<Reply, Refusal> {
        let unreadable = || Refusal::bad_request("Invalid batch payload format.");
        let body: Value = serde_json::from_slice(&received.body).map_err(|_| unreadable())?;
        let requests = body.get("requests").and_then(Value::as_array);
        let requests = requests.ok_or_else(unreadable)?;
        if requests.len() > REQUESTS_MAX {
            let message = format!(
                "Number of batch request steps exceeds the maximum value of {REQUESTS_MAX}."
            );
            return Err(Refusal::bad_request(message));
        }
        let mut responses = Vec::with_capacity(requests.len());
        for request in requests.iter().rev() {
            responses.push(self.step(received, request).ok_or_else(unreadable)?);
        }
        let body = serde_json::json!({ "responses": responses }).to_string();
        Ok(Reply::json("batch", 200, body))
    }

    fn step(&self, outer: &Received, request: &Value) -> Option<Value> {
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let (id, url) = (text("id")?, text("url")?);
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let inner = Received {
            method: Method::from_bytes(text("method")?.as_bytes()).ok()?,
            path: format!("/v1.0/{}", path.trim_start_matches('/')),
            query: query.to_owned(),
            headers: outer.headers.clone(),
            body: Bytes::new(),
        };
        let segments = inner.segments("/v1.0").unwrap_or_default();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let reply = self.photo_step(&inner, &segments).unwrap_or_else(|| {
            let answer = self.version_1(&inner, &segments);
            answer.unwrap_or_else(|refusal| self.refuse(&refusal))
        });
        let headers: Map<String, Value> = reply
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
            .collect();
        let body = serde_json::from_str(&reply.body).unwrap_or(Value::String(reply.body));
        Some(serde_json::json!({
            "id": id,
            "status": reply.status,
            "headers": headers,
            "body": body,
        }))
    }
}
