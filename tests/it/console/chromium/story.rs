//! The way of an admin who knows User Sync: a mapping is added, previewed, planned, approved, seen at the
//! target; a plugin is swapped and taken back; and everything is undone.

use attune_server::jobs::Kind;
use attune_server::settings::SwapPolicy;
use attune_tests::{PLAIN, TestApp};

use super::Chromium;
use super::states::add_mapping;
use crate::builds;
use crate::console::browser::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_adds_a_mapping_previews_approves_swaps_and_rolls_back() {
    let app = TestApp::tidy(20).await.unwrap();
    // Taking a build back changes what everybody has: here no guard holds that.
    let free = "[guard]\nchanged-people = \"off\"\none-value-takes-over = \"off\"";
    app.write_connector("demo", &app.connector_text(free, PLAIN))
        .unwrap();
    std::fs::create_dir_all(app.plugins()).unwrap();
    std::fs::write(
        app.plugins().join("stamp.wasm"),
        builds::mark("stamp", "-one"),
    )
    .unwrap();
    let site = Site::of(app, SwapPolicy::Manual).await;
    let job = site.service.ask(Kind::Sync, "").await.unwrap();
    site.service.until_ended(&job.id).await.unwrap();
    let (home, link) = (site.address(), site.link("ada").await);
    let who = site.app.who(4);
    let city = site.app.member(who, "city").unwrap();

    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&link);
        assert_eq!(tab.eval("location.pathname"), "/");
        // Connector list, Edit, Attribute Mapping, Add New Mapping.
        tab.open(&format!("{home}/connectors"));
        tab.go("a[href='/connectors/demo/status']");
        tab.go("nav a[href='/connectors/demo/mappings']");
        assert!(tab.text("main").contains("Attribute Mapping"));
        add_mapping(&mut tab);
        tab.fill("dialog input[name=field]", "Room");
        tab.go("dialog form button.primary");
        tab.fill("input[name=typed]", "city");
        tab.go("#source button.primary");
        // The preview follows while somebody chooses.
        tab.until(
            "the preview shows values",
            "document.querySelectorAll('#preview .val').length >= 3",
        );
        tab.eval("document.querySelector('select[name=add]').value = 'stamp.same'");
        tab.go("button[value=add]");
        tab.until(
            "the step is in the preview",
            "document.querySelector('#preview').innerText.includes('-one')",
        );
        // The difference to the file, before it is written.
        tab.go("button[value=review]");
        assert!(
            tab.text("pre.diff").contains("Room"),
            "{}",
            tab.text("main")
        );
        tab.go("button[name=then][value=plan]");
        // Nothing is written before somebody approves the plan that is shown.
        assert!(
            tab.eval("location.pathname")
                .as_str()
                .unwrap()
                .starts_with("/plans/"),
            "{}",
            tab.text("main")
        );
        assert!(tab.text("main").contains("Room"));
        assert_eq!(
            site.app.property(who, "Room"),
            None,
            "a plan writes nothing"
        );
        tab.fill("input[name=comment]", "as discussed");
        tab.go("form[action$='/approve'] button.primary");
    });
    let written = std::fs::read_to_string(site.app.connectors().join("demo.toml")).unwrap();
    assert!(written.contains("Room"), "{written}");
    assert_eq!(
        site.app.property(who, "Room").as_deref(),
        Some(format!("{city}-one").as_str())
    );

    // Another build changes what everybody has, so it waits; it is looked at, used, and taken back.
    site.service
        .save("stamp", &builds::mark("stamp", "-two"))
        .unwrap();
    site.service
        .until("the build waits", |one| one.waiting("stamp").is_some())
        .await
        .unwrap();
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&site.link_again("ada"));
        tab.open(&format!("{home}/plugins/stamp"));
        assert!(tab.text("main").contains("-two"), "{}", tab.text("main"));
        tab.go("form[action='/plugins/stamp/swap'] button");
        tab.until(
            "it can be taken back",
            "!!document.querySelector('form[action=\"/plugins/stamp/rollback\"] button')",
        );
    });
    assert_eq!(
        site.app.property(who, "Room").as_deref(),
        Some(format!("{city}-two").as_str())
    );
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&site.link_again("ada"));
        tab.open(&format!("{home}/plugins/stamp"));
        tab.go("form[action='/plugins/stamp/rollback'] button");
        tab.open(&format!("{home}/audit"));
        let log = tab.text("main");
        assert!(
            log.contains("rollback") && log.contains("admin:ada"),
            "{log}"
        );
        assert!(log.contains("as discussed"), "{log}");
        assert_eq!(tab.said, Vec::<String>::new(), "no page complains");
        let elsewhere: Vec<&String> = tab
            .asked
            .iter()
            .filter(|at| !at.starts_with(&home))
            .collect();
        assert!(
            elsewhere
                .iter()
                .all(|at| at.starts_with("about:") || at.starts_with("data:")),
            "{elsewhere:?}"
        );
    });
    assert_eq!(
        site.app.property(who, "Room").as_deref(),
        Some(format!("{city}-one").as_str())
    );

    // What the plan wrote is taken back: a plan like any other, which somebody approves.
    tokio::task::block_in_place(|| {
        let mut tab = Chromium::start(1280, 800);
        tab.open(&site.link_again("ada"));
        tab.open(&format!("{home}/runs"));
        tab.go("main table a[href^='/runs/']");
        tab.go("form[action$='/undo'] button");
        tab.until(
            "the plan that takes it back is there",
            "!!document.querySelector('a[href^=\"/plans/\"]')",
        );
        tab.go("a[href^='/plans/']");
        assert!(tab.text("main").contains("Room"), "{}", tab.text("main"));
        assert_eq!(
            site.app.property(who, "Room").as_deref(),
            Some(format!("{city}-one").as_str()),
            "a plan writes nothing"
        );
        tab.go("form[action$='/approve'] button.primary");
    });
    assert_eq!(
        site.app.property(who, "Room").as_deref(),
        Some(format!("{city}-two").as_str())
    );
    site.close().await;
}
