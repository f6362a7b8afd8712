//! What no address of a service that was lived in shows: the doors, what waits for somebody, and what only a
//! click opens.

use attune_server::access::admins;
use attune_server::jobs::Kind;
use attune_server::settings::SwapPolicy;
use attune_tests::TestApp;
use secrecy::ExposeSecret as _;

use super::Chromium;
use crate::builds;
use crate::console::browser::Site;

/// Rows of which one is computed by a plugin from the folder.
const ROWS: &str = "City = { from = \"city\", steps = [\"stamp.same\"] }\nTitle = \"jobTitle\"";

/// Pages of a service in which something waits, by name and address.
pub(super) const WAITING: [(&str, &str); 5] = [
    ("overview-waits", "/"),
    ("plugins-wait", "/plugins"),
    ("plugin-waits", "/plugins/stamp"),
    ("status-waits", "/connectors/demo/status"),
    ("file-waits", "/connectors/demo/file"),
];

/// Pages in front of the sign-in, by name and address. Somebody gets a password for it: where nobody has
/// one, signing in is first use.
pub(super) async fn doors(site: &Site) -> Vec<(String, String)> {
    let host = site.service.service.pin().0;
    let now_ms = host.clock.now().as_millisecond();
    let code = admins::code(&host.store, now_ms).await.unwrap();
    let chosen = [
        ("code", code.expose_secret()),
        ("username", "grace"),
        ("password", "four words of a kind"),
    ];
    let stranger = site.stranger();
    let made = stranger.post("/first-use", &chosen).await;
    assert_eq!(made.place(), "/");
    [
        ("first-use", "/first-use"),
        ("sign-in", "/sign-in"),
        ("sign-in-ended", "/sign-in?ended=1"),
    ]
    .map(|(name, path)| (name.to_owned(), path.to_owned()))
    .into()
}

/// A service in which a build of a plugin waits with what it would change, and a connector file with it.
pub(super) async fn waiting() -> Site {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(ROWS).unwrap();
    std::fs::create_dir_all(app.plugins()).unwrap();
    std::fs::write(
        app.plugins().join("stamp.wasm"),
        builds::mark("stamp", "-one"),
    )
    .unwrap();
    let site = Site::of(app, SwapPolicy::Manual).await;
    let service = &site.service;
    let job = service.ask(Kind::Sync, "").await.unwrap();
    service.until_ended(&job.id).await.unwrap();
    service
        .save("stamp", &builds::mark("stamp", "-two"))
        .unwrap();
    service
        .until("the build waits", |one| one.waiting("stamp").is_some())
        .await
        .unwrap();
    let rows = format!("{ROWS}\nRoom = \"city\"");
    let text = site.app.connector_text("", &rows);
    service.save_connector("demo", &text).unwrap();
    service
        .until("the file waits", |one| one.waiting("demo").is_some())
        .await
        .unwrap();
    site
}

/// Presses the button above the mapping table, and waits for its dialog.
pub(super) fn add_mapping(tab: &mut Chromium) {
    tab.click("a[data-dialog][href*='/mappings/new']");
    tab.until(
        "the dialog is open",
        "!!document.querySelector('dialog[open] input[name=field]')",
    );
}

/// Opens what only a click opens, and has `look` look at each: the dialog of a new mapping, and the difference
/// before a file is written.
pub(super) fn opened(tab: &mut Chromium, home: &str, mut look: impl FnMut(&mut Chromium, &str)) {
    tab.open(&format!("{home}/connectors/demo/mappings"));
    add_mapping(tab);
    look(tab, "new-mapping-dialog");
    tab.open(&format!("{home}/connectors/demo/schedule"));
    tab.fill("input[name=sync]", "30 3 * * *");
    tab.go("form[action$='/edit/schedule'] button.primary");
    assert!(
        tab.text("pre.diff").contains("30 3"),
        "{}",
        tab.text("main")
    );
    look(tab, "difference");
}
