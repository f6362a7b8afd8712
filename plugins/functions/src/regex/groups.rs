//! Which group a number or a name means.
//!
//! Invariant: handles are numbers of the engine, where groups count in order of appearance. .NET
//! counts the named groups behind all unnamed ones, so its numbers are mapped.

/// The groups of a pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// By the engine's number; 0, the whole match, has no name.
    names: Vec<Option<String>>,
    /// The engine's number, by that of the pattern's own language.
    numbers: Vec<usize>,
}

impl Groups {
    /// Groups whose numbers are the engine's; the first name is that of the whole match.
    pub(super) fn in_order(names: Vec<Option<String>>) -> Self {
        let numbers = (0..names.len()).collect();
        Self { names, numbers }
    }

    /// Groups as .NET counts them: unnamed ones first.
    pub(super) fn unnamed_first(names: Vec<Option<String>>) -> Self {
        let with = |is_named: bool| {
            let of_kind = move |(_, name): &(usize, &Option<String>)| name.is_some() == is_named;
            names.iter().enumerate().filter(of_kind).map(|(at, _)| at)
        };
        let numbers = with(false).chain(with(true)).collect();
        Self { names, numbers }
    }

    /// Without the whole match.
    pub(super) fn len(&self) -> usize {
        self.numbers.len().saturating_sub(1)
    }

    /// The engine's number of the group with this number or name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        if let Ok(number) = name.parse::<usize>() {
            return self.number(number);
        }
        let is_it = |known: &Option<String>| known.as_deref() == Some(name);
        self.names.iter().position(is_it)
    }

    /// The engine's number of group `number`.
    pub(super) fn number(&self, number: usize) -> Option<usize> {
        self.numbers.get(number).copied()
    }
}
