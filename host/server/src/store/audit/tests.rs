//! A log that was touched says so, and where.

use std::os::unix::fs::PermissionsExt as _;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;

const ROWS: i64 = 60;

fn act(object: &str) -> Act<'_> {
    Act {
        who: "cli:root",
        what: "approve",
        object,
        result: "done",
        detail: "",
    }
}

async fn filled(rows: i64) -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    for number in 1..=rows {
        let object = format!("sha256:{number:04}");
        store.audit(act(&object), number * 10).await.unwrap();
    }
    (store, folder)
}

async fn copy(from: &Store) -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    sqlx::query("pragma wal_checkpoint(truncate)")
        .execute(&from.pool)
        .await
        .unwrap();
    for name in ["attune.db", "attune.id", HEAD] {
        let _the_id_may_be_missing =
            std::fs::copy(from.data_dir().join(name), folder.path().join(name));
    }
    (Store::open(folder.path()).await.unwrap(), folder)
}

async fn run(store: &Store, sql: String) {
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&store.pool);
    done.await.unwrap();
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_in_order() {
    let (store, _folder) = filled(ROWS).await;
    let verified = store.audit_verify().await.unwrap();
    assert_eq!((verified.count, verified.flaw), (ROWS, None));
    let newest = store.audit_log(2, 0).await.unwrap();
    assert_eq!((newest[0].sequence, newest[1].sequence), (ROWS, ROWS - 1));
    assert_eq!(newest[0].hash, verified.head);
    assert_eq!(store.audit_log(99, 590).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_empty_log_is_in_order() {
    let (store, _folder) = filled(0).await;
    assert_eq!(store.audit_verify().await.unwrap().flaw, None);
}

/// One change to the table of a copy, and the first sequence number that it spoils.
fn tampering(random: &mut SmallRng) -> (Vec<String>, i64) {
    let at = random.random_range(1..=ROWS);
    match random.random_range(0..6) {
        0 => {
            let columns = [
                "who", "what", "object", "result", "detail", "before", "hash",
            ];
            let column = columns[random.random_range(0..columns.len())];
            let change =
                format!("update audit set {column} = {column} || 'x' where sequence = {at}");
            (vec![change], at)
        }
        1 => {
            let change = format!("update audit set at_ms = at_ms + 1 where sequence = {at}");
            (vec![change], at)
        }
        2 => (vec![format!("delete from audit where sequence = {at}")], at),
        3 => {
            // In between: the rows behind it move on.
            let moves = format!("update audit set sequence = -sequence - 1 where sequence >= {at}");
            let back = "update audit set sequence = -sequence where sequence < 0".to_owned();
            let insert = format!(
                "insert into audit values ({at}, 5, 'cli:root', 'approve', 'x', 'done', '', \
                 'sha256:a', 'sha256:b')"
            );
            (vec![moves, back, insert], at)
        }
        4 => {
            let other = (at % ROWS) + 1;
            let swap = format!(
                "update audit set sequence = case sequence when {at} then -{other} else -{at} end \
                 where sequence in ({at}, {other})"
            );
            let back = "update audit set sequence = -sequence where sequence < 0".to_owned();
            (vec![swap, back], at.min(other))
        }
        _ => (
            vec![format!("delete from audit where sequence >= {at}")],
            at,
        ),
    }
}

#[tokio::test]
async fn each_of_a_hundred_tamperings_is_found_where_it_begins() {
    let (store, _folder) = filled(ROWS).await;
    let mut random = SmallRng::seed_from_u64(6);
    let mut found = 0;
    for round in 0..100 {
        let (tampered, _own) = copy(&store).await;
        let (statements, at) = tampering(&mut random);
        for statement in &statements {
            run(&tampered, statement.clone()).await;
        }
        let flaw = tampered.audit_verify().await.unwrap().flaw;
        let flaw = flaw.unwrap_or_else(|| panic!("round {round}: {statements:?} was not found"));
        assert_eq!(flaw.sequence, at, "round {round}: {statements:?}: {flaw:?}");
        found += 1;
        tampered.close().await;
    }
    assert_eq!(found, 100);
}

#[tokio::test]
async fn a_chain_that_was_made_anew_is_not_the_one_that_the_head_names() {
    let (store, _folder) = filled(ROWS).await;
    let (other, _own) = filled(ROWS + 1).await;
    std::fs::copy(store.head_path(), other.head_path()).unwrap();
    let flaw = other.audit_verify().await.unwrap().flaw.unwrap();
    assert_eq!(flaw.sequence, ROWS + 1, "a row more: {flaw:?}");
    std::fs::remove_file(other.head_path()).unwrap();
    assert!(other.audit_verify().await.unwrap().flaw.is_some());
    std::fs::write(other.head_path(), "nothing").unwrap();
    assert!(other.audit_verify().await.unwrap().flaw.is_some());
}

#[tokio::test]
async fn a_process_that_ended_between_row_and_head_leaves_a_log_in_order() {
    let (store, _folder) = filled(3).await;
    let log = store.audit_log(2, 0).await.unwrap();
    // Before the row was there, and right after it.
    let next = Some("sha256:of-a-row-that-never-came".to_owned());
    let hash = log[0].hash.clone();
    let count = 3;
    store.write_head(&Head { count, hash, next }).unwrap();
    assert_eq!(store.audit_verify().await.unwrap().flaw, None);
    let (count, hash, next) = (2, log[1].hash.clone(), Some(log[0].hash.clone()));
    store.write_head(&Head { count, hash, next }).unwrap();
    assert_eq!(store.audit_verify().await.unwrap().flaw, None);
    store.audit(act("x"), 99).await.unwrap();
    let verified = store.audit_verify().await.unwrap();
    assert_eq!((verified.count, verified.flaw), (4, None));
}

#[tokio::test]
async fn two_processes_make_one_chain() {
    let (store, folder) = filled(0).await;
    let other = Store::open(folder.path()).await.unwrap();
    for _ in 0..20 {
        let (one, two) = tokio::join!(store.audit(act("a"), 1), other.audit(act("b"), 1));
        one.and(two).unwrap();
    }
    let verified = store.audit_verify().await.unwrap();
    assert_eq!((verified.count, verified.flaw), (40, None));
}

#[tokio::test]
async fn one_event_is_one_line_whatever_is_in_it() {
    let (store, folder) = filled(0).await;
    for hostile in [
        "a\r\nb",
        "\u{1b}[2J",
        "\u{202e}evil",
        "\u{200b}",
        "\u{2028}",
        "\0",
    ] {
        let act = Act {
            who: hostile,
            what: hostile,
            object: hostile,
            result: hostile,
            detail: hostile,
        };
        store.audit(act, 1).await.unwrap();
        let entry = store.audit_log(1, 0).await.unwrap().remove(0);
        let texts = [
            entry.who,
            entry.what,
            entry.object,
            entry.result,
            entry.detail,
        ];
        for text in texts {
            assert!(
                !text.chars().any(attune_core::plain::is_deceptive),
                "{text:?}"
            );
        }
    }
    let long = "x".repeat(10_000);
    store.audit(act(&long), 2).await.unwrap();
    assert!(store.audit_log(1, 0).await.unwrap()[0].object.len() < 500);
    assert_eq!(store.audit_verify().await.unwrap().flaw, None);
    let meta = std::fs::metadata(folder.path().join(HEAD)).unwrap();
    assert_eq!(meta.permissions().mode() & 0o777, 0o600);
}
