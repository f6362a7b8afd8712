//! Thousands of bent answers for each thing that is asked: nothing panics, nothing goes on for ever,
//! and what completes was answered well and had exactly these people in it.

mod answers;
mod groups;

use attune_plugin::provider::script::{self, Transcript, begin};
use attune_plugin::provider::{Begin, Goal, LdapEntry, Reply};

use super::{BASE, code, options, page, run, search_of, someone, uuid};
use crate::Ldap;
use answers::{answers, to};

const BENT: usize = 2_000;
const FEWER: usize = 1_000;
const SINCE: &str = "time:20261121215959";

fn good() -> Vec<LdapEntry> {
    let mut ada = someone("ada");
    let manager = format!("uid=ben,{BASE}").into_bytes();
    ada.attributes.push(("manager".to_owned(), vec![manager]));
    let time = b"20261121220001Z".to_vec();
    let time = ("modifyTimestamp".to_owned(), vec![time]);
    ada.attributes.push(time);
    vec![ada, someone("ben")]
}

fn everyone() -> Begin {
    begin(Goal::Everyone, &["manager.mail"])
}

fn changes() -> Begin {
    begin(Goal::ChangesSince(SINCE.to_owned()), &["manager.mail"])
}

/// The one readable key of an entry.
fn key(entry: &LdapEntry) -> Option<String> {
    let named = entry.attributes.iter();
    let named = named.filter(|(name, _)| name.eq_ignore_ascii_case("entryUUID"));
    let values: Vec<&Vec<u8>> = named.flat_map(|(_, values)| values).collect();
    let [value] = values[..] else { return None };
    let text = String::from_utf8(value.clone()).ok()?;
    (!text.trim().is_empty()).then_some(text)
}

/// The people of a good page and whether there are more; `None` where it is none.
fn people_in(bent: &Reply) -> Option<(Vec<String>, bool)> {
    let Reply::Ldap(page) = bent else {
        return None;
    };
    let keys = page.entries.iter().map(key).collect::<Option<Vec<_>>>()?;
    let is_good = page.id == 0 && page.code == 0;
    is_good.then_some((keys, !page.cookie.is_empty()))
}

/// The people of a conversation that completed.
fn completed(seen: &Transcript) -> Option<Vec<String>> {
    if seen.complete.is_none() {
        assert!(!seen.code().is_empty(), "{seen:?}");
        return None;
    }
    assert_eq!(seen.problem, None);
    Some(seen.keys().into_iter().map(str::to_owned).collect())
}

fn shown(bent: &Reply) -> String {
    format!("{bent:?}").chars().take(2_000).collect()
}

/// The first page is bent; the one behind a cookie is good and the last.
fn listed(begin: Begin, bent: &Reply) -> Transcript {
    run::<Ldap>(&options(), begin, |request| {
        if search_of(request).cookie.is_empty() {
            to(request, bent)
        } else {
            page(request, vec![someone("cleo")], b"")
        }
    })
}

/// A conversation completes when and only when the page was good, and with its people and those
/// behind it.
fn check(begin: &Begin, count: usize) {
    let mut complete = 0;
    for bent in answers(&good(), count) {
        let seen = listed(begin.clone(), &bent);
        let expected = people_in(&bent).map(|(mut keys, has_more)| {
            keys.extend(has_more.then(|| uuid("cleo")));
            keys
        });
        assert_eq!(completed(&seen), expected, "{}", shown(&bent));
        assert!(seen.requests.len() <= 2, "{}", shown(&bent));
        complete += usize::from(expected.is_some());
        if let (Goal::ChangesSince(since), Some(_)) = (&begin.goal, expected) {
            check_mark(since, &seen, &bent);
        }
    }
    assert!((count / 4..count * 3 / 4).contains(&complete), "{complete}");
}

/// The next mark is the last one, or a time of the first page and later.
fn check_mark(since: &str, seen: &Transcript, bent: &Reply) {
    let mark = seen.checkpoint.as_deref().expect("a mark");
    let time = mark.strip_prefix("time:").expect("a time");
    assert!(time.len() == 14 && mark >= since, "{mark}");
    let Reply::Ldap(page) = bent else { return };
    let values = page.entries.iter().flat_map(|entry| &entry.attributes);
    let mut values = values.flat_map(|(_, values)| values);
    let is_given = values.any(|value| value.starts_with(time.as_bytes()));
    assert!(mark == since || is_given, "{mark}: {}", shown(bent));
}

#[test]
fn a_bent_page_of_a_listing_completes_only_with_the_people_in_it() {
    check(&everyone(), BENT);
}

#[test]
fn a_bent_page_of_changes_completes_only_with_the_people_in_it() {
    check(&changes(), FEWER);
}

/// The question before a listing, where changes go on, costs the mark at most.
#[test]
fn a_bent_answer_before_a_listing_costs_nobody() {
    for bent in answers(&good(), FEWER) {
        let mut is_first = true;
        let seen = script::run::<Ldap>(&options(), everyone(), |request| {
            if std::mem::take(&mut is_first) {
                to(request, &bent)
            } else {
                page(request, vec![someone("ada"), someone("ben")], b"")
            }
        });
        let is_page = matches!(&bent, Reply::Ldap(page) if page.id == 0);
        let expected = is_page.then(|| vec![uuid("ada"), uuid("ben")]);
        assert_eq!(completed(&seen), expected, "{}", shown(&bent));
    }
}

/// Whatever is asked, the answer is the same one, with the same cookie.
#[test]
fn the_same_bent_answer_to_everything_ends_every_conversation() {
    let pictures = vec![(uuid("ada"), String::new())];
    let names = ["ada".to_owned(), format!("uid=ben,{BASE}"), uuid("cleo")];
    for (number, bent) in answers(&good(), BENT).into_iter().enumerate() {
        for begin in [everyone(), changes()] {
            let seen = script::run::<Ldap>(&options(), begin, |request| to(request, &bent));
            let last = people_in(&bent).filter(|(_, has_more)| !has_more);
            let expected = last.map(|(keys, _)| keys);
            assert_eq!(completed(&seen), expected, "{}", shown(&bent));
            assert!(seen.requests.len() <= 3, "{}", shown(&bent));
        }
        // Every fourth: these ask most.
        let others = [
            Goal::People(names.to_vec()),
            Goal::Pictures(pictures.clone()),
            Goal::Probe,
            Goal::Discover(5),
        ];
        for goal in others.into_iter().filter(|_| number % 4 == 0) {
            let begin = begin(goal, &[]);
            let seen = script::run::<Ldap>(&options(), begin, |request| to(request, &bent));
            assert!(seen.requests.len() <= 9, "{}", shown(&bent));
            completed(&seen);
        }
    }
}

/// What a look-up of one name gives: the people, or nobody and then the name is absent.
fn found(bent: &Reply, is_dn: bool) -> Option<Vec<String>> {
    if let Reply::Ldap(page) = bent
        && is_dn
        && page.id == 0
        && [10, 32, 34].contains(&page.code)
    {
        return Some(Vec::new());
    }
    let (mut keys, has_more) = people_in(bent)?;
    keys.extend((has_more && keys.len() < 10).then(|| uuid("ada")));
    Some(keys)
}

/// The first answer is bent; Ada is behind its cookie, and nobody outside the filter.
#[test]
fn a_bent_answer_about_one_person_is_them_or_a_problem_and_never_an_absence() {
    for name in ["ada".to_owned(), uuid("ada"), format!("uid=ada,{BASE}")] {
        let mut absent = 0;
        for bent in answers(&[someone("ada")], FEWER) {
            let begin = begin(Goal::People(vec![name.clone()]), &["displayName"]);
            let mut is_first = true;
            let seen = run::<Ldap>(&options(), begin, |request| {
                let is_behind = !search_of(request).cookie.is_empty();
                match (std::mem::take(&mut is_first), is_behind) {
                    (true, _) => to(request, &bent),
                    (false, true) => page(request, vec![someone("ada")], b""),
                    (false, false) => code(request, 0, ""),
                }
            });
            let expected = found(&bent, name.contains('='));
            assert_eq!(completed(&seen), expected, "{}", shown(&bent));
            let is_absent = expected.is_some_and(|keys| keys.is_empty());
            assert_eq!(
                seen.absent.len(),
                usize::from(is_absent),
                "{}",
                shown(&bent)
            );
            assert!(seen.people.iter().all(|p| p.person.in_scope == Some(true)));
            absent += seen.absent.len();
        }
        assert!((1..FEWER / 4).contains(&absent), "{absent}");
    }
}

/// Somebody outside the filter: an entry without a key is known by its name.
#[test]
fn a_bent_answer_about_somebody_outside_is_them_or_a_problem() {
    for bent in answers(&[someone("ada")], FEWER) {
        let begin = begin(Goal::People(vec!["ada".to_owned()]), &[]);
        let mut questions = 0;
        let seen = run::<Ldap>(&options(), begin, |request| {
            questions += 1;
            match questions {
                1 => code(request, 0, ""),
                2 => to(request, &bent),
                _ => page(request, vec![someone("ada")], b""),
            }
        });
        let expected = match &bent {
            Reply::Ldap(page) if page.id == 0 && page.code == 0 => {
                let has_more = !page.cookie.is_empty() && page.entries.len() < 10;
                Some(page.entries.len() + usize::from(has_more))
            }
            _ => None,
        };
        let count = completed(&seen).map(|keys| keys.len());
        assert_eq!(count, expected, "{}", shown(&bent));
        let is_absent = expected == Some(0);
        assert_eq!(
            seen.absent.len(),
            usize::from(is_absent),
            "{}",
            shown(&bent)
        );
        assert!(seen.people.iter().all(|p| p.person.in_scope == Some(false)));
    }
}
