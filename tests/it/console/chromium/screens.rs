//! Pictures of every page, light and dark, for people to look at: `tests/golden/screens`.
//!
//! They are made where `ATTUNE_SCREENS` names a folder; pixels differ between machines, so that no test
//! compares them. What a test can hold is held by the others here.

use super::{Chromium, pages};
use crate::console::browser::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_has_a_picture_in_both_themes() {
    let folder = std::env::var("ATTUNE_SCREENS")
        .ok()
        .map(std::path::PathBuf::from);
    let site = Site::lived_in(40).await;
    let (home, link) = (site.address(), site.link("ada").await);
    let pages = pages(&site).await;
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&link);
        for theme in ["light", "dark"] {
            tab.theme(theme);
            for (name, path) in &pages {
                tab.open(&format!("{home}{path}"));
                let png = tab.screenshot();
                assert!(png.starts_with(b"\x89PNG") && png.len() > 5_000, "{name}");
                if let Some(folder) = &folder {
                    std::fs::create_dir_all(folder).unwrap();
                    std::fs::write(folder.join(format!("{name}-{theme}.png")), png).unwrap();
                }
            }
        }
    });
    site.close().await;
}
