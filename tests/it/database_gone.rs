//! A database that is deleted or replaced is told, and nothing is begun anew in its place.

use std::path::Path;

use attune_server::fault::Failure;
use attune_server::store::Store;
use attune_server::store::audit::Act;

const ACT: Act<'_> = Act {
    who: "cli:root",
    what: "approve",
    object: "x",
    result: "done",
    detail: "",
};

async fn opened(folder: &Path) -> Store {
    let store = Store::open(folder).await.unwrap();
    store.audit(ACT, 1).await.unwrap();
    store
}

/// Nothing is written any more.
async fn is_refused(store: &Store) {
    let failure: Failure = store.audit(ACT, 2).await.unwrap_err().into();
    assert_eq!(
        (failure.code.as_str(), failure.exit),
        ("database-replaced", 1)
    );
    assert!(store.still_there().is_err());
}

async fn does_not_begin_anew(folder: &Path) {
    for _ in 0..2 {
        let failure: Failure = Store::open(folder).await.unwrap_err().into();
        assert_eq!(failure.code, "database-replaced", "{failure:?}");
    }
}

#[tokio::test]
async fn deleted_under_a_running_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path()).await;
    std::fs::remove_file(folder.path().join("attune.db")).unwrap();
    is_refused(&store).await;
    store.close().await;
    does_not_begin_anew(folder.path()).await;
}

#[tokio::test]
async fn replaced_under_a_running_process() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = opened(folder.path()).await;
    opened(other.path()).await.close().await;
    let theirs = other.path().join("attune.db");
    std::fs::rename(theirs, folder.path().join("attune.db")).unwrap();
    is_refused(&store).await;
    store.close().await;
    does_not_begin_anew(folder.path()).await;
}

#[tokio::test]
async fn emptied_under_a_running_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path()).await;
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("attune.db"));
    file.unwrap().set_len(0).unwrap();
    is_refused(&store).await;
}

#[tokio::test]
async fn deleted_while_nobody_ran() {
    let folder = tempfile::tempdir().unwrap();
    opened(folder.path()).await.close().await;
    std::fs::remove_file(folder.path().join("attune.db")).unwrap();
    does_not_begin_anew(folder.path()).await;
    assert!(!folder.path().join("attune.db").exists());
}

#[tokio::test]
async fn replaced_while_nobody_ran() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    opened(folder.path()).await.close().await;
    opened(other.path()).await.close().await;
    let own = folder.path().join("attune.db");
    std::fs::rename(&own, folder.path().join("own.db")).unwrap();
    std::fs::copy(other.path().join("attune.db"), &own).unwrap();
    does_not_begin_anew(folder.path()).await;
    std::fs::write(&own, "").unwrap();
    does_not_begin_anew(folder.path()).await;
    // Put back it is what it was.
    std::fs::rename(folder.path().join("own.db"), &own).unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let verified = store.audit_verify().await.unwrap();
    assert_eq!((verified.count, verified.flaw), (1, None));
}
