//! Typographic quotes and dashes in plain ones, and characters that nobody sees.

/// Typographic quotes and primes as `'` and `"`; where `dashes` says so, dashes and the ellipsis
/// as `-` and `...` too.
pub fn quotes(text: &str, dashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match plain(char).filter(|plain| dashes || matches!(*plain, "'" | "\"")) {
            Some(plain) => out.push_str(plain),
            None => out.push(char),
        }
    }
    out
}

/// The plain writing of a quote or dash.
pub(super) fn plain(char: char) -> Option<&'static str> {
    Some(match char {
        '‘' | '’' | '‚' | '‛' | '′' | '‵' | '‹' | '›' | 'ʼ' | 'ʹ' | '＇' => "'",
        '“' | '”' | '„' | '‟' | '″' | '‶' | '«' | '»' | '＂' => "\"",
        '‐' | '\u{2011}' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '－' => "-",
        '…' => "...",
        _ => return None,
    })
}

/// Takes out what has no width and no meaning for a name: zero-width spaces and joiners, byte
/// order marks, soft hyphens, marks that switch the direction of writing, and control characters
/// other than tab and line ends.
///
/// Zero-width joiners shape letters in Persian and Indic scripts and emoji: they stay where
/// `keep_joiners` says so.
pub fn invisible(text: &str, keep_joiners: bool) -> String {
    text.chars()
        .filter(|char| !is_invisible(*char) || (keep_joiners && is_joiner(*char)))
        .collect()
}

fn is_joiner(char: char) -> bool {
    matches!(char, '\u{200c}' | '\u{200d}')
}

fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}')
        || (char.is_control() && !matches!(char, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_dashes_become_plain() {
        assert_eq!(quotes("„O’Neill“ – «x»…", true), "\"O'Neill\" - \"x\"...");
        assert_eq!(quotes("„O’Neill“ – «x»…", false), "\"O'Neill\" – \"x\"…");
        assert_eq!(quotes("plain 'text'", true), "plain 'text'");
    }

    #[test]
    fn what_nobody_sees_is_gone_and_joiners_may_stay() {
        let text = "\u{feff}Ja\u{200b}ne\u{202e}\u{ad}\0 Doe\tx";
        assert_eq!(invisible(text, false), "Jane Doe\tx");
        assert_eq!(invisible("می\u{200c}خواهم", true), "می\u{200c}خواهم");
        assert_eq!(invisible("می\u{200c}خواهم", false), "میخواهم");
    }
}
