//! The index behind user search: every place in an account's texts where a match may begin.
//!
//! Eight bytes a place, sorted by the text that follows; made at the first search after a
//! change. So a search costs a binary search, also among 100,000 accounts.

use super::accounts::Account;

/// Sorted places; empty until it is needed.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Lower-case texts of each account: name, e-mail, full name, each ended by NUL.
    texts: Vec<Box<str>>,
    places: Vec<(u32, u16)>,
    is_made: bool,
}

impl Index {
    /// The accounts have changed.
    pub(super) fn forget(&mut self) {
        self.is_made = false;
    }

    /// Numbers of the accounts that match, by their user names.
    pub(super) fn find(&mut self, accounts: &[Account], prefix: &str) -> Vec<u32> {
        if !self.is_made {
            self.make(accounts);
        }
        let begin = self
            .places
            .partition_point(|place| self.text_at(*place) < prefix);
        let after = self.places.get(begin..).unwrap_or_default();
        let matching = after
            .iter()
            .take_while(|place| self.text_at(**place).starts_with(prefix));
        let mut numbers: Vec<u32> = matching.map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.sort_by(|one, other| self.text_at((*one, 0)).cmp(self.text_at((*other, 0))));
        numbers
    }

    fn text_at(&self, (number, offset): (u32, u16)) -> &str {
        let text = self.texts.get(number as usize);
        text.and_then(|text| text.get(usize::from(offset)..))
            .unwrap_or_default()
    }

    fn make(&mut self, accounts: &[Account]) {
        self.texts.clear();
        self.places.clear();
        for (number, account) in accounts.iter().enumerate() {
            let text = format!(
                "{}\0{}\0{}\0",
                account.name, account.email, account.display_name
            );
            let text = text.to_lowercase().into_boxed_str();
            if !account.is_deleted {
                let offsets = beginnings(&text);
                self.places
                    .extend(offsets.map(|offset| (number as u32, offset)));
            }
            self.texts.push(text);
        }
        let texts = &self.texts;
        let text_at = |place: &(u32, u16)| {
            let text = texts.get(place.0 as usize);
            text.and_then(|text| text.get(usize::from(place.1)..))
                .unwrap_or_default()
        };
        self.places
            .sort_unstable_by(|one, other| text_at(one).cmp(text_at(other)));
        self.is_made = true;
    }
}

/// Where a match may begin: at each of the three texts and at each word of the full name.
fn beginnings(text: &str) -> impl Iterator<Item = u16> + '_ {
    let letters = text.char_indices().scan('\0', |before, (at, letter)| {
        let previous = std::mem::replace(before, letter);
        Some((at, previous, letter))
    });
    letters
        .filter(|(_, previous, letter)| {
            matches!(previous, '\0' | ' ' | '-' | '(') && *letter != '\0'
        })
        .filter_map(|(at, ..)| u16::try_from(at).ok())
}
