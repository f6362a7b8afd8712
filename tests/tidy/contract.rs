//! The plugin contract and its page change together: `wit/README.md` names the hash of each file.
//!
//! Major 1 is frozen: its hash stands here too, and may not change. A new major is a new file.

use sha2::{Digest, Sha256};

use crate::files::{File, has_extension};

const PAGE: &str = "wit/README.md";
/// Files that do not change by one byte any more.
const FROZEN: [(&str, &str); 1] = [(
    "wit/attune-plugin.wit",
    "06369a5092d356ac37849fbe92abe843fc7eaecc893d7d8e91baffc12ddab219",
)];

pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|file| file.path == PAGE);
    let page = page.map_or("", |file| file.text.as_str());
    let contracts = files.iter().filter(|file| has_extension(&file.path, "wit"));
    let contracts: Vec<&File> = contracts.filter(|f| f.path.starts_with("wit/")).collect();
    if contracts.is_empty() {
        return vec!["wit/ holds no contract".to_owned()];
    }
    let wrong = contracts.into_iter().filter_map(|file| {
        let hash = hash(&file.text);
        let path = &file.path;
        let is_other = |(frozen, known): &(&str, &str)| path == frozen && hash != *known;
        if FROZEN.iter().any(is_other) {
            return Some(format!("{path} is frozen and has changed (sha256 {hash})"));
        }
        (!page.contains(&hash)).then(|| format!("{path} is sha256 {hash}: {PAGE} says otherwise"))
    });
    wrong.collect()
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let pairs = digest.iter();
    pairs.fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn contract_when_it_changes_after_the_freeze_is_found() {
    let (path, _) = FROZEN[0];
    let changed = File::new(path, "package attune:plugin@1.0.0;");
    let page = File::new(
        PAGE,
        &format!("sha256 {}", hash("package attune:plugin@1.0.0;")),
    );
    let told = complaints(&[changed, page]);
    assert!(told.len() == 1 && told[0].contains("frozen"), "{told:?}");
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
