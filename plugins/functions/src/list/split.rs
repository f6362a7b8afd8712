//! A list of the parts of a text.

/// How a text is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// How many parts there are at most; all without.
    pub limit: Option<usize>,
    /// What becomes of the text behind the last part that the limit lets pass.
    pub rest: Rest,
    /// Whether white space is taken off the ends of each part. Entra's `Split`: its page shows
    /// the blank behind a comma gone.
    pub trim: bool,
    /// Whether empty parts are left out.
    pub skip_empty: bool,
}

/// What becomes of the text beyond the limit. Entra Connect's `Split` calls the limit "the maximum
/// number of values", and does not say which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// The last part holds it, separators and all, as in VBA and .NET.
    #[default]
    InLast,
    /// It is gone.
    Cut,
}

/// The parts between separators. Entra and Connect: `Split`. An empty separator separates nothing.
pub fn split<'t>(text: &'t str, separator: &str, how: Split) -> Vec<&'t str> {
    let limit = how.limit.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        if parts.len() >= limit {
            break;
        }
        let is_last = how.rest == Rest::InLast && parts.len() + 1 == limit;
        let pair = if is_last || separator.is_empty() {
            None
        } else {
            text.split_once(separator)
        };
        let (part, after) = pair.map_or((text, None), |(part, after)| (part, Some(after)));
        let part = if how.trim { part.trim() } else { part };
        if !(how.skip_empty && part.is_empty()) {
            parts.push(part);
        }
        rest = after;
    }
    parts
}

/// A text with commas as its parts, trimmed. Okta's `Arrays.flatten` takes one so.
pub fn comma_parts(text: &str) -> Vec<&str> {
    let how = Split {
        trim: true,
        ..Split::default()
    };
    split(text, ",", how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_knows_limit_rest_trim_and_empty_parts() {
        let plain = Split::default();
        let trim = Split {
            trim: true,
            ..plain
        };
        let two = Split {
            limit: Some(2),
            ..plain
        };
        let cut = Split {
            rest: Rest::Cut,
            ..two
        };
        let full = Split {
            skip_empty: true,
            ..trim
        };
        let cases: [(&str, &str, Split, &[&str]); 12] = [
            (
                "extensionAttribute5, a",
                ",",
                trim,
                &["extensionAttribute5", "a"],
            ),
            ("SMTP:a@x,smtp:b@x", ",", plain, &["SMTP:a@x", "smtp:b@x"]),
            ("a,b,c", ",", two, &["a", "b,c"]),
            ("a,b,c", ",", cut, &["a", "b"]),
            ("a,b", ",", two, &["a", "b"]),
            ("a,, b,", ",", full, &["a", "b"]),
            ("a,,b", ",", plain, &["a", "", "b"]),
            ("", ",", plain, &[""]),
            ("", ",", full, &[]),
            ("a,b", "", plain, &["a,b"]),
            (
                "a,b",
                ",",
                Split {
                    limit: Some(0),
                    ..plain
                },
                &[],
            ),
            ("東--京", "--", plain, &["東", "京"]),
        ];
        for (text, separator, how, expect) in cases {
            assert_eq!(split(text, separator, how), expect, "{text:?} {how:?}");
        }
        assert_eq!(comma_parts("10, 20,30"), ["10", "20", "30"]);
    }
}
