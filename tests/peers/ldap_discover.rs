//! What the people of a real directory have, before anybody maps anything.

use attune_core::discover::Attribute;
use attune_server::connector::find_source;
use attune_server::sync;

use crate::company::Company;
use crate::file::{self, Directory};
use crate::slapd::{PASSWORD, Slapd};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attributes_are_told_as_the_directory_has_them() {
    let company = Company::of(80);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(80).await;
    let source = Directory::of(&slapd).with_options(", binary = [\"audio\"]");
    // No target, no row.
    let path = app.connectors().join("demo.toml");
    std::fs::write(path, source.section()).unwrap();
    let file = find_source(&app.connectors(), "demo").unwrap();
    let asked = sync::discover(&app.app.host, &file, 40, true).await;
    let discovered = asked.unwrap();
    assert_eq!(discovered.provider, "ldap");
    let found = &discovered.found;
    assert_eq!((found.people, found.unreadable), (40, 0));
    assert!(found.is_whole);
    let of = |selector: &str| -> &Attribute {
        let mut all = found.attributes.iter();
        all.find(|one| one.selector == selector)
            .unwrap_or_else(|| panic!("{selector} of {:#?}", found.attributes))
    };
    for (selector, kind, percent) in [
        ("uid", "text", 100),
        ("entryUUID", "text", 100),
        ("objectClass", "list", 100),
        ("objectClass[0]", "text", 100),
    ] {
        let one = of(selector);
        assert_eq!(
            (one.percent, one.kinds.as_slice()),
            (percent, &[kind.to_owned()][..])
        );
        assert!(!one.samples.is_empty(), "{selector}");
    }
    for bytes in ["jpegPhoto", "audio"] {
        assert_eq!(of(bytes).kinds, ["bytes"]);
        assert!(of(bytes).samples.iter().all(|one| one.ends_with(" bytes)")));
    }
    // As the directory's own client counts it.
    let entries = slapd.read(crate::company::BASE, "(uid=*)").await;
    let names: Vec<String> = entries
        .iter()
        .filter_map(|one| one.text("displayName"))
        .collect();
    assert!(
        of("displayName")
            .samples
            .iter()
            .all(|name| names.contains(name))
    );
    assert!(of("telephoneNumber").filled > 0);
    let manager = &found.relations[0];
    assert_eq!(
        (manager.role.as_str(), manager.filled > 30),
        ("manager", true)
    );
    assert_eq!(
        manager.selectors,
        ["manager.displayName", "manager.account.username"]
    );

    // Nobody's values, the same attributes.
    let bare = sync::discover(&app.app.host, &file, 40, false)
        .await
        .unwrap();
    assert_eq!(bare.found.attributes.len(), found.attributes.len());
    assert!(
        bare.found
            .attributes
            .iter()
            .all(|one| one.samples.is_empty())
    );
}
