//! Signed builds: whose signature counts, and what is said where none does.

use std::fs;

use attune_wasm::registry::Build;
use attune_wasm::{Error, TrustedKeys};

use super::builds::mark;
use super::guest::engine;
use super::signer::Signer;

fn says(error: &Error, text: &str) {
    assert_eq!(error.code(), "plugin-signature");
    assert!(error.to_string().contains(text), "{error}");
    assert!(!error.hint().is_empty());
}

#[test]
fn a_build_is_read_with_the_signature_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mark.wasm");
    fs::write(&path, mark("mark", "-v1")).unwrap();
    let beside = folder.path().join("mark.wasm.minisig");
    let (ours, theirs) = (Signer::new(1), Signer::new(2));
    let sign = |key: &Signer| fs::write(&beside, key.sign(&fs::read(&path).unwrap())).unwrap();
    let engine = engine();
    let read = || Build::read(&engine, "mark", &path).unwrap();
    let both = TrustedKeys::parse(&[theirs.line(), ours.line()]).unwrap();
    let only_ours = TrustedKeys::parse(&[ours.line()]).unwrap();

    assert_eq!(read().signature(), None);
    says(&read().verify(&both).unwrap_err(), "no signature");

    sign(&theirs);
    let id = read().verify(&both).unwrap();
    assert_eq!(both.ids().next(), Some(id.as_str()));
    let error = read().verify(&only_ours).unwrap_err();
    says(&error, &format!("key {id}, which is not trusted"));
    let nobody = TrustedKeys::default();
    says(&read().verify(&nobody).unwrap_err(), "not trusted");

    sign(&ours);
    read().verify(&only_ours).unwrap();
    fs::write(&path, mark("mark", "-v2")).unwrap();
    says(
        &read().verify(&only_ours).unwrap_err(),
        "not of these bytes",
    );
    // What was read before stays what it was.
    let v1 = Build::of_bytes("mark", read().source().clone(), mark("mark", "-v1"));
    let v1 = v1.signed(read().signature().map(str::to_owned));
    v1.verify(&only_ours).unwrap();
}

#[test]
fn what_is_no_signature_is_never_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mark.wasm");
    fs::write(&path, mark("mark", "-v1")).unwrap();
    let beside = folder.path().join("mark.wasm.minisig");
    let ours = Signer::new(1);
    let keys = TrustedKeys::parse(&[ours.line()]).unwrap();
    let good = ours.sign(&fs::read(&path).unwrap());
    let engine = engine();
    let (half, _) = good.split_at(good.len() / 2);
    let large = "x".repeat(1024 * 1024);
    for text in [
        &b""[..],
        half.as_bytes(),
        b"\xff\xfe\x00\n\n\n\n",
        large.as_bytes(),
    ] {
        fs::write(&beside, text).unwrap();
        let build = Build::read(&engine, "mark", &path).unwrap();
        assert!(build.signature().unwrap().len() <= 32 * 1024);
        says(
            &build.verify(&keys).unwrap_err(),
            "no signature of minisign",
        );
    }
    fs::remove_file(&beside).unwrap();
    fs::create_dir(&beside).unwrap();
    let build = Build::read(&engine, "mark", &path).unwrap();
    says(&build.verify(&keys).unwrap_err(), "no signature");
}
