//! How long the console takes for each page of a large directory.
//!
//! The world: a directory of 50,000 people, all in tune in twelve fields, and a plan
//! that waits and would change every one of those values. The service runs with its folders watched, as
//! in production; pages are asked for over loopback, one after the other, by somebody who may see
//! everything. **Begin**: the request is sent. **End**: the last byte is there. The first look is told
//! apart from the later ones. Times, not ratios: nothing comparable stands beside it. Run:
//! `cargo bench -p attune-bench --bench pages` (`-- --quick` for 5,000 people).

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use attune_bench::program;
use attune_core::plan::Report;
use attune_server::access::tokens::{self, Wanted};
use attune_server::access::{Access, Options, Role};
use attune_server::api;
use attune_server::settings::SwapPolicy;
use attune_server::sync::Mode;
use attune_tests::TestApp;
use attune_tests::service::TestService;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Twelve rows; `{end}` is what the plan changes.
const MAPPING: &str = r#"
Department   = { from = "department", steps = [{ use = "text.append", after = "{end}" }] }
Title        = { from = "jobTitle", steps = [{ use = "text.append", after = "{end}" }] }
Company      = { value = "Contoso{end}" }
Mail         = { from = "mail", steps = [{ use = "text.append", after = "{end}" }] }
Office       = { use = "template.render", text = "{officeLocation} ({country}){end}" }
Manager      = { from = "manager.displayName", steps = [{ use = "text.append", after = "{end}" }] }
Phone        = { from = "businessPhones[0]", steps = [{ use = "text.append", after = "{end}" }] }
Cost         = { from = "onPremisesExtensionAttributes.extensionAttribute1", steps = [{ use = "text.append", after = "{end}" }] }
Login        = { from = "userPrincipalName", steps = ["text.lower", { use = "text.append", after = "{end}" }] }
Country      = { from = "country", steps = [{ use = "text.append", after = "{end}" }] }
City         = { from = "city", steps = [{ use = "text.append", after = "{end}" }] }
Employee     = { from = "employeeId", steps = [{ use = "text.append", after = "{end}" }] }
"#;
/// The most that a page may take, in ms.
const GATE_MS: f64 = 200.0;
/// Later looks at each page.
const LOOKS: usize = 7;

fn main() -> ExitCode {
    program::run(async || {
        // Half of what other benchmarks have: the directory that this promise is about.
        Box::pin(live(program::people() / 2)).await
    })
}

/// A page, and how long it took.
struct Line {
    path: String,
    first_ms: f64,
    later_ms: f64,
    kilobytes: f64,
}

/// A service behind its HTTP interface, and the token of somebody who may do everything.
struct Site {
    address: SocketAddr,
    token: SecretString,
    _serving: JoinSet<std::io::Result<()>>,
}

async fn live(people: usize) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let app = TestApp::tidy(people).await?;
    app.maps(&MAPPING.replace("{end}", ","))?;
    let service = app.serve(SwapPolicy::Manual).await?;
    let synced = service.sync(Mode::Complete).await?;
    service.stop().await;
    app.maps(&MAPPING.replace("{end}", "."))?;
    let mut planned = app.plan(Mode::Complete).await?;
    planned.changes = Vec::new();
    let service = app.serve(SwapPolicy::Manual).await?;
    println!(
        "{} people, {} values written, a plan of {} changes; made in {:.0} s",
        synced.report.summary.people,
        synced.report.summary.written,
        planned.report.summary.changes,
        begun.elapsed().as_secs_f64()
    );
    let (site, stop) = Site::open(&service).await?;
    let lines = site.ask(&pages(&app, &planned.report)).await;
    stop.cancel();
    service.stop().await;
    Ok(told(&lines?))
}

/// Every page that shows something of many people.
fn pages(app: &TestApp, planned: &Report) -> Vec<String> {
    let person = app.key(app.who(2));
    let plan = format!("/plans/{}", planned.digest);
    let field = "view=person&target=jira&field=Department";
    let mut pages: Vec<String> = [
        "/",
        "/connectors",
        "/connectors/demo/status",
        "/connectors/demo/mappings",
        "/connectors/demo/people",
        "/connectors/demo/people?state=unmatched",
        "/connectors/demo/people?q=an",
        "/connectors/demo/people?q=nobody-is-called-this",
        "/connectors/demo/pictures",
        "/connectors/demo/scope",
        "/connectors/demo/schedule",
        "/connectors/demo/source",
        "/connectors/demo/file",
        "/runs",
        "/held",
        "/people",
        "/people?q=an",
        "/people?q=nobody-is-called-this",
        "/plugins",
        "/plugins/text",
        "/audit",
        "/settings",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push(format!("/people/demo/{person}"));
    pages.extend(["value", "field", "person"].map(|view| format!("{plan}?view={view}")));
    pages.push(format!("{plan}?{field}"));
    pages
}

impl Site {
    async fn open(service: &TestService) -> anyhow::Result<(Self, CancellationToken)> {
        let host = service.service.pin().0;
        let wanted = Wanted {
            name: "benchmark".to_owned(),
            role: Role::Admin,
            personal: true,
            connectors: None,
            days: 1,
        };
        let now_ms = host.clock.now().as_millisecond();
        let created = tokens::create(&host.store, wanted, ("a benchmark", now_ms)).await;
        let created = created.map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        let options = Options {
            requests_per_minute: u32::MAX,
            ..Options::default()
        };
        let access = Access::new(host.store, host.clock, options);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (begun, stop) = (Arc::new(OnceLock::new()), CancellationToken::new());
        let _set_once = begun.set(service.service.clone());
        let mut serving = JoinSet::new();
        serving.spawn(api::serve(listener, begun, access, stop.clone()));
        let site = Self {
            address,
            token: created.secret,
            _serving: serving,
        };
        Ok((site, stop))
    }

    /// Asks for every page, so often.
    async fn ask(&self, pages: &[String]) -> anyhow::Result<Vec<Line>> {
        let mut lines = Vec::new();
        for path in pages {
            let (first, bytes) = self.get(path).await?;
            let mut later = Vec::new();
            for _ in 0..LOOKS {
                later.push(self.get(path).await?.0);
            }
            later.sort();
            let later = later.get(LOOKS / 2).copied().unwrap_or_default();
            lines.push(Line {
                path: path.clone(),
                first_ms: first.as_secs_f64() * 1e3,
                later_ms: later.as_secs_f64() * 1e3,
                kilobytes: bytes as f64 / 1e3,
            });
        }
        Ok(lines)
    }

    async fn get(&self, path: &str) -> anyhow::Result<(Duration, usize)> {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(self.address).await?;
        let token = self.token.expose_secret();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
             accept: text/html\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let taken = begun.elapsed();
        let head = String::from_utf8_lossy(answer.get(..12).unwrap_or_default()).into_owned();
        anyhow::ensure!(head.ends_with("200"), "{path} was answered {head}");
        Ok((taken, answer.len()))
    }
}

/// Prints the table; false where a page is late.
fn told(lines: &[Line]) -> bool {
    println!("{:<66} {:>8} {:>9} {:>8}", "page", "first", "later", "size");
    let mut is_met = true;
    for line in lines {
        let is_late = line.first_ms.max(line.later_ms) > GATE_MS;
        is_met &= !is_late;
        let path: String = line.path.chars().take(66).collect();
        println!(
            "{path:<66} {:>5.0} ms {:>6.0} ms {:>5.0} kB{}",
            line.first_ms,
            line.later_ms,
            line.kilobytes,
            if is_late { "  GATE MISSED" } else { "" }
        );
    }
    println!("gate: {GATE_MS} ms, for the first look and for the median of {LOOKS} later ones");
    is_met
}
