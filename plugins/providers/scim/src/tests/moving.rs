//! Lists that change while they are read: nobody who stays is passed over.

use std::collections::BTreeSet;

use attune_plugin::provider::script::Transcript;
use serde_json::{Value, json};

use super::{FULL, everyone, indexed, served, users};

/// Lists 40 people in pages of ten; `change` happens before the answer of that number (from 1).
fn listed(mut change: impl FnMut(usize, &mut Vec<Value>)) -> (Transcript, Vec<Value>) {
    let mut all = users(1..=40);
    let mut answers = 0;
    let seen = served(
        &json!({ "page-size": 10 }),
        everyone(&[]),
        FULL,
        |request| {
            answers += 1;
            change(answers, &mut all);
            indexed(request, &all, 10)
        },
    );
    (seen, all)
}

fn nobody_is_missing(seen: &Transcript, left: &[Value], what: &str) {
    assert_eq!(seen.problem, None, "{what}");
    assert!(seen.complete.is_some(), "{what}");
    let keys: BTreeSet<&str> = seen.keys().into_iter().collect();
    for user in left {
        let id = user["id"].as_str().unwrap();
        assert!(keys.contains(id), "{what}: {id} is missing");
    }
}

#[test]
fn whoever_is_deleted_hides_nobody_else() {
    for at in 2..=5 {
        for from in (0..38).step_by(3) {
            for number in [1, 2, 9, 10, 11, 25] {
                let (seen, left) = listed(|answer, all| {
                    if answer == at {
                        let end = (from + number).min(all.len());
                        all.drain(from..end);
                    }
                });
                nobody_is_missing(&seen, &left, &format!("{number} from {from} before {at}"));
            }
        }
    }
}

#[test]
fn who_goes_while_another_comes_hides_nobody_although_the_total_stays() {
    for from in 0..30 {
        let (seen, left) = listed(|answer, all| {
            if answer == 3 {
                all.remove(from);
                all.extend(users(100..=100));
            }
        });
        nobody_is_missing(&seen, &left, &format!("{from}"));
    }
}

#[test]
fn who_comes_makes_nobody_come_twice_on_neighbouring_pages() {
    let (seen, left) = listed(|answer, all| {
        if answer == 2 {
            all.splice(0..0, users(100..=102));
        }
    });
    let old: Vec<Value> = left.into_iter().skip(3).collect();
    nobody_is_missing(&seen, &old, "three came to the front");
    assert_eq!(seen.complete, Some(40));
}

#[test]
fn one_at_a_time_the_total_tells() {
    let mut all = users(1..=12);
    let mut answers = 0;
    let seen = served(&json!({}), everyone(&[]), FULL, |request| {
        answers += 1;
        if answers == 6 {
            all.remove(1);
        }
        indexed(request, &all, 1)
    });
    nobody_is_missing(&seen, &all, "one at a time");
}

#[test]
fn a_list_that_never_stands_still_is_given_up() {
    let mut turn = 0;
    let mut all = users(1..=60);
    let seen = served(
        &json!({ "page-size": 10 }),
        everyone(&[]),
        FULL,
        |request| {
            turn += 17;
            all.rotate_left(turn % 60);
            indexed(request, &all, 10)
        },
    );
    assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
    assert!(seen.problem.unwrap().message.contains("no fixed order"));
    assert!(seen.requests.len() < 60, "{}", seen.requests.len());
}
