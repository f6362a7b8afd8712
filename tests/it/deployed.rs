//! What lies in `host/server/deploy` is what this build takes: settings, the unit beside them, the image,
//! and the examples of the page.
//!
//! Deliberately not here: what systemd makes of the unit (`systemd-analyze verify`), and building the image.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use attune_server::settings::{self, Document, Overrides, Settings};

const SETTINGS: &str = include_str!("../../host/server/deploy/attune.toml");
const UNIT: &str = include_str!("../../host/server/deploy/attune.service");
const IMAGE: &str = include_str!("../../host/server/deploy/Containerfile");
const PAGE: &str = include_str!("../../host/server/deploy/README.md");
/// Where the settings are at work.
const PLACE: &str = "/etc/attune/attune.toml";

/// The settings of a text, as the service would have them.
fn settings_of(text: &str) -> Settings {
    let document = Document {
        path: Path::new(PLACE),
        text,
    };
    let loaded = settings::load(Some(document), &BTreeMap::new(), Overrides::default());
    match loaded {
        Ok(loaded) => loaded.settings,
        Err(mistakes) => panic!("{mistakes:?} in\n{text}"),
    }
}

#[test]
fn the_service_may_write_where_its_settings_say_that_it_writes() {
    let settings = settings_of(SETTINGS);
    let state = UNIT
        .lines()
        .find_map(|line| line.strip_prefix("StateDirectory="));
    let folders = state.unwrap().split(' ');
    let folders: Vec<PathBuf> = folders
        .map(|name| Path::new("/var/lib").join(name))
        .collect();
    for folder in [&settings.connectors_dir, &settings.plugins_dir] {
        assert!(folders.contains(folder), "{}", folder.display());
        let made = folder.to_str().unwrap();
        assert!(IMAGE.contains(made), "{made} is not in the image");
    }
    // A restore exchanges it for another one, beside which nothing else may be lost.
    let parent = settings.data_dir.parent().unwrap();
    assert!(folders.iter().any(|folder| folder == parent));
    assert!(!folders.contains(&settings.data_dir));
    for kept in [&settings.connectors_dir, &settings.plugins_dir] {
        assert!(!kept.starts_with(&settings.data_dir));
    }
}

#[test]
fn commands_and_the_service_read_the_same_settings() {
    let start = UNIT.lines().find(|line| line.starts_with("ExecStart="));
    assert!(start.unwrap().contains(&format!("--config {PLACE} ")));
    assert!(IMAGE.contains(&format!("ATTUNE_CONFIG={PLACE}")));
    assert!(PAGE.contains(&format!("/usr/local/bin/attune --config {PLACE}'")));
    for (name, text) in [("unit", UNIT), ("image", IMAGE)] {
        for variable in [
            "ATTUNE_DATA_DIR",
            "ATTUNE_CONNECTORS_DIR",
            "ATTUNE_PLUGINS_DIR",
        ] {
            assert!(!text.contains(variable), "{name}: {variable}");
        }
    }
}

#[test]
fn every_example_of_settings_on_the_page_is_taken() {
    let blocks = PAGE.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    let all: Vec<Settings> = blocks.iter().map(|text| settings_of(text)).collect();
    let oidc = all
        .iter()
        .find_map(|settings| settings.auth.oidc.as_ref())
        .unwrap();
    assert_eq!(oidc.roles_claim, "roles");
    assert!(oidc.roles.iter().any(|(_, role)| *role == "admin"));
    assert!(all.iter().any(|one| !one.auth.trusted_proxies.is_empty()));
    assert!(all.iter().any(|one| one.notify.has("mail")));
}
