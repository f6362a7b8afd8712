//! Makers of typed problems: a stable code, a sentence, and the place it is about.
//!
//! Codes are kebab-case and open; those that the host knows stand in `wit/README.md`.

use std::fmt::Display;

use crate::Problem;

/// What a failed cell keeps of a message, which may quote a whole value.
const MESSAGE_BYTES_MAX: usize = 1_000;

impl Problem {
    /// A problem with a stable code and a sentence without full stop.
    pub fn new(code: &str, message: impl Display) -> Self {
        Self {
            code: code.to_owned(),
            message: message.to_string(),
            at: String::new(),
        }
    }

    /// Names what the problem is about: an option, a selector, a request.
    #[must_use]
    pub fn at(mut self, at: impl Display) -> Self {
        self.at = at.to_string();
        self
    }

    /// An option that the plugin cannot work with.
    pub fn option(name: &str, message: impl Display) -> Self {
        Self::new("options", message).at(name)
    }

    /// Writes the JSON form that a failed cell carries.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) {
        #[derive(serde::Serialize)]
        struct Wire<'a> {
            code: &'a str,
            message: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            at: &'a str,
        }
        let end = self.message.floor_char_boundary(MESSAGE_BYTES_MAX);
        let (message, rest) = self.message.split_at(end);
        let cut = format!("{message}…");
        let wire = Wire {
            code: &self.code,
            message: if rest.is_empty() { message } else { &cut },
            at: &self.at,
        };
        // Writing text members into memory has no way to fail.
        let _never = serde_json::to_writer(out, &wire);
    }
}

#[cfg(test)]
mod tests {
    use super::{MESSAGE_BYTES_MAX, Problem};

    #[test]
    fn a_message_that_quotes_a_whole_value_is_cut_between_two_characters() {
        let written = |message: String| {
            let mut json = Vec::new();
            Problem::new("x", message).write_json(&mut json);
            String::from_utf8(json).unwrap()
        };
        let short = "ü".repeat(MESSAGE_BYTES_MAX / 2);
        assert!(written(short.clone()).ends_with("ü\"}"));
        let long = written(format!("a{short}{short}"));
        assert!(long.ends_with("ü…\"}"), "{long}");
        assert!(long.len() < MESSAGE_BYTES_MAX + 64);
    }
}
