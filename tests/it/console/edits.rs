//! What somebody types into the forms that edit a connector: it comes through whole, and whatever goes wrong,
//! it is still there.

use attune_server::settings::SwapPolicy;
use attune_tests::{PLAIN, TestApp};

use super::browser::{Browser, Page, Site};
use super::form::{Form, plain};

/// A jq program of several lines, as a row has it.
const PROGRAM: &str = "# as they shout\n.\n| ascii_upcase";

/// A service whose connector has these lines and rows.
async fn site(extra: &str, rows: &str) -> Site {
    let app = TestApp::tidy(3).await.unwrap();
    let text = app.connector_text(extra, rows);
    app.write_connector("demo", &text).unwrap();
    Site::of(app, SwapPolicy::Guarded).await
}

fn file(site: &Site) -> String {
    std::fs::read_to_string(site.app.connectors().join("demo.toml")).unwrap()
}

/// Somebody else writes a remark into the file.
fn remark(site: &Site, remark: &str) {
    let text = format!("{}# {remark}\n", file(site));
    std::fs::write(site.app.connectors().join("demo.toml"), text).unwrap();
}

fn changes(page: &Page) -> bool {
    assert_eq!(page.status, 200, "{page:?}");
    page.body.contains("<code class=\"add\">") || page.body.contains("<code class=\"del\">")
}

/// From the difference back to the form, by its button.
async fn back(browser: &Browser<'_>, page: &Page, action: &str) -> Page {
    assert!(page.body.contains("Back to the form"), "{page:?}");
    let back = Form::at(page, action).post(browser).await;
    assert_eq!(back.status, 200, "{back:?}");
    back
}

async fn save(browser: &Browser<'_>, page: &Page) -> Page {
    assert!(!page.body.contains(" disabled"), "{page:?}");
    let form = Form::at(page, "/connectors/demo/file");
    form.press(browser, "then", "save").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_and_values_with_commas_stay_whole() {
    const EDIT: &str = "/connectors/demo/edit/scope";
    let scope = "[scope]\n\
        groups = [\"cn=wiki,ou=groups,dc=example,dc=com\", \"jira-users\"]\n\
        include = [{ attribute = \"department\", in = [\"Research, Development\", \"Sales\"] }]";
    let site = site(scope, PLAIN).await;
    let admin = site.admin().await;
    let tab = admin.get("/connectors/demo/scope").await;
    let form = Form::at(&tab, EDIT);
    let groups = "cn=wiki,ou=groups,dc=example,dc=com\njira-users";
    assert_eq!(form.has("groups"), [groups]);
    assert_eq!(
        form.has("include.value"),
        ["Research, Development\nSales", ""]
    );
    let same = form.post(&admin).await;
    assert!(!changes(&same), "{same:?}");
    let more = Form::at(&tab, EDIT)
        .set("groups", &format!("{groups}\n cn=two,ou=groups \n"))
        .first("include.value", "Research, Development\nSales\nBoard");
    let review = more.post(&admin).await;
    assert!(!review.body.contains(" disabled"), "{review:?}");
    let text = Form::at(&review, "/connectors/demo/file");
    let text = text.has("text").concat();
    let dn = "cn=wiki,ou=groups,dc=example,dc=com";
    let groups = format!("groups = [\"{dn}\", \"jira-users\", \"cn=two,ou=groups\"]");
    assert!(text.contains(&groups), "{text}");
    let values = "\"Research, Development\", \"Sales\", \"Board\"";
    assert!(text.contains(values), "{text}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_with_a_mistake_comes_back_filled_and_says_where() {
    let site = site("", PLAIN).await;
    let admin = site.admin().await;
    let tab = admin.get("/connectors/demo/schedule").await;
    let edit = "/connectors/demo/edit/schedule";
    let wrong = Form::at(&tab, edit)
        .set("sync", "at night")
        .set("time-zone", "Europe/Berlin");
    let review = wrong.post(&admin).await;
    assert!(review.body.contains(" disabled"), "{review:?}");
    let again = back(&admin, &review, edit).await;
    let form = Form::at(&again, edit);
    assert_eq!(form.has("sync"), ["at night"]);
    assert_eq!(form.has("time-zone"), ["Europe/Berlin"]);
    assert!(again.body.contains("id=\"e-sync\""), "{again:?}");
    assert!(!again.body.contains("id=\"e-full\""), "{again:?}");
    let review = form.set("sync", "0 3 * * *").post(&admin).await;
    assert_eq!(
        save(&admin, &review).await.place(),
        "/connectors/demo/status"
    );
    assert!(file(&site).contains("0 3 * * *"), "{}", file(&site));

    let tab = admin.get("/connectors/demo/scope").await;
    let edit = "/connectors/demo/edit/scope";
    let wrong = Form::at(&tab, edit)
        .first("include.attribute", "city")
        .first("include.test", "matches")
        .first("include.value", "(")
        .set("leavers", "clear")
        .set("after", "soon");
    let again = back(&admin, &wrong.post(&admin).await, edit).await;
    let form = Form::at(&again, edit);
    assert_eq!(form.has("include.value"), ["(", ""]);
    assert_eq!(form.has("include.test").first(), Some(&"matches"));
    assert_eq!(
        (form.has("leavers"), form.has("after")),
        (vec!["clear"], vec!["soon"])
    );
    assert!(again.body.contains("id=\"e-include-1\""), "{again:?}");
    assert!(again.body.contains("id=\"e-after\""), "{again:?}");

    let tab = admin.get("/connectors/demo/pictures").await;
    let edit = "/connectors/demo/edit/pictures";
    let wrong = Form::at(&tab, edit)
        .set("jira.on", "true")
        .set("jira.size", "4000");
    let again = back(&admin, &wrong.post(&admin).await, edit).await;
    assert_eq!(Form::at(&again, edit).has("jira.size"), ["4000"]);
    assert!(again.body.contains("class=\"error\""), "{again:?}");
    let many = Form::at(&again, edit).set("jira.size", "many");
    let again = many.post(&admin).await;
    assert_eq!(Form::at(&again, edit).has("jira.size"), ["many"]);

    let tab = admin.get("/connectors/demo/source").await;
    let edit = "/connectors/demo/edit/source";
    let wrong = Form::at(&tab, edit)
        .set("option.filter", "accountEnabled eq true")
        .set("endpoint.api", "no address");
    let again = back(&admin, &wrong.post(&admin).await, edit).await;
    let form = Form::at(&again, edit);
    assert_eq!(form.has("endpoint.api"), ["no address"]);
    assert_eq!(form.has("option.filter"), ["accountEnabled eq true"]);
    assert!(again.body.contains("class=\"error\""), "{again:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changed_meanwhile_costs_nobody_what_they_typed() {
    let site = site("", PLAIN).await;
    let admin = site.admin().await;
    let edit = "/connectors/demo/edit/file";
    let tab = admin.get("/connectors/demo/file").await;
    let text = Form::at(&tab, edit).has("text").concat();
    let typed = format!("{text}# what was typed\n");
    remark(&site, "somebody else");
    let again = Form::at(&tab, edit).set("text", &typed).post(&admin).await;
    assert!(again.body.contains("has changed since"), "{again:?}");
    let form = Form::at(&again, edit);
    assert_eq!(form.has("text"), [typed.as_str()]);
    let review = form.post(&admin).await;
    assert!(changes(&review), "{review:?}");
    remark(&site, "once more");
    let unsaved = save(&admin, &review).await;
    assert_eq!(unsaved.status, 412, "{unsaved:?}");
    assert!(unsaved.body.contains("has changed since"), "{unsaved:?}");
    let again = back(&admin, &unsaved, edit).await;
    assert_eq!(Form::at(&again, edit).has("text"), [typed.as_str()]);

    // A form of fields is put into the newer file.
    let tab = admin.get("/connectors/demo/schedule").await;
    let edit = "/connectors/demo/edit/schedule";
    let form = Form::at(&tab, edit).set("full", "0 4 * * 0");
    let review = form.post(&admin).await;
    remark(&site, "while somebody looked");
    let unsaved = save(&admin, &review).await;
    assert_eq!(unsaved.status, 412, "{unsaved:?}");
    let again = back(&admin, &unsaved, edit).await;
    let form = Form::at(&again, edit);
    assert_eq!(form.has("full"), ["0 4 * * 0"]);
    let saved = save(&admin, &form.post(&admin).await).await;
    assert_eq!(saved.place(), "/connectors/demo/status");
    let file = file(&site);
    assert!(
        file.contains("0 4 * * 0") && file.contains("while somebody looked"),
        "{file}"
    );

    // So is a file that somebody pastes.
    let new = admin.get("/connectors/new/file?provider=okta").await;
    let pasted = Form::at(&new, "/connectors/new/file")
        .set("name", "demo")
        .set("text", "[source\n");
    let again = pasted.post(&admin).await;
    let form = Form::at(&again, "/connectors/new/file");
    assert_eq!(
        (form.has("name"), form.has("text")),
        (vec!["demo"], vec!["[source\n"])
    );
    assert!(
        again.body.contains("There is a connector of this name"),
        "{again:?}"
    );
    let review = form.set("name", "third").post(&admin).await;
    let again = back(&admin, &review, "/connectors/new/file").await;
    assert!(again.body.contains("role=\"alert\""), "{again:?}");
    assert_eq!(
        Form::at(&again, "/connectors/new/file").has("text"),
        ["[source\n"]
    );
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_keep_programs_and_files_and_what_was_typed() {
    const EDIT: &str = "/connectors/demo/mappings/edit";
    let app = TestApp::tidy(3).await.unwrap();
    std::fs::write(app.connectors().join("up.jq"), PROGRAM).unwrap();
    let rows = "City = { from = \"city\", steps = [{ use = \"expression.jq\", program = { file = \"up.jq\" } }] }\n\
        Office = { from = \"city\", steps = [{ use = \"expression.jq\", program = \"# as they shout\\n.\\n| ascii_upcase\" }] }";
    let text = app.connector_text("", rows);
    app.write_connector("demo", &text).unwrap();
    let site = Site::of(app, SwapPolicy::Guarded).await;
    let admin = site.admin().await;

    // What nobody touched is what it was.
    let row = admin.get("/connectors/demo/mappings/jira/City").await;
    let review = Form::at(&row, EDIT).press(&admin, "act", "review").await;
    assert!(!changes(&review), "{review:?}");
    let row = admin.get("/connectors/demo/mappings/jira/Office").await;
    let form = Form::at(&row, EDIT);
    assert_eq!(form.has("step.0.program"), [PROGRAM]);
    let form = form.set("when-missing", "clear");
    let review = form.press(&admin, "act", "review").await;
    save(&admin, &review).await.place();
    let connector = site.app.loaded("demo").unwrap().connector;
    for rows in &connector.targets[0].map.fields {
        let step = &rows.rows[0].steps[0];
        assert_eq!(step.options["program"], PROGRAM, "{}", rows.field.name);
    }

    // A step that was added by mistake goes again, although it wants something; what was typed moves along.
    let form = Form::at(&row, EDIT).set("add", "text.left");
    let added = form.press(&admin, "act", "add").await;
    let buttons = added.body.split("<button ").skip(1);
    let buttons = buttons.map(|button| button.split('>').next().unwrap());
    let small = buttons.filter(|button| {
        let acts = ["up-", "down-", "remove-", "add\"", "preview", "back"];
        acts.iter()
            .any(|act| button.contains(&format!("value=\"{act}")))
    });
    let small: Vec<&str> = small.collect();
    assert!(small.len() > 5, "{small:?}");
    for button in small {
        assert!(button.contains(" formnovalidate"), "{button}");
    }
    let form = Form::at(&added, EDIT).set("step.1.length", "many");
    let wrong = form.press(&admin, "act", "review").await;
    assert!(wrong.body.contains("id=\"e-o-step.1.length\""), "{wrong:?}");
    let form = Form::at(&wrong, EDIT);
    assert_eq!(form.has("step.1.length"), ["many"]);
    let moved = form.press(&admin, "act", "up-1").await;
    assert!(moved.body.contains("id=\"e-o-step.0.length\""), "{moved:?}");
    let form = Form::at(&moved, EDIT);
    assert_eq!(form.has("step.0.length"), ["many"]);
    assert_eq!(form.has("step.1.program"), [PROGRAM]);
    let gone = form.press(&admin, "act", "remove-0").await;
    let form = Form::at(&gone, EDIT);
    assert_eq!(form.has("step.0.program"), [PROGRAM]);

    // What the plugin does not like is told at its step.
    let review = form
        .set("step.0.program", "no (\nprogram")
        .press(&admin, "act", "review")
        .await;
    assert!(review.body.contains(" disabled"), "{review:?}");
    let again = back(&admin, &review, EDIT).await;
    assert_eq!(
        Form::at(&again, EDIT).has("step.0.program"),
        ["no (\nprogram"]
    );
    assert!(again.body.contains("class=\"error pad\""), "{again:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_mapping_goes_back_and_forth_and_names_a_field_that_is_there() {
    let app = TestApp::tidy(3).await.unwrap();
    let rows = (
        "Department = \"department\"",
        "phone = \"businessPhones[0]\"",
    );
    let text = app.world.access().both("id = \"demo\"", "", rows);
    app.write_connector("demo", &text).unwrap();
    let site = Site::of(app, SwapPolicy::Guarded).await;
    let admin = site.admin().await;
    let new = "/connectors/demo/mappings/new";

    let first = admin.get(&format!("{new}?target=wiki&kind=profile")).await;
    let form = Form::by_get(&first, new).set("field", "shoe-size");
    let wrong = admin.get(&form.address()).await;
    assert!(wrong.body.contains("id=\"field-error\""), "{wrong:?}");
    assert!(wrong.body.contains("phone, im, website"), "{wrong:?}");
    let form = Form::by_get(&wrong, new);
    assert_eq!(form.has("field"), ["shoe-size"]);
    let second = admin.get(&form.set("field", "position").address()).await;
    let form = Form::by_get(&second, new)
        .set("typed", "jobTitle2")
        .set("others", "city");
    let back = admin.get(&form.set("step", "1").address()).await;
    let form = Form::by_get(&back, new);
    assert_eq!(
        (form.has("target"), form.has("kind")),
        (vec!["wiki"], vec!["profile"])
    );
    assert_eq!(form.has("field"), ["position"]);
    let second = admin.get(&form.address()).await;
    let form = Form::by_get(&second, new);
    assert_eq!(form.has("typed"), ["jobTitle2"]);

    let third = admin.get(&form.set("step", "3").address()).await;
    let edit = "/connectors/demo/mappings/edit";
    let form = Form::at(&third, edit).set("add", "text.left");
    let added = form.press(&admin, "act", "add").await;
    let form = Form::at(&added, edit).set("step.0.length", "3");
    let place = form.press(&admin, "act", "back").await.place();
    let second = admin.get(&place).await;
    let form = Form::by_get(&second, new);
    assert_eq!(form.has("typed"), ["jobTitle2"]);
    assert_eq!(form.has("others"), ["city"]);
    let third = admin.get(&form.set("step", "3").address()).await;
    let form = Form::at(&third, edit);
    assert_eq!(form.has("step.0.length"), ["3"]);
    let review = form.press(&admin, "act", "review").await;
    assert!(
        plain(&review.body).contains("first = [\"jobTitle2\", \"city\"]"),
        "{review:?}"
    );
    let again = self::back(&admin, &review, edit).await;
    assert_eq!(Form::at(&again, edit).has("step.0.length"), ["3"]);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_failed_is_left_alone_until_somebody_says_so() {
    let site = site("", PLAIN).await;
    let admin = site.admin().await;
    let new = "/connectors/demo/mappings/new";
    let step = format!("{new}?step=2&target=jira&field=Room");
    let secret = site.app.path("entra-secret");
    let right = std::fs::read_to_string(&secret).unwrap();
    std::fs::write(&secret, "not-it").unwrap();
    let failed = admin.get(&step).await;
    assert!(failed.body.contains("could not be read"), "{failed:?}");
    std::fs::write(&secret, right).unwrap();
    let searched = admin.get(&format!("{step}&q=ci&typed=city")).await;
    assert!(searched.body.contains("could not be read"), "{searched:?}");
    let again = "formaction=\"/connectors/demo/discover\"";
    assert!(searched.body.contains(again), "{searched:?}");
    // The button sends the form elsewhere.
    let fields = [
        ("target", "jira"),
        ("kind", ""),
        ("field", "Room"),
        ("q", "ci"),
        ("typed", "city"),
        ("step", "2"),
    ];
    let place = admin.post("/connectors/demo/discover", &fields).await;
    let seen = admin.get(&place.place()).await;
    assert!(!seen.body.contains("could not be read"), "{seen:?}");
    assert!(seen.body.contains("value=\"city\" id=\"a-"), "{seen:?}");
    assert_eq!(Form::by_get(&seen, new).has("typed"), ["city"]);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_of_several_rows_says_why_it_is_edited_in_the_file() {
    let rows = "Room = [{ from = \"city\", when = [{ attribute = \"city\", present = true }] }, \"department\"]";
    let site = site("", rows).await;
    let admin = site.admin().await;
    let place = admin.get("/connectors/demo/mappings/jira/Room").await;
    let shown = admin.get(&place.place()).await;
    assert!(
        shown.body.contains("This field has several rows"),
        "{shown:?}"
    );
    let plain = admin.get("/connectors/demo/file").await;
    assert!(!plain.body.contains("several rows"), "{plain:?}");
    site.close().await;
}
