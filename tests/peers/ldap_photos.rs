//! Pictures and managers of an OpenLDAP directory, in whole syncs with the bundled components.

use attune_core::plan::Op;
use attune_server::sync::Mode;
use attune_sim::people::Who;

use crate::company::Company;
use crate::file::{self, Directory};
use crate::slapd::{PASSWORD, Slapd};

const PEOPLE: usize = 40;
/// A PNG of 48 pixels, as an administrator puts it into an LDIF.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAIAAADYYG7QAAAAC3RFWHRBdXRob3IASmFuZQPFgHEAAAA6SURBVHja7c5BDQAACASgi2I0oxnVFs4HGwFI9bwSISEhISEhISEhISEhISEhISEhISEhISEhIaE7C6vqIJepQZzLAAAAAElFTkSuQmCC";

const MAP: &str = r#"
Name    = "displayName"
Manager = "manager.displayName"
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_and_managers_reach_jira_and_unchanged_ones_cost_it_nothing() {
    let company = Company::of(PEOPLE);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(PEOPLE).await;
    let source = Directory::of(&slapd).section();
    let rest = file::rest(app.world.access(), "", MAP);
    let rest = rest.replace("[target.jira.map]", "photo = true\n[target.jira.map]");
    file::write(&app, &source, &rest);
    // What some entries have as their photo is none: said, and nothing is held back by it.
    let first = app.sync(Mode::Complete).await.unwrap();
    assert!(
        first.codes().contains(&"not-an-image"),
        "{:?}",
        first.codes()
    );
    assert_eq!(first.report.summary.photos, 0);
    let written = |who: Who, field: &str| {
        let mut changes = first.changes.iter();
        let account = app.account(who);
        let is_it = |change: &&attune_core::plan::Change| {
            change.field == field && change.account == account
        };
        changes.find(is_it).and_then(|change| change.after.clone())
    };
    let led: Vec<Who> = company
        .listed()
        .filter(|who| who.position() % 10 > 2 && written(*who, "Manager").is_some())
        .take(2)
        .collect();
    assert_eq!(led.len(), 2);
    for who in &led {
        let leader = company.leader(*who).unwrap();
        assert_eq!(written(*who, "Manager"), Some(company.name(leader)));
        let dn = company.dn(*who);
        let lines = format!("changetype: modify\nreplace: jpegPhoto\njpegPhoto:: {PICTURE}\n-\n");
        slapd.change(&format!("dn: {dn}\n{lines}")).await;
    }

    let second = app.sync(Mode::Complete).await.unwrap();
    let mut pictured: Vec<&str> = Vec::new();
    for change in second
        .changes
        .iter()
        .filter(|change| change.op == Op::Photo)
    {
        pictured.push(&change.account);
    }
    let mut accounts: Vec<String> = led.iter().map(|who| app.account(*who)).collect();
    pictured.sort_unstable();
    accounts.sort_unstable();
    assert_eq!(pictured, accounts);
    for account in &accounts {
        let (_, bytes) = app.world.jira.picture(account).unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{account}");
    }

    app.forget();
    let third = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(third.report.summary.photos, 0);
    assert_eq!(app.world.jira.log().len(), 0);
}
