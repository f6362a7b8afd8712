//! 500 values that would be scripts, as values of people: none of them runs on any page.

use super::{Chromium, pages};
use crate::console::browser::Site;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_values_that_would_be_scripts_run_on_no_page() {
    let attempts = attempts();
    assert_eq!(attempts.len(), 500);
    let site = Site::open(attempts.len() / 2).await;
    for (at, attempt) in attempts.iter().enumerate() {
        let who = site.app.who(at / 2);
        let member = if at % 2 == 0 { "city" } else { "department" };
        site.app.set(who, member, attempt);
    }
    site.live().await;
    let (home, link) = (site.address(), site.link("ada").await);
    let mut addresses: Vec<String> = pages(&site)
        .await
        .into_iter()
        .map(|(_, path)| path)
        .collect();
    for at in 0..attempts.len() / 2 {
        addresses.push(format!("/people/demo/{}", site.app.key(site.app.who(at))));
    }
    let digest = addresses
        .iter()
        .find(|path| path.starts_with("/plans/"))
        .unwrap()
        .clone();
    for view in ["value", "person", "field"] {
        addresses.push(format!("{digest}?by={view}"));
    }
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&link);
        let mut shown = 0;
        for path in &addresses {
            tab.eval("window.leaving = true");
            tab.open(&format!("{home}{path}"));
            // What would run, would have called this.
            let ran = tab.eval("typeof window.ran !== 'undefined' || document.querySelectorAll('main [onerror], main [onload], main [onfocus], main script, main iframe, main object, main base').length > 0");
            assert_eq!(ran, false, "{path}");
            shown += usize::from(tab.eval("document.body.innerText.includes('attuneRan')") == true);
        }
        assert!(
            shown > attempts.len() / 4,
            "the values were shown on {shown} pages only"
        );
        let complaints: Vec<&String> = tab
            .said
            .iter()
            .filter(|one| one.contains("attuneRan"))
            .collect();
        assert!(complaints.is_empty(), "{complaints:?}");
    });
    site.close().await;
}
