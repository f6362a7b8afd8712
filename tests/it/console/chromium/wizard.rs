//! The set-up wizard as somebody walks through it, each step as it is when the provider has answered: axe-core
//! finds nothing, and nothing is wider than a narrow window. Its words are in `console::wizard`.

use super::Chromium;
use super::accessible::{axe, seen};
use crate::console::browser::Site;

/// What is wrong with the page that is open, wide and narrow, light and dark.
fn flaws(tab: &mut Chromium, axe: &str, step: &str) -> Vec<String> {
    let mut flaws = Vec::new();
    for (theme, width) in [("light", 1280), ("dark", 1280), ("light", 320)] {
        flaws.extend(seen(tab, axe, step, (theme, width)));
        if let Ok(folder) = std::env::var("ATTUNE_SCREENS_WIZARD") {
            std::fs::create_dir_all(&folder).unwrap();
            let file = format!("{folder}/{step}-{theme}-{width}.png");
            std::fs::write(file, tab.screenshot()).unwrap();
        }
    }
    tab.theme("light");
    tab.size(1280, 800);
    flaws
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_steps_of_the_wizard_are_accessible_when_the_provider_has_answered() {
    let site = Site::open(20).await;
    let (home, link) = (site.address(), site.link("ada").await);
    let axe = axe();
    let access = site.app.world.access();
    let mut wrong = Vec::new();
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.ignores_rules();
        tab.open(&link);
        tab.open(&format!("{home}/connectors/new"));
        tab.click("input[value=entra]");
        tab.fill("main input[name=name]", "second");
        tab.go("button[value=next]");
        let app = "credential.app.oauth2-client-credentials";
        tab.click("input[value=oauth2-client-credentials]");
        tab.fill("input[name='option.tenant']", "no tenant");
        tab.go("button[value=next]");
        wrong.extend(flaws(&mut tab, &axe, "credentials"));
        tab.fill("input[name='option.tenant']", &access.tenant);
        tab.fill("input[name='endpoint.api']", &access.graph_url);
        tab.fill("input[name='endpoint.login']", &access.graph_url);
        tab.fill(&format!("input[name='{app}.client-id']"), &access.client_id);
        tab.fill(&format!("input[name='{app}.client-secret']"), "../nothing");
        tab.go("button[value=next]");
        wrong.extend(flaws(&mut tab, &axe, "test-failed"));
        tab.go("button[value=back]");
        tab.fill(
            &format!("input[name='{app}.client-secret']"),
            "../entra-secret",
        );
        tab.go("button[value=next]");
        wrong.extend(flaws(&mut tab, &axe, "test"));
        tab.go("button[value=next]");
        for at in 1..4 {
            tab.click(&format!(".choices > .choice:nth-of-type({at}) input"));
        }
        wrong.extend(flaws(&mut tab, &axe, "people"));
        tab.go("button[value=next]");
        tab.fill("input[name=url]", &access.jira_url);
        tab.click("input[name='target.kind'][value=basic]");
        tab.fill("input[name='target.basic.username']", &access.jira_username);
        tab.fill("input[name='target.basic.password']", "../jira-password");
        tab.click("input[name=route][value=entity-property]");
        tab.go("button[value=again]");
        wrong.extend(flaws(&mut tab, &axe, "target"));
        tab.go("button[value=next]");
        wrong.extend(flaws(&mut tab, &axe, "mappings"));
        assert!(
            tab.eval("document.querySelectorAll('td .val, td[data-label]').length")
                .as_i64()
                > Some(10)
        );
        tab.go("button[value=next]");
        wrong.extend(flaws(&mut tab, &axe, "plan"));
        tab.go("button[value=plan]");
        let place = tab.eval("location.pathname");
        assert!(
            place.as_str().unwrap().starts_with("/runs/"),
            "{}",
            tab.text("main")
        );
        assert_eq!(tab.said, Vec::<String>::new(), "no page complains");
    });
    let who = site.app.who(2);
    assert_eq!(
        site.app.property(who, "City"),
        None,
        "a plan writes nothing"
    );
    site.service.until_runs(1).await.unwrap();
    site.close().await;
    assert!(
        wrong.is_empty(),
        "{} flaws:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
