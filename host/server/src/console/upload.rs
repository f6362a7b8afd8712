//! Files that a browser hands over (`multipart/form-data`, RFC 7578).
//!
//! Only what our own form sends is read: a body in memory, whose parts end with their boundary.

use axum::http::{HeaderMap, header};
use memchr::memmem;

/// A file of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct File<'b> {
    /// As the browser calls it; whoever sends it chooses that.
    pub(super) name: &'b str,
    pub(super) bytes: &'b [u8],
}

/// The file of a field; `None` where the body has none.
pub(super) fn file<'b>(headers: &HeaderMap, body: &'b [u8], field: &str) -> Option<File<'b>> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = parameter(kind.strip_prefix("multipart/form-data")?, "boundary")?;
    let (first, between) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let mut rest = body.strip_prefix(first.as_bytes())?;
    loop {
        rest = rest.strip_prefix(b"\r\n")?;
        let end = memmem::find(rest, between.as_bytes())?;
        let part = rest.get(..end)?;
        let head = memmem::find(part, b"\r\n\r\n")?;
        let bytes = part.get(head + 4..)?;
        let lines = std::str::from_utf8(part.get(..head)?).ok()?.lines();
        let mut said = lines.filter_map(|line| line.split_once(':'));
        let said = said.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"));
        let said = said.map_or("", |(_, value)| value);
        if parameter(said, "name") == Some(field) {
            let name = parameter(said, "filename")?;
            return Some(File { name, bytes });
        }
        rest = rest.get(end + between.len()..)?;
    }
}

/// A parameter of a header's value, with or without quotes.
fn parameter<'t>(text: &'t str, wanted: &str) -> Option<&'t str> {
    text.split(';').find_map(|part| {
        let (name, value) = part.trim().split_once('=')?;
        (name == wanted).then(|| value.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let file = file(&headers, body, "file")?;
        Some((file.name.to_owned(), file.bytes.to_vec()))
    }

    #[test]
    fn the_file_of_a_form_is_found_whatever_is_in_it() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--XX\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"shout.wasm\"\r\n\
            Content-Type: application/wasm\r\n\r\n\0asm\r\n--X\r\n\xff\r\n--XX--\r\n";
        let found = of("multipart/form-data; boundary=XX", body);
        let bytes = b"\0asm\r\n--X\r\n\xff".to_vec();
        assert_eq!(found, Some(("shout.wasm".to_owned(), bytes)));
    }

    #[test]
    fn what_is_no_such_form_has_no_file() {
        let kind = "multipart/form-data; boundary=XX";
        for body in [
            &b""[..],
            b"--XX",
            b"--XX--\r\n",
            b"--XX\r\nno end",
            b"--XX\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--XX--",
        ] {
            assert_eq!(of(kind, body), None);
        }
        assert_eq!(of("text/plain", b"--XX\r\n"), None);
    }
}
