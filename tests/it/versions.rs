//! What the store answers about people at a moment that is past.

use attune_server::store::Store;
use attune_server::store::people::{Kept, Reading};
use attune_server::store::revisions::KeptRevision;

fn kept(key: &str, names: &[&str], document: &str) -> Kept {
    Kept {
        key: key.to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        relations: Vec::new(),
        revision: String::new(),
        wanted: "w".to_owned(),
        document: document.as_bytes().to_vec(),
    }
}

async fn read(store: &Store, now_ms: i64, people: &[Kept]) {
    let listing = format!("{now_ms:04}");
    let reading = Reading {
        connector: "c",
        listing: &listing,
        now_ms,
    };
    store.keep_people(reading, people).await.unwrap();
    store.keep_names("c", people).await.unwrap();
}

/// The document of `a` at a moment; `later` where only later ones are kept.
async fn at(store: &Store, at_ms: i64) -> String {
    let keys = ["a".to_owned(), "nobody".to_owned()];
    let at = store.document_at("c", &keys, at_ms).await.unwrap();
    match (at.found.as_slice(), at.later.as_slice()) {
        ([one], []) => String::from_utf8(one.kept.document.clone()).unwrap(),
        ([], [key]) if key == "a" => "later".to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn store() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Store::open(folder.path()).await.unwrap(), folder)
}

#[tokio::test]
async fn a_document_is_what_was_last_read_then_or_before() {
    let (store, _folder) = store().await;
    for (now_ms, document) in [
        (10, "one"),
        (20, "one"),
        (30, "two"),
        (40, "two"),
        (50, "one"),
    ] {
        read(&store, now_ms, &[kept("a", &[], document)]).await;
    }
    let expected = [
        (9, "later"),
        (10, "one"),
        (20, "one"),
        (29, "one"),
        (30, "two"),
        (49, "two"),
        (50, "one"),
        (99, "one"),
    ];
    for (at_ms, document) in expected {
        assert_eq!(at(&store, at_ms).await, document, "at {at_ms}");
    }
}

#[tokio::test]
async fn a_version_tells_when_it_was_last_read() {
    let (store, _folder) = store().await;
    for (now_ms, document) in [(10, "one"), (20, "one"), (30, "two")] {
        read(&store, now_ms, &[kept("a", &[], document)]).await;
    }
    let keys = ["a".to_owned()];
    let then = store.document_at("c", &keys, 12).await.unwrap();
    assert_eq!(then.found[0].kept.read_ms, 20);
}

#[tokio::test]
async fn another_wanted_set_relation_or_name_is_another_version() {
    let (store, _folder) = store().await;
    let first = kept("a", &["old"], "one");
    let mut edited = Vec::new();
    let mut next = first.clone();
    next.wanted = "v".to_owned();
    edited.push(next.clone());
    next.relations = vec![("manager".to_owned(), "b".to_owned())];
    edited.push(next.clone());
    next.names = vec!["new".to_owned()];
    edited.push(next);
    read(&store, 1, &[first]).await;
    for (now_ms, person) in (2..).zip(&edited) {
        read(&store, now_ms, std::slice::from_ref(person)).await;
    }
    assert_eq!(store.drop_versions(i64::MAX).await.unwrap(), 3);
}

#[tokio::test]
async fn a_name_that_somebody_had_leads_to_them_still() {
    let (store, _folder) = store().await;
    read(&store, 10, &[kept("a", &["old", "same"], "one")]).await;
    read(&store, 20, &[kept("a", &["new", "same"], "one")]).await;
    let names = ["old", "new", "same"].map(str::to_owned);
    let pairs = |names: &[&str]| -> Vec<(String, String)> {
        let pair = |&name: &&str| (name.to_owned(), "a".to_owned());
        names.iter().map(pair).collect()
    };
    let found = store.keys_by_name_ever("c", &names).await.unwrap();
    assert_eq!(found, pairs(&["new", "old", "same"]));
    let then = store.document_at("c", &["a".to_owned()], 10).await.unwrap();
    assert_eq!(then.found[0].names, ["old", "same"]);
    // Nobody needs the name once the version is gone.
    assert_eq!(store.drop_versions(21).await.unwrap(), 1);
    let found = store.keys_by_name_ever("c", &names).await.unwrap();
    assert_eq!(found, pairs(&["new", "same"]));
}

#[tokio::test]
async fn versions_go_by_when_they_were_replaced() {
    let (store, _folder) = store().await;
    for (now_ms, document) in [(10, "one"), (20, "two"), (30, "three")] {
        read(&store, now_ms, &[kept("a", &[], document)]).await;
    }
    assert_eq!(store.drop_versions(20).await.unwrap(), 0);
    assert_eq!(store.drop_versions(21).await.unwrap(), 1);
    assert_eq!(at(&store, 10).await, "later");
    assert_eq!(at(&store, 20).await, "two");
}

#[tokio::test]
async fn whoever_is_read_twice_at_one_moment_is_as_read_last() {
    let (store, _folder) = store().await;
    read(&store, 10, &[kept("a", &[], "one")]).await;
    read(&store, 20, &[kept("a", &[], "half")]).await;
    read(&store, 20, &[kept("a", &[], "two")]).await;
    assert_eq!(at(&store, 19).await, "one");
    assert_eq!(at(&store, 20).await, "two");
    assert_eq!(store.drop_versions(i64::MAX).await.unwrap(), 1);
}

fn digest_of(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    attune_core::plan::sha256_text(&Sha256::digest(bytes))
}

#[tokio::test]
async fn a_build_is_what_its_digest_says_or_is_not_kept() {
    let (store, folder) = store().await;
    let bytes = b"a component".to_vec();
    let digest = digest_of(&bytes);
    assert_eq!(store.build(&digest).unwrap(), None);
    assert!(store.keep_build(&digest, b"another").is_err());
    store.keep_build(&digest, &bytes).unwrap();
    store.keep_build(&digest, &bytes).unwrap();
    assert_eq!(store.build(&digest).unwrap(), Some(bytes.clone()));
    assert_eq!(store.builds_bytes().unwrap(), bytes.len() as u64);
    let hex = digest.strip_prefix("sha256:").unwrap();
    let file = folder.path().join("builds").join(format!("{hex}.wasm"));
    std::fs::write(&file, b"a damagedXX").unwrap();
    assert_eq!(store.build(&digest).unwrap(), None);
    store.keep_build(&digest, &bytes).unwrap();
    assert_eq!(store.build(&digest).unwrap(), Some(bytes));
    for wrong in ["", "sha256:", "sha256:../../attune", "md5:00", hex] {
        assert!(store.build(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn builds_that_nobody_needs_go() {
    let (store, _folder) = store().await;
    assert_eq!(
        (
            store.builds_bytes().unwrap(),
            store.drop_builds(&[]).unwrap()
        ),
        (0, 0)
    );
    let digests = [b"one", b"two"].map(|bytes| {
        let digest = digest_of(bytes);
        store.keep_build(&digest, bytes).unwrap();
        digest
    });
    assert_eq!(store.drop_builds(&digests[..1]).unwrap(), 1);
    assert!(store.build(&digests[0]).unwrap().is_some());
    assert!(store.build(&digests[1]).unwrap().is_none());
}

#[tokio::test]
async fn a_revision_is_kept_as_it_was_first_read() {
    let (store, _folder) = store().await;
    let revision = |text: &str| KeptRevision {
        digest: "sha256:1".to_owned(),
        name: "demo".to_owned(),
        text: text.to_owned(),
        files: [("t.csv".to_owned(), vec![0, 255])].into(),
    };
    let run = |id: &str| attune_server::store::runs::Run {
        id: id.to_owned(),
        connector: "c".to_owned(),
        name: "demo".to_owned(),
        verb: "sync".to_owned(),
        mode: "complete".to_owned(),
        state: "running".to_owned(),
        started_ms: 1,
        finished_ms: None,
        report: None,
        resumed: 0,
    };
    assert_eq!(store.revision("c", "sha256:1").await.unwrap(), None);
    for (id, text) in [("1", "# first"), ("2", "# second")] {
        store.open_run(&run(id), &revision(text)).await.unwrap();
    }
    let kept = store.revision("c", "sha256:1").await.unwrap();
    assert_eq!(kept, Some(revision("# first")));
    assert_eq!(store.revision("d", "sha256:1").await.unwrap(), None);
}
