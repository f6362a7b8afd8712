//! What a form wants of a connector file, and which of its fields is to blame where that would be wrong.
//!
//! A mistake that the edit of one field makes alone, too, is that field's; what no field makes alone is told
//! above the form. Deliberately not here: whether a file is right, which `mapping` says.

use super::super::page::Visit;
use super::super::shown::cut;
use super::change;
use super::errors::{Errors, told, told_of};
use crate::fault::Failure;
use crate::mapping::{Edit, Flaw, Text, edited};

/// The edits that a form comes to.
#[derive(Default)]
pub(super) struct Wanted {
    /// All of them.
    edits: Vec<Edit>,
    /// Those of one field, as if nothing else had changed.
    alone: Vec<(String, Vec<Edit>)>,
    /// What is wrong before the file is looked at.
    pub(super) errors: Errors,
}

/// What comes of a form.
pub(super) enum Made<T> {
    /// What it was sent for.
    Done(T),
    /// The form again, with what is wrong with it.
    Again(Errors),
}

impl Wanted {
    /// What one field changes.
    pub(super) fn put(&mut self, field: &str, edits: Vec<Edit>) {
        self.edits.extend(edits.iter().cloned());
        self.alone.push((field.to_owned(), edits));
    }

    /// What several fields change together.
    pub(super) fn together(&mut self, edit: Edit) {
        self.edits.push(edit);
    }

    /// What one of them would change alone.
    pub(super) fn alone(&mut self, field: String, edit: Edit) {
        self.alone.push((field, vec![edit]));
    }

    /// The file with all of it, or the form again: for whoever comes back to it (`stays`), and where it
    /// says nothing that can be put into a file.
    pub(super) fn made(
        self,
        visit: &Visit,
        before: &Text,
        stays: bool,
    ) -> Result<Made<String>, Failure> {
        if !self.errors.is_empty() {
            return Ok(Made::Again(self.errors));
        }
        let text = match edited(&before.text, &self.edits) {
            Ok(text) => text,
            Err(error) => {
                let why = cut(&told(&Failure::from(error)));
                return Ok(Made::Again(Errors::whole(why)));
            }
        };
        if !stays {
            return Ok(Made::Done(text));
        }
        let alone = self.alone.into_iter();
        let alone = alone.filter_map(|(field, edits)| {
            let text = edited(&before.text, &edits).ok()?;
            Some((field, text))
        });
        let errors = blamed(visit, before, &text, alone.collect())?;
        Ok(Made::Again(errors))
    }
}

/// What is wrong with a new text, by the fields to blame; `alone` are the texts that one field makes, under
/// the empty name what no field shows.
pub(super) fn blamed(
    visit: &Visit,
    before: &Text,
    text: &str,
    alone: Vec<(String, String)>,
) -> Result<Errors, Failure> {
    let mistakes = |text: &str| -> Result<Vec<Flaw>, Failure> {
        Ok(change::look(visit, &before.connector, text)?.mistakes)
    };
    let mut errors = Errors::default();
    let whole = mistakes(text)?;
    if whole.is_empty() {
        return Ok(errors);
    }
    let known = mistakes(&before.text)?;
    let (mut above, mut open): (Vec<Flaw>, Vec<Flaw>) =
        whole.into_iter().partition(|flaw| has(&known, flaw));
    for (field, text) in alone {
        let own = mistakes(&text)?;
        let Some(at) = open.iter().position(|flaw| has(&own, flaw)) else {
            continue;
        };
        match open.remove(at) {
            flaw if field.is_empty() => above.push(flaw),
            flaw => errors.put(field, told_of(&flaw)),
        }
    }
    above.append(&mut open);
    if !above.is_empty() {
        let above: Vec<String> = above.iter().map(told_of).collect();
        errors.put("", above.join(" "));
    }
    Ok(errors)
}

/// Whether the same is said, in whichever line.
fn has(flaws: &[Flaw], flaw: &Flaw) -> bool {
    let mut flaws = flaws.iter();
    flaws.any(|one| one.message == flaw.message && one.hint == flaw.hint)
}
