//! The console in a real browser: headless Chromium, spoken to by its own protocol (CDP) over a web socket
//! on loopback.
//!
//! `tests/run` installs Chromium; its path is taken from `ATTUNE_TEST_CHROMIUM`, else `chromium` is looked
//! for. Without one these tests fail: a browser that is missing has shown nothing.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "where the browser is, the environment says; answers of the protocol are taken apart; a story is told in one go"
)]

mod accessible;
mod injected;
mod screens;
mod states;
mod story;
mod wizard;
mod zone;

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// How long something that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser with one tab.
pub(super) struct Chromium {
    process: Child,
    _profile: tempfile::TempDir,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: String,
    next: u64,
    /// What pages said to their consoles, and errors that nobody caught.
    pub(super) said: Vec<String>,
    /// Addresses that were asked for.
    pub(super) asked: Vec<String>,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

impl Chromium {
    /// Starts one, with a tab of this size.
    pub(super) fn start(width: u32, height: u32) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let path = std::env::var("ATTUNE_TEST_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        let mut process = Command::new(&path)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-sync",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
            ])
            .arg("--remote-debugging-port=0")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("--window-size={width},{height}"))
            .arg("about:blank")
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("no Chromium at `{path}` (tests/run installs it): {error}")
            });
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = lines
            .find_map(|line| {
                line.strip_prefix("DevTools listening on ")
                    .map(str::to_owned)
            })
            .unwrap();
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.count());
        let (socket, _) = tungstenite::connect(address.as_str()).unwrap();
        let mut browser = Self {
            process,
            _profile: profile,
            socket,
            session: String::new(),
            next: 0,
            said: Vec::new(),
            asked: Vec::new(),
        };
        let made = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({ "targetId": made["targetId"], "flatten": true }),
        );
        attached["sessionId"]
            .as_str()
            .unwrap()
            .clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.size(width, height);
        browser
    }

    /// Another size of the tab.
    pub(super) fn size(&mut self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Light or dark, as the system of the reader has it, and nothing that moves.
    pub(super) fn theme(&mut self, theme: &str) {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.call("Emulation.setEmulatedMedia", features);
    }

    /// Scripts of a test may run in pages although the pages' own rules forbid all but theirs.
    pub(super) fn ignores_rules(&mut self) {
        self.call("Page.setBypassCSP", json!({ "enabled": true }));
    }

    /// A script of the test's own runs first in every page from now on.
    pub(super) fn begins_with(&mut self, script: &str) {
        let source = json!({ "source": script });
        self.call("Page.addScriptToEvaluateOnNewDocument", source);
    }

    /// Opens an address, and waits until the page is whole.
    pub(super) fn open(&mut self, address: &str) {
        self.eval("window.leaving = true");
        self.call("Page.navigate", json!({ "url": address }));
        self.until(
            &format!("{address} is there"),
            "!window.leaving && document.readyState === 'complete'",
        );
    }

    /// What an expression of JavaScript gives; promises are waited for.
    pub(super) fn eval(&mut self, expression: &str) -> Value {
        let answer = self.call(
            "Runtime.evaluate",
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true }),
        );
        if let Some(wrong) = answer.get("exceptionDetails") {
            panic!("{expression}: {wrong}");
        }
        answer["result"]["value"].clone()
    }

    /// Waits for something that must become true.
    pub(super) fn until(&mut self, what: &str, expression: &str) {
        let begun = Instant::now();
        loop {
            let asked = json!({ "expression": expression, "returnByValue": true });
            // Between two pages there is nothing to ask.
            let answer = self.call("Runtime.evaluate", asked);
            if answer["result"]["value"] == true {
                return;
            }
            if begun.elapsed() > PATIENCE {
                let page = self.eval("location.href + '\\n' + document.body.innerText");
                panic!(
                    "{what}: not yet ({expression}) {}\n{:?}",
                    page.as_str().unwrap_or_default(),
                    self.said
                );
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Clicks what a selector finds, as a reader would: it has to be seen.
    pub(super) fn click(&mut self, selector: &str) {
        let found = json!(selector);
        self.until(
            &format!("{selector} is there"),
            &format!("!!document.querySelector({found})"),
        );
        let place = self.eval(&format!(
            "(() => {{ const one = document.querySelector({found}); one.scrollIntoView({{block: 'center'}}); \
             const box = one.getBoundingClientRect(); \
             return box.width ? [box.x + box.width / 2, box.y + box.height / 2] : null; }})()"
        ));
        assert!(place.is_array(), "{selector} cannot be seen");
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 }),
            );
        }
    }

    /// Clicks, and waits for the page that comes of it.
    pub(super) fn go(&mut self, selector: &str) {
        self.eval("window.leaving = true");
        self.click(selector);
        self.until(
            &format!("{selector} leads somewhere"),
            "!window.leaving && document.readyState === 'complete'",
        );
    }

    /// Types into a field, in place of what it holds.
    pub(super) fn fill(&mut self, selector: &str, text: &str) {
        let found = json!(selector);
        self.until(
            &format!("{selector} is there"),
            &format!("!!document.querySelector({found})"),
        );
        self.eval(&format!(
            "(() => {{ const one = document.querySelector({found}); one.focus(); one.select && one.select(); }})()"
        ));
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// One key, by its name.
    pub(super) fn press(&mut self, key: &str) {
        let code = if key == "Tab" { 9 } else { 13 };
        for kind in ["keyDown", "keyUp"] {
            self.call(
                "Input.dispatchKeyEvent",
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code }),
            );
        }
    }

    /// The text of what a selector finds first.
    pub(super) fn text(&mut self, selector: &str) -> String {
        let text = self.eval(&format!(
            "document.querySelector({})?.innerText ?? ''",
            json!(selector)
        ));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The whole page as a PNG.
    pub(super) fn screenshot(&mut self) -> Vec<u8> {
        let shot = self.call(
            "Page.captureScreenshot",
            json!({ "format": "png", "captureBeyondViewport": true, "optimizeForSpeed": false }),
        );
        STANDARD.decode(shot["data"].as_str().unwrap()).unwrap()
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let number = self.next;
        let mut order = json!({ "id": number, "method": method, "params": parameters });
        if !self.session.is_empty() {
            order["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(order.to_string())).unwrap();
        loop {
            let message = self.socket.read().unwrap();
            let Message::Text(text) = message else {
                continue;
            };
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["id"] == number {
                if let Some(error) = said.get("error") {
                    // A page that goes away takes its answers with it.
                    return json!({ "error": error });
                }
                return said["result"].clone();
            }
            self.note(&said);
        }
    }

    fn note(&mut self, said: &Value) {
        let about = &said["params"];
        match said["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => self.said.push(about["exceptionDetails"].to_string()),
            "Runtime.consoleAPICalled" if about["type"] != "debug" => {
                self.said.push(about["args"].to_string());
            }
            "Log.entryAdded" if about["entry"]["level"] == "error" => {
                self.said.push(about["entry"].to_string());
            }
            "Network.requestWillBeSent" => {
                let address = about["request"]["url"].as_str().unwrap_or_default();
                self.asked.push(address.to_owned());
            }
            _ => {}
        }
    }
}

/// Every page that the story and the other tests go through, by name and address.
pub(super) async fn pages(site: &super::browser::Site) -> Vec<(String, String)> {
    let host = site.service.service.pin().0;
    let runs = host.store.runs(50).await.unwrap();
    let run = runs
        .iter()
        .find(|run| run.verb == "sync")
        .unwrap()
        .id
        .clone();
    let digest = runs.iter().find(|run| run.verb == "plan");
    let digest = digest
        .and_then(|run| run.report.as_ref())
        .unwrap()
        .digest
        .clone();
    let person = site.app.key(site.app.who(1));
    let mut pages: Vec<(String, String)> = [
        ("overview", "/"),
        ("connectors", "/connectors"),
        ("new-connector", "/connectors/new"),
        ("new-file", "/connectors/new/file"),
        (
            "new-credentials",
            "/connectors/new/credentials?provider=entra",
        ),
        ("new-test", "/connectors/new/test?provider=okta"),
        ("new-people", "/connectors/new/people?provider=google"),
        ("new-target", "/connectors/new/target?provider=keycloak"),
        ("new-mappings", "/connectors/new/mappings?provider=scim"),
        ("status", "/connectors/demo/status"),
        ("mappings", "/connectors/demo/mappings"),
        ("new-mapping", "/connectors/demo/mappings/new"),
        (
            "new-mapping-source",
            "/connectors/demo/mappings/new?step=2&target=jira&field=Room",
        ),
        (
            "new-mapping-steps",
            "/connectors/demo/mappings/new?step=3&target=jira&field=Room&from=city",
        ),
        ("row", "/connectors/demo/mappings/jira/City"),
        ("connector-people", "/connectors/demo/people"),
        ("pictures", "/connectors/demo/pictures"),
        ("scope", "/connectors/demo/scope"),
        ("schedule", "/connectors/demo/schedule"),
        ("source", "/connectors/demo/source"),
        ("file", "/connectors/demo/file"),
        ("runs", "/runs"),
        ("held", "/held"),
        ("people", "/people"),
        ("plugins", "/plugins"),
        ("plugin", "/plugins/text"),
        ("audit", "/audit"),
        ("settings", "/settings/you"),
        ("tokens", "/settings/tokens"),
        ("sessions", "/settings/sessions"),
        ("roles", "/settings/roles"),
        ("system", "/settings/system"),
        ("nothing", "/no/such/page"),
    ]
    .map(|(name, path)| (name.to_owned(), path.to_owned()))
    .into();
    pages.push(("run".to_owned(), format!("/runs/{run}")));
    pages.push(("plan".to_owned(), format!("/plans/{digest}")));
    for view in ["field", "person"] {
        pages.push((
            format!("plan-{view}"),
            format!("/plans/{digest}?view={view}"),
        ));
    }
    pages.push(("person".to_owned(), format!("/people/demo/{person}")));
    pages
}
