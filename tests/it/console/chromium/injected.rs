//! 500 values that would be scripts, as values of people: none of them runs on any page.
//!
//! The pages' own rules (CSP) are not asked here, so that nothing but how values are written stands between them
//! and their running; that the rules would hold them as well is a test of its own. Both show that what they look
//! for is seen where it happens.

use attune_server::jobs::Kind;
use serde_json::json;

use super::{Chromium, pages};
use crate::console::browser::Site;

/// What every attempt calls: it is counted, and told, for those that come late.
const MARKER: &str = "window.attuneRan = () => { \
    top.attuneRuns = (top.attuneRuns ?? 0) + 1; console.error('attuneRan was called'); };";
/// Whether one has run on this page.
const RAN: &str = "(window.attuneRuns ?? 0) > 0";
/// Whether one has become markup.
const MARKUP: &str = "[...document.querySelectorAll('main *')].some(one => \
    one.matches('script, iframe, object, base, style, math, video') || \
    one.getAttributeNames().some(name => /^(on|(data-)?hx-on)/i.test(name)) || \
    ['href', 'src', 'data', 'action', 'formaction'].some(name => \
        /^\\s*javascript:/i.test(one.getAttribute(name) ?? '')))";
/// Whether one is shown, as the text that it is.
const SHOWN: &str = "document.body.innerText.includes('attuneRan')";
/// The page of changes behind this one; empty: there is none.
const NEXT: &str = "document.querySelector('main a[rel=next]')?.href ?? ''";

/// Markup, event handlers, addresses and template words that ran somewhere once, in many spellings. Each
/// would call `attuneRan`.
fn attempts() -> Vec<String> {
    const CALLS: [&str; 5] = [
        "attuneRan()",
        "window.attuneRan()",
        "top['attuneRan']()",
        "self.attuneRan`1`",
        "globalThis.attuneRan()",
    ];
    const FORMS: [&str; 25] = [
        "<script>CALL</script>",
        "</script><script>CALL</script>",
        "<img src=x onerror=CALL>",
        "<img src=x onerror=\"CALL\">",
        "\"><img src=x onerror=CALL>",
        "'><svg onload=CALL>",
        "<svg/onload=CALL>",
        "<svg><animate onbegin=CALL attributeName=x dur=1s>",
        "<details open ontoggle=CALL>",
        "<body onload=CALL>",
        "<iframe srcdoc=\"<script>parent.CALL</script>\">",
        "<a href=\"javascript:CALL\" autofocus onfocus=CALL>x</a>",
        "\" autofocus onfocus=CALL x=\"",
        "' onmouseover='CALL",
        "<input autofocus onfocus=CALL>",
        "<math><mi//xlink:href=\"data:x,<script>CALL</script>\">",
        "<template><script>CALL</script></template>",
        "<style>@import 'javascript:CALL';</style>",
        "<video><source onerror=CALL></video>",
        "<object data=\"javascript:CALL\">",
        "{{constructor.constructor('CALL')()}}",
        "${CALL}",
        "<div hx-get=/ hx-trigger=load hx-on:load=CALL>",
        "<div data-hx-on::load=CALL hx-vals='js:{a: CALL}' hx-get='/' hx-trigger='load'>",
        "<base href=\"javascript:CALL//\">",
    ];
    const DRESS: [fn(&str) -> String; 4] = [
        str::to_owned,
        |text| text.replace('<', "\u{ff1c}<").replace("script", "ScRiPt"),
        |text| text.replace(' ', "\t").replace("on", "ON"),
        |text| format!("--><!--\u{0}{text}]]>"),
    ];
    let mut all = Vec::new();
    for form in FORMS {
        for call in CALLS {
            for dress in DRESS {
                all.push(dress(&form.replace("CALL", call)));
            }
        }
    }
    all
}

/// Gives everybody two of the attempts; in the second `turn`, the other way round.
fn give(site: &Site, attempts: &[String], turn: usize) {
    for (at, attempt) in attempts.iter().enumerate() {
        let who = site.app.who(at / 2);
        let member = if at % 2 == turn { "city" } else { "department" };
        site.app.set(who, member, attempt);
    }
}

/// Puts one into the page as markup, as a page that did not take care would.
fn put(tab: &mut Chromium, attempt: &str) {
    let markup = json!(attempt);
    tab.eval(&format!(
        "document.querySelector('main').insertAdjacentHTML('beforeend', {markup})"
    ));
}

/// Whether the attempts are shown on the page that is open; fails where one is more than that.
fn shows(tab: &mut Chromium, place: &str) -> bool {
    assert_eq!(tab.eval(RAN), false, "{place}: one ran");
    assert_eq!(tab.eval(MARKUP), false, "{place}: one is markup");
    tab.eval(SHOWN) == true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_values_that_would_be_scripts_run_on_no_page() {
    let attempts = attempts();
    assert_eq!(attempts.len(), 500);
    let site = Site::open(attempts.len() / 2).await;
    give(&site, &attempts, 0);
    site.live().await;
    // A plan in which each of them is a value before, and a value after.
    give(&site, &attempts, 1);
    let job = site.service.ask(Kind::Plan, "").await.unwrap();
    site.service.until_ended(&job.id).await.unwrap();
    let mut pages = pages(&site).await;
    let plan = pages.iter().find(|(name, _)| name == "plan");
    let plan = plan.unwrap().1.clone();
    for at in 0..attempts.len() / 2 {
        let path = format!("/people/demo/{}", site.app.key(site.app.who(at)));
        pages.push((format!("person {at}"), path));
    }
    let (home, link) = (site.address(), site.link("ada").await);
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.ignores_rules();
        tab.begins_with(MARKER);
        tab.open(&link);
        let mut shown = 0;
        for (_, path) in &pages {
            tab.open(&format!("{home}{path}"));
            shown += usize::from(shows(&mut tab, path));
        }
        assert!(
            shown > attempts.len() / 4,
            "the values were shown on {shown} pages only"
        );
        for view in ["value", "field", "person"] {
            let (mut place, mut count) = (format!("{home}{plan}?view={view}"), 0);
            while !place.is_empty() {
                tab.open(&place);
                count += usize::from(shows(&mut tab, &place));
                let next = tab.eval(NEXT);
                next.as_str().unwrap().clone_into(&mut place);
            }
            // 500 changes, person by person, do not stand on one page.
            let least = if view == "person" { 5 } else { 1 };
            assert!(count >= least, "shown on {count} pages by {view}");
        }
        let heard = |tab: &Chromium| tab.said.iter().any(|one| one.contains("attuneRan"));
        assert!(!heard(&tab), "{:?}", tab.said);

        // Each of the ways to notice one does notice one.
        let image = attempts.iter().find(|one| one.starts_with("<img "));
        put(&mut tab, image.unwrap());
        assert_eq!(tab.eval(MARKUP), true);
        tab.until("it runs, and that is seen", RAN);
        assert!(heard(&tab), "{:?}", tab.said);
    });
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markup_that_got_into_a_page_would_be_held_by_its_rules() {
    let site = Site::open(2).await;
    let home = site.address();
    let attempts = attempts();
    let image = attempts.iter().find(|one| one.starts_with("<img "));
    tokio::task::block_in_place(|| {
        for keeps_rules in [true, false] {
            let mut tab = Chromium::start(1280, 800);
            if !keeps_rules {
                tab.ignores_rules();
            }
            tab.begins_with(MARKER);
            tab.open(&site.link_again("ada"));
            tab.open(&format!("{home}/people"));
            tab.eval(
                "document.addEventListener('securitypolicyviolation', () => { window.attuneHeld = true; })",
            );
            put(&mut tab, image.unwrap());
            tab.until(
                "it is held, or it runs",
                &format!("window.attuneHeld || {RAN}"),
            );
            assert_eq!(tab.eval(RAN), !keeps_rules);
            let held = tab.eval("!!window.attuneHeld");
            assert_eq!(held, keeps_rules);
        }
    });
    site.close().await;
}
