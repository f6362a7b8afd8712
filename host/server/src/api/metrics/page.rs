//! The text format of Prometheus (exposition format 0.0.4).

use std::fmt::Write as _;

/// A page under way.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: String,
}

impl Page {
    /// Begins a family: every line of a name stands together.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _never_fails = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One value.
    pub(super) fn line(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}=\"{}\"", escaped(value)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        let _never_fails = writeln!(self.text, "{name}{labels} {value}");
    }
}

/// As the format wants it within quotes.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_label_is_one_word_whatever_is_in_it() {
        let mut page = Page::default();
        page.line("x", &[("name", "a\"b\\c\nd")], 2);
        assert_eq!(page.text, "x{name=\"a\\\"b\\\\c\\nd\"} 2\n");
    }
}
