//! Every page in both themes, wide and narrow: axe-core finds nothing, nothing is wider than the window, and
//! every step of the Tab key is seen.

use super::states::{WAITING, doors, opened, waiting};
use super::{Chromium, pages};
use crate::console::browser::Site;

/// How pages are looked at: the theme, and how wide the window is.
const LOOKS: [(&str, u32); 4] = [
    ("light", 1280),
    ("dark", 1280),
    ("light", 320),
    ("dark", 320),
];

/// axe-core, which `tests/run` installs beside the other peers.
pub(super) fn axe() -> String {
    let peers = std::env::var("ATTUNE_TEST_PEERS").unwrap_or_else(|_| "../target/peers".to_owned());
    let path = std::path::Path::new(&peers).join("node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} (tests/run installs it): {error}", path.display()))
}

const RUN: &str = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })\
    .then(found => found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html).join(' | ')))";

/// What is wrong with the page that is open, looked at in this theme and width.
pub(super) fn seen(
    tab: &mut Chromium,
    axe: &str,
    name: &str,
    (theme, width): (&str, u32),
) -> Vec<String> {
    tab.theme(theme);
    tab.size(width, 800);
    tab.eval(axe);
    let found = tab.eval(RUN);
    let found = found.as_array().unwrap().iter();
    let mut flaws: Vec<String> = found
        .map(|one| format!("{name} ({theme}, {width}): {one}"))
        .collect();
    let wide =
        tab.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    if wide.as_i64().unwrap_or_default() > 0 {
        flaws.push(format!("{name} ({width}): {wide} px wider than the window"));
    }
    flaws
}

/// The same in every way that pages are looked at.
fn flaws(tab: &mut Chromium, axe: &str, name: &str) -> Vec<String> {
    let mut flaws = Vec::new();
    for look in LOOKS {
        flaws.extend(seen(tab, axe, name, look));
    }
    tab.theme("light");
    tab.size(1280, 800);
    flaws
}

fn none(flaws: &[String]) {
    assert!(
        flaws.is_empty(),
        "{} flaws:\n{}",
        flaws.len(),
        flaws.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_in_both_themes_and_fits_a_narrow_window() {
    let site = Site::lived_in(12).await;
    let mut pages = pages(&site).await;
    pages.extend(doors(&site).await);
    let (home, link) = (site.address(), site.link("ada").await);
    let axe = axe();
    let mut found = Vec::new();
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.ignores_rules();
        tab.open(&link);
        for (name, path) in &pages {
            tab.open(&format!("{home}{path}"));
            found.extend(flaws(&mut tab, &axe, name));
        }
        opened(&mut tab, &home, |tab, name| {
            found.extend(flaws(tab, &axe, name));
        });
    });
    site.close().await;
    none(&found);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_somebody_is_accessible_and_says_what_it_would_change() {
    let site = waiting().await;
    let (home, link) = (site.address(), site.link("ada").await);
    let axe = axe();
    let mut found = Vec::new();
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.ignores_rules();
        tab.open(&link);
        for (name, path) in WAITING {
            tab.open(&format!("{home}{path}"));
            found.extend(flaws(&mut tab, &axe, name));
        }
        tab.open(&format!("{home}/plugins/stamp"));
        assert!(tab.text("main").contains("-two"), "{}", tab.text("main"));
        tab.open(&format!("{home}/connectors/demo/file"));
        assert!(
            tab.text("pre.diff").contains("Room"),
            "{}",
            tab.text("main")
        );
    });
    site.close().await;
    none(&found);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_can_be_walked_by_the_tab_key_alone() {
    let site = Site::lived_in(6).await;
    let (home, link) = (site.address(), site.link("ada").await);
    let pages = pages(&site).await;
    let mut flaws = Vec::new();
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&link);
        for (name, path) in &pages {
            tab.open(&format!("{home}{path}"));
            let mut seen = 0;
            for _ in 0..12 {
                tab.press("Tab");
                let here = tab.eval(
                    "(() => { const one = document.activeElement; if (!one || one === document.body) return 'none'; \
                     const box = one.getBoundingClientRect(), look = getComputedStyle(one); \
                     const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2 || look.boxShadow !== 'none'; \
                     return (box.width > 0 && box.bottom > 0 && ring) ? 'seen' : one.outerHTML.slice(0, 120); })()",
                );
                match here.as_str().unwrap_or_default() {
                    "seen" => seen += 1,
                    "none" => break,
                    hidden => flaws.push(format!("{name}: the focus is not seen: {hidden}")),
                }
            }
            if seen < 3 {
                flaws.push(format!("{name}: only {seen} steps of the Tab key"));
            }
        }
    });
    site.close().await;
    assert!(
        flaws.is_empty(),
        "{} flaws:\n{}",
        flaws.len(),
        flaws.join("\n")
    );
}
