//! The plugin contract and its page change together: `wit/README.md` names the hash of each file.
//!
//! Before the freeze a change needs a line in the page's "Changes", and the new hash there shows
//! that somebody was on the page; after it the hash may not change within a major.

use sha2::{Digest, Sha256};

use crate::files::{File, has_extension};

const PAGE: &str = "wit/README.md";

pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|file| file.path == PAGE);
    let page = page.map_or("", |file| file.text.as_str());
    let contracts = files.iter().filter(|file| has_extension(&file.path, "wit"));
    let contracts: Vec<&File> = contracts.filter(|f| f.path.starts_with("wit/")).collect();
    if contracts.is_empty() {
        return vec!["wit/ holds no contract".to_owned()];
    }
    let unnamed = contracts.into_iter().filter_map(|file| {
        let hash = hash(&file.text);
        let path = &file.path;
        (!page.contains(&hash)).then(|| {
            format!("{path} is sha256 {hash}: {PAGE} says otherwise; is its line in \"Changes\"?")
        })
    });
    unnamed.collect()
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let pairs = digest.iter();
    pairs.fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn contract_when_its_page_names_another_hash_is_found() {
    let contract = File::new("wit/a.wit", "package a:b;");
    let page = |text: &str| File::new(PAGE, text);
    let right = page(&format!("sha256 {}", hash("package a:b;")));
    assert!(complaints(&[contract.clone(), right.clone()]).is_empty());
    assert_eq!(complaints(&[contract.clone(), page("sha256 00")]).len(), 1);
    assert_eq!(complaints(&[contract]).len(), 1);
    assert_eq!(complaints(&[right]).len(), 1);
}
