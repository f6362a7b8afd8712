//! Prism as a strict checker of requests: answers 422 to what the description does not allow.
//!
//! `tests/run` installs it and says where in `ATTUNE_TEST_PRISM`; without that it is installed by
//! npm below `target/peers` on first use. The run itself talks to 127.0.0.1 only.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::reference;

const PACKAGE: &str = "@stoplight/prism-cli@5.14.2";
const PATIENCE: Duration = Duration::from_mins(1);

/// A running Prism; stopped when it is dropped.
pub(crate) struct Prism {
    process: Child,
    port: u16,
    log: PathBuf,
}

impl Prism {
    /// Starts it over the description of Graph.
    pub(crate) fn start() -> Self {
        let program = program();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let log = std::env::temp_dir().join(format!("attune-prism-{port}.log"));
        let spec = reference("specs/microsoft-graph-v1.0-users.openapi.json");
        let mut process = Command::new(&program)
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(spec)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let output = process.stdout.take().expect("a piped output");
        let mut lines = BufReader::new(output);
        let mut line = String::new();
        while lines.read_line(&mut line).expect("a readable output") > 0 {
            if line.contains("Prism is listening") {
                break;
            }
            line.clear();
        }
        assert!(line.contains("listening"), "Prism did not start");
        // Whatever it says from now on is kept for a failing test to show.
        let mut file = File::create(&log).expect("a log file");
        std::thread::spawn(move || std::io::copy(&mut lines, &mut file));
        Self { process, port, log }
    }

    /// The status that a `GET` of this path gets.
    pub(crate) fn ask<'a>(
        &self,
        path: &str,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> u16 {
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.push_str("Connection: close\r\n\r\n");
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("Prism listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let line = String::from_utf8_lossy(&answer);
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok());
        status.expect("a status line")
    }

    /// What it said about violations.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let violations = log.lines().filter(|line| line.contains("Violation"));
        violations.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}

/// Where `tests/run` put it, or where it is installed now.
fn program() -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "the runner says where its peers are"
    )]
    if let Ok(program) = std::env::var("ATTUNE_TEST_PRISM") {
        return PathBuf::from(program);
    }
    let peers = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/peers");
    let program = peers.join("node_modules/.bin/prism");
    if !program.exists() {
        std::fs::create_dir_all(&peers).expect("a folder for Prism");
        let command = format!("npm install --prefix {} {PACKAGE}", peers.display());
        let done = Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
            .arg(&peers)
            .arg(PACKAGE)
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "Prism checks the requests: run `{command}` (needs Node.js: apt-get install nodejs npm)"
        );
    }
    program
}
