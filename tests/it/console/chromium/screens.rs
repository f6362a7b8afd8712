//! Pictures of every page, light and dark, for people to look at: `tests/golden/screens`.
//!
//! They are made where `ATTUNE_SCREENS` names a folder; pixels differ between machines, so that no test
//! compares them. What a test can hold is held by the others here.

use super::states::{WAITING, doors, opened, waiting};
use super::{Chromium, pages};
use crate::console::browser::Site;

/// Makes a picture of what is open.
fn picture(tab: &mut Chromium, name: &str, theme: &str) {
    let png = tab.screenshot();
    assert!(png.starts_with(b"\x89PNG") && png.len() > 5_000, "{name}");
    if let Ok(folder) = std::env::var("ATTUNE_SCREENS") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(format!("{folder}/{name}-{theme}.png"), png).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_has_a_picture_in_both_themes() {
    let site = Site::lived_in(40).await;
    let mut pages = pages(&site).await;
    pages.extend(doors(&site).await);
    let (home, link) = (site.address(), site.link("ada").await);
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&link);
        for theme in ["light", "dark"] {
            tab.theme(theme);
            for (name, path) in &pages {
                tab.open(&format!("{home}{path}"));
                picture(&mut tab, name, theme);
            }
            opened(&mut tab, &home, |tab, name| picture(tab, name, theme));
        }
    });
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_has_a_picture_in_both_themes() {
    let site = waiting().await;
    let (home, link) = (site.address(), site.link("ada").await);
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&link);
        for theme in ["light", "dark"] {
            tab.theme(theme);
            for (name, path) in WAITING {
                tab.open(&format!("{home}{path}"));
                picture(&mut tab, name, theme);
            }
        }
    });
    site.close().await;
}
