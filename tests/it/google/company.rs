//! A company in Google Workspace: the stand-in of its directory, and a host beside a Jira.

use attune_server::clock::Clock as _;
use attune_server::fault::Failure;
use attune_server::sync::{self, Mode};
use attune_sim::Setup;
use attune_sim::demo;
use attune_sim::google::{Google, Settings};
use attune_sim::log::Record;
use attune_sim::people::{Manager, People, Who};
use attune_tests::TestApp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// When every test begins, as the stand-in's clock shows it.
pub(crate) const START_S: i64 = 1_795_298_400;
pub(crate) const PEOPLE: usize = 60;

pub(crate) const MAP: &str = r#"
Department     = "organizations[primary=true].department"
Title          = "organizations[primary=true].title"
Unit           = "orgUnitPath"
Manager        = "manager.name.fullName"
"Cost centre"  = "customSchemas.Work.costCentre"
Desk           = "customSchemas.Work.desks[0].value"
"#;

/// A directory and a host beside a Jira.
pub(crate) struct Company {
    pub(crate) app: TestApp,
    pub(crate) google: Google,
}

impl Company {
    pub(crate) async fn of(number: usize) -> Self {
        let app = TestApp::tidy(number).await.unwrap();
        let settings = Settings {
            clock_s: Some(START_S),
            page_max: 20,
            ..Settings::default()
        };
        let people = People::generate(demo::SEED, number);
        let google = Google::start(Setup::default(), people, settings)
            .await
            .unwrap();
        std::fs::write(app.path("google-key.json"), google.key_file()).unwrap();
        let company = Self { app, google };
        company.connects("", "", MAP);
        company
    }

    /// Writes the connector file: the inside of `options`, tables before the target, rows.
    pub(crate) fn connects(&self, options: &str, tables: &str, map: &str) {
        let (url, jira) = (self.google.url(), self.app.world.jira.url());
        let target = self.app.target_text("jira", &jira);
        let target = target
            .replace("\"userPrincipalName\"", "\"primaryEmail\"")
            .replace("\"mail\"", "\"emails[0].address\"");
        let text = format!(
            r#"id = "demo"
[source]
provider = "google"
options = {{ {options} }}
[source.endpoint]
api = "{url}"
login = "{url}"
[source.credential.app]
kind = "google-service-account"
key = {{ file = "../google-key.json" }}
subject = "admin@contoso.example"
{tables}
{target}
[target.jira.map]
{map}
"#
        );
        self.app.connector(&text).unwrap();
    }

    pub(crate) async fn sync(&self) -> attune_tests::Ran {
        self.set_clock();
        self.app.sync(Mode::Complete).await.unwrap()
    }

    /// The waits of a run move the host's clock only; tokens want both to agree.
    fn set_clock(&self) {
        let now_s = self.app.clock.now().as_second();
        self.google
            .configure(|settings| settings.clock_s = Some(now_s));
    }

    /// Everybody whom Google has: guests are none of its users.
    pub(crate) fn users(&self) -> Vec<Who> {
        let everybody = |people: &mut People| {
            let users = people.iter().filter(|who| !people.is_guest(*who));
            users.collect()
        };
        self.google.people(everybody)
    }

    pub(crate) fn text(&self, who: Who, member: &str) -> Option<String> {
        let text = self.google.people(|people| people.text(who, member));
        text.filter(|text| !text.is_empty())
    }

    /// Who is not as the directory says.
    pub(crate) fn out_of_tune(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for who in self.users() {
            let manager = match self.google.people(|people| people.manager(who)) {
                Manager::Person(leader) => self.text(leader, "displayName"),
                Manager::Nobody | Manager::Dangling => None,
            };
            for (field, shall) in [
                ("Department", self.text(who, "department")),
                ("Title", self.text(who, "jobTitle")),
                ("Manager", manager),
                ("Cost centre", self.attribute(who, "extensionAttribute1")),
                ("Desk", self.attribute(who, "extensionAttribute2")),
            ] {
                let is = self.app.property(who, field);
                if is != shall {
                    wrong.push(format!("{who:?} {field}: {is:?} and not {shall:?}"));
                }
            }
        }
        wrong
    }

    fn attribute(&self, who: Who, name: &str) -> Option<String> {
        let all = self
            .google
            .people(|people| people.member(who, "onPremisesExtensionAttributes"));
        let text = all?.get(name)?.as_str().map(str::to_owned);
        text.filter(|text| !text.is_empty())
    }

    pub(crate) fn of_class(&self, class: &str) -> Vec<Record> {
        let log = self.google.log().into_iter();
        log.filter(|record| record.class == class).collect()
    }

    /// The scopes for which tokens were asked, one token each.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let tokens = self.of_class("token").into_iter();
        tokens
            .map(|record| {
                let (_, assertion) = record.body.split_once("assertion=").unwrap();
                let claims = assertion.split('.').nth(1).unwrap();
                let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
                let claims: Value = serde_json::from_slice(&claims).unwrap();
                let scope = claims.get("scope").and_then(Value::as_str);
                scope.unwrap().to_owned()
            })
            .collect()
    }

    pub(crate) async fn refused(&self) -> Failure {
        self.set_clock();
        self.app.refused(Mode::Complete).await.unwrap()
    }

    pub(crate) async fn lines(&self) -> Vec<sync::CheckLine> {
        let loaded = self.app.loaded("demo").unwrap();
        sync::check(&self.app.app.host, &loaded).await.unwrap()
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let complaints = self.google.complaints();
            assert!(complaints.is_empty(), "left behind: {complaints:?}");
        }
    }
}
