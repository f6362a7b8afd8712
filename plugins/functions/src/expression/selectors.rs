//! The attributes that an expression mentions, each once: the columns that its step asks for.

use super::Kind;

/// Selectors of columns 1 and up; column 0 is the value so far.
#[derive(Debug, Default)]
pub struct Selectors(Vec<String>);

impl Selectors {
    /// The column of a selector, a new one where it is not known yet.
    pub fn input(&mut self, selector: String) -> Kind {
        let known = self.0.iter().position(|known| *known == selector);
        let index = known.unwrap_or_else(|| {
            self.0.push(selector);
            self.0.len() - 1
        });
        Kind::Input(index + 1)
    }

    /// All of them, in the order in which they were mentioned first.
    pub fn into_list(self) -> Vec<String> {
        self.0
    }
}
