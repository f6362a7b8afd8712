//! Answers that say the credential back.
//!
//! Error pages and debugging proxies quote requests, headers included. An answer goes on to a plugin
//! and into messages, so what it quotes of the credential that it answers is blotted out before
//! anybody reads it. Invariant: an answer without the credential is handed on untouched, and costs
//! one search for each spelling.
//!
//! Deliberately not here: short secrets, which data may hold by chance (a user name, a year), and
//! blotting them out would change what is synchronised; secrets of other slots, which this answer
//! cannot know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use memchr::memmem;
use secrecy::{ExposeSecret, SecretString};

use super::Response;

/// Shorter ones are left alone.
const SECRET_BYTES_MIN: usize = 12;
const BLOT: &str = "[secret]";

/// The spellings of one credential.
pub(super) struct Echo {
    /// Longest first: a value before the part of it that is secret.
    spellings: Vec<SecretString>,
}

impl Echo {
    /// Of a header's value: `Bearer ...`, `Basic ...`, or the secret alone.
    pub(super) fn of_header(value: &SecretString) -> Self {
        let value = value.expose_secret();
        let bare = value.rsplit(' ').next().unwrap_or(value);
        let pair = value
            .starts_with("Basic ")
            .then(|| STANDARD.decode(bare).ok())
            .flatten()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let password = pair.as_deref().and_then(|pair| pair.split_once(':'));
        Self::of(std::iter::once(bare).chain(password.map(|(_, password)| password)))
    }

    /// Of a secret as it is.
    pub(super) fn of_secret(secret: &SecretString) -> Self {
        Self::of(std::iter::once(secret.expose_secret()))
    }

    fn of<'s>(plain: impl Iterator<Item = &'s str>) -> Self {
        let mut spellings: Vec<String> = Vec::new();
        for plain in plain.filter(|plain| plain.len() >= SECRET_BYTES_MIN) {
            let json = serde_json::Value::from(plain).to_string();
            let form: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
            let inner = json.get(1..json.len() - 1).unwrap_or_default();
            let all = [plain, inner, form.as_str()];
            for spelling in all {
                if !spellings.iter().any(|known| known == spelling) {
                    spellings.push(spelling.to_owned());
                }
            }
        }
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        let spellings = spellings.into_iter().map(SecretString::from).collect();
        Self { spellings }
    }

    /// The answer without the credential.
    pub(super) fn blot(&self, mut answer: Response) -> Response {
        for spelling in &self.spellings {
            let spelling = spelling.expose_secret();
            if memmem::find(&answer.body, spelling.as_bytes()).is_some() {
                answer.body = replaced(&answer.body, spelling.as_bytes());
            }
            for (_, value) in &mut answer.headers {
                if value.contains(spelling) {
                    *value = value.replace(spelling, BLOT);
                }
            }
        }
        answer
    }

    /// A text of the other side without the credential.
    pub(super) fn blot_text(&self, text: &mut String) {
        for spelling in &self.spellings {
            let spelling = spelling.expose_secret();
            if text.contains(spelling) {
                *text = text.replace(spelling, BLOT);
            }
        }
    }
}

fn replaced(body: &[u8], spelling: &[u8]) -> Bytes {
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memmem::find(rest, spelling) {
        let (before, from) = rest.split_at(at);
        clean.extend_from_slice(before);
        clean.extend_from_slice(BLOT.as_bytes());
        rest = from.get(spelling.len()..).unwrap_or_default();
    }
    clean.extend_from_slice(rest);
    clean.into()
}

#[cfg(test)]
mod tests {
    use super::{Echo, STANDARD};
    use crate::net::Response;
    use base64::Engine as _;

    fn blotted(credential: &str, body: &str) -> String {
        let echo = Echo::of_header(&credential.into());
        let answer = Response::new(400, body.to_owned()).with_header("x-request", body);
        let answer = echo.blot(answer);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        let mut other = body.to_owned();
        echo.blot_text(&mut other);
        assert_eq!(other, text);
        assert_eq!(answer.header("x-request"), Some(text.as_str()));
        text
    }

    #[test]
    fn a_token_that_is_said_back_is_blotted_out_in_each_spelling() {
        let token = r#"s3cret+"token"/99"#;
        let body = format!(
            "a {token} b {} c s3cret%2B%22token%22%2F99 d",
            token.replace('"', "\\\"")
        );
        let clean = blotted(&format!("Bearer {token}"), &body);
        assert_eq!(clean, "a [secret] b [secret] c [secret] d");
    }

    #[test]
    fn a_basic_header_is_blotted_out_with_its_password_and_not_the_user() {
        let pair = STANDARD.encode("svc-attune:a-long-password");
        let body = format!("Basic {pair} for svc-attune, whose password is a-long-password");
        let clean = blotted(&format!("Basic {pair}"), &body);
        assert_eq!(
            clean,
            "Basic [secret] for svc-attune, whose password is [secret]"
        );
    }

    #[test]
    fn what_is_short_enough_to_stand_in_data_is_left() {
        let pair = STANDARD.encode("svc-attune:sales");
        let clean = blotted(&format!("Basic {pair}"), "department: sales");
        assert_eq!(clean, "department: sales");
    }

    #[test]
    fn an_answer_without_it_is_the_same_bytes() {
        let answer = Response::new(200, "{\"value\": []}");
        let body = answer.body.clone();
        let clean = Echo::of_header(&"Bearer 0123456789abcdef".into()).blot(answer);
        assert_eq!(clean.body.as_ptr(), body.as_ptr());
    }
}
