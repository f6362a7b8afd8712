//! Recovery of pictures: uploads whose outcome nobody recorded, because a process ended in the
//! middle.
//!
//! No product says of a picture whose it is. What tells ours is what was there before: the intent
//! keeps it, so a single new picture is the one that was being uploaded. Where several are new,
//! somebody else was there; then nothing is taken for ours, and nothing is ever deleted.

use super::super::lanes::Lane;
use super::super::{Error, Run};
use super::{described, field};
use crate::store::journal::{Ending, Open, Page};
use crate::store::ledger::{Author, Record};
use crate::store::pictures::Portrait;
use crate::target::{self, AccountRef};

/// Whether an operation wrote a picture.
pub(in crate::sync) fn is_picture(open: &Open) -> bool {
    open.operation
        .fields
        .iter()
        .all(|change| change.field == field())
}

/// Looks at one account; what became of its operation is recorded. False where it cannot be asked.
pub(in crate::sync) async fn recover(
    run: &Run<'_>,
    (lane, page, author): (&Lane, Page<'_>, Author<'_>),
    open: &Open,
) -> Result<bool, Error> {
    let store = &run.host.store;
    let accounts = [open.operation.account.clone()];
    let known = store.portraits(page.site, &accounts).await?;
    let known = known.into_values().next().unwrap_or_default();
    let account = AccountRef {
        key: open.operation.account.clone(),
        username: String::new(),
    };
    let (ending, portrait) = match lane.client.portrait(&account).await {
        Ok(shown) => read(open, &shown, &known),
        Err(target::Error::Gone) => (Ending::Gone, known),
        Err(_) => return Ok(false),
    };
    let records: Vec<Record> = open
        .operation
        .fields
        .iter()
        .filter(|_| ending == Ending::Written)
        .map(|change| Record {
            account: open.operation.account.clone(),
            field: change.field.clone(),
            value: change.after.clone(),
            previous: change.before.clone(),
        })
        .collect();
    let endings = [(open.operation.number, ending)];
    let shown = [(open.operation.account.clone(), portrait)];
    store
        .settle_pictures(page, &endings, (author, &records), (&shown, &[]))
        .await?;
    Ok(true)
}

/// What an account shows against what was under way.
fn read(open: &Open, shown: &target::Portrait, known: &Portrait) -> (Ending, Portrait) {
    let change = open.operation.fields.first();
    let after = change.and_then(|change| change.after.clone());
    let before = change.and_then(|change| change.before.clone());
    let uploads = super::write::before(shown);
    let mut new = uploads.into_iter().filter(|id| !known.before.contains(id));
    let mut portrait = Portrait {
        before: Vec::new(),
        ..known.clone()
    };
    let is_shown = |id: &String| shown.own.as_ref() == Some(id);
    match (after, new.next(), new.next()) {
        // Ours: to be shown, or to be taken away with the next one.
        (Some(hash), Some(id), None) => {
            let is_done = is_shown(&id);
            portrait.made.push(id.clone());
            if is_done {
                portrait.hash = hash;
                portrait.shown = id;
                return (Ending::Written, portrait);
            }
        }
        (None, None, _) if shown.own.is_none() => {
            portrait.hash = String::new();
            portrait.shown = String::new();
            return (Ending::Written, portrait);
        }
        _ => {}
    }
    if described(shown, Some(known)) == before {
        (Ending::NotSent, portrait)
    } else {
        (Ending::Conflict, portrait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::{FieldChange, Operation};

    fn open(before: Option<&str>, after: Option<&str>) -> Open {
        Open {
            run: String::new(),
            target: "jira".to_owned(),
            site: String::new(),
            operation: Operation {
                number: 1,
                account: "A".to_owned(),
                person: "p".to_owned(),
                fields: vec![FieldChange {
                    field: field(),
                    before: before.map(str::to_owned),
                    after: after.map(str::to_owned),
                    disowned: false,
                }],
            },
        }
    }

    fn shown(own: Option<&str>, uploads: &[&str]) -> target::Portrait {
        target::Portrait {
            own: own.map(str::to_owned),
            drawn: None,
            uploads: uploads.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    fn known(shown: &str, made: &[&str], before: &[&str]) -> Portrait {
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Portrait {
            hash: "sha256:old".to_owned(),
            shown: shown.to_owned(),
            drawn: String::new(),
            made: list(made),
            before: list(before),
        }
    }

    #[test]
    fn one_new_picture_that_is_shown_is_the_one_that_was_under_way() {
        let open = open(Some("sha256:old"), Some("sha256:new"));
        let (ending, portrait) = read(
            &open,
            &shown(Some("7"), &["5", "7"]),
            &known("5", &["5"], &["5"]),
        );
        assert_eq!(ending, Ending::Written);
        assert_eq!(
            (portrait.shown.as_str(), portrait.hash.as_str()),
            ("7", "sha256:new")
        );
        assert_eq!(portrait.made, ["5", "7"]);
    }

    #[test]
    fn an_upload_that_nobody_selected_is_ours_to_take_away_and_the_write_was_not_done() {
        let open = open(Some("sha256:old"), Some("sha256:new"));
        let (ending, portrait) = read(
            &open,
            &shown(Some("5"), &["5", "7"]),
            &known("5", &["5"], &["5"]),
        );
        assert_eq!((ending, portrait.shown.as_str()), (Ending::NotSent, "5"));
        assert_eq!(portrait.made, ["5", "7"]);
    }

    #[test]
    fn where_several_are_new_nothing_is_taken_for_ours() {
        let open = open(Some("sha256:old"), Some("sha256:new"));
        let seen = shown(Some("8"), &["5", "7", "8"]);
        let (ending, portrait) = read(&open, &seen, &known("5", &["5"], &["5"]));
        assert_eq!(ending, Ending::Conflict);
        assert_eq!(
            (portrait.made, portrait.shown.as_str()),
            (vec!["5".to_owned()], "5")
        );
    }

    #[test]
    fn a_reset_is_done_where_nothing_of_ones_own_is_shown() {
        let open = open(Some("sha256:old"), None);
        let (ending, portrait) = read(&open, &shown(None, &[]), &known("5", &["5"], &["5"]));
        assert_eq!((ending, portrait.hash.as_str()), (Ending::Written, ""));
        let (ending, _) = read(
            &open,
            &shown(Some("5"), &["5"]),
            &known("5", &["5"], &["5"]),
        );
        assert_eq!(ending, Ending::NotSent);
    }
}
