//! Promises 8 and 10: a plugin can only compute, and a credential goes to its own origin only.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use attune_server::sync::Mode;
use attune_sim::graph::Traps;
use attune_tests::{PLAIN, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Counts whoever connects to one of these, for as long as `work` takes.
async fn sniffed(listeners: &[TcpListener; 2], work: impl Future<Output = ()>) -> usize {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = async |listener: &TcpListener| {
        while listener.accept().await.is_ok() {
            connections.fetch_add(1, Ordering::SeqCst);
        }
    };
    tokio::select! {
        () = count(&listeners[0]) => {}
        () = count(&listeners[1]) => {}
        () = work => {}
    }
    connections.load(Ordering::SeqCst)
}

/// What next links may begin with instead of the directory's own origin. `{here}` is its host and
/// port, `{port}` its port; `{there}` and `{far}` are others on this machine.
const FOREIGN: &[&str] = &[
    "http://{there}",
    "http://{far}",
    "http://127.0.0.2:{port}",
    "https://{here}",
    "ftp://{here}",
    "//{there}",
    "//{here}",
    "",
    "http:",
    "http:/",
    "http:///{there}",
    "http://localhost:{port}",
    "http://127.1:{port}",
    "http://2130706433:{port}",
    "http://0x7f.1:{port}",
    "http://0177.0.0.1:{port}",
    "http://[::ffff:127.0.0.1]:{port}",
    "http://127.0.0.1.:{port}",
    "http://127.0.0.1:0{port}",
    "http://127.0.0.1:{port}:80",
    "http://{here}@{there}",
    "http://{here}:80@{there}",
    "http://user:pw@{here}",
    "http://@{here}",
    "http://{there}\\@{here}",
    "http://{here}\\@{there}",
    "http:\\\\{there}",
    "http://{there}?@{here}",
    "http://{there}#@{here}",
    "http://{here}%2f{there}",
    "http://{here}%40{there}",
    "http://{here}.example.com",
    "http://{here}\t@{there}",
    "ht\ntp://{there}",
    " http://{here}",
    "http://\u{ff11}27.0.0.1:{port}",
    "http://127\u{3002}0.0.1:{port}",
    "http://{here}\u{ff0f}",
    "http://169.254.169.254",
    "http://{here}/#",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_next_page_on_another_origin_is_refused_without_a_connection() {
    let app = TestApp::arranged(60, |directory, _| directory.page_max = 20)
        .await
        .unwrap();
    app.maps(PLAIN).unwrap();
    let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let far = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let own = app.world.graph.origin();
    let host = own.trim_start_matches("http://");
    let (_, port) = host.rsplit_once(':').unwrap();
    let fill = |pattern: &str| {
        pattern
            .replace("{here}", host)
            .replace("{port}", port)
            .replace("{there}", &there.local_addr().unwrap().to_string())
            .replace("{far}", &far.local_addr().unwrap().to_string())
    };
    let links: Vec<String> = FOREIGN.iter().map(|pattern| fill(pattern)).collect();
    let work = Box::pin(async {
        for link in links {
            app.world.graph.configure(|settings| {
                settings.traps = Traps {
                    foreign_next_links: Some(link.clone()),
                    ..Traps::default()
                };
            });
            let failure = app.refused(Mode::Complete).await.unwrap();
            assert_eq!(failure.code, "request-refused", "{link:?}: {failure:?}");
            assert_eq!(failure.exit, 1, "{link}");
        }
    });
    assert_eq!(sniffed(&[there, far], work).await, 0);
    assert_eq!(app.world.jira.counts().requests, 0);
    assert_eq!(app.listing().await.unwrap(), None);
}

/// Gives a token to whoever asks for one, and answers every other request with a redirect.
async fn redirecting(listener: TcpListener, status: u16, place: String) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let (first, body) = if head.starts_with("post ") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length = length.lines().next().unwrap().parse().unwrap();
            stream.read_exact(&mut vec![0; length]).await.unwrap();
            ("200 OK".to_owned(), r#"{"access_token":"t0ken"}"#)
        } else {
            assert!(head.contains("authorization: bearer t0ken"), "{head}");
            (format!("{status} Moved\r\nlocation: {place}"), "")
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {first}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_redirects_leads_nobody_on_and_is_no_empty_directory() {
    let app = TestApp::tidy(6).await.unwrap();
    let own = app.world.graph.origin();
    for status in [301, 302, 303, 307, 308] {
        for is_foreign in [false, true] {
            let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let far = TcpListener::bind("127.0.0.2:0").await.unwrap();
            let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = api.local_addr().unwrap();
            let place = if is_foreign {
                format!("http://{}/v1.0/users", there.local_addr().unwrap())
            } else {
                "/v1.0/elsewhere".to_owned()
            };
            let text = app.connector_text("", PLAIN);
            app.connector(&text.replace(&own, &format!("http://{address}")))
                .unwrap();
            let run = async {
                tokio::select! {
                    () = redirecting(api, status, place) => {}
                    failure = app.refused(Mode::Complete) => {
                        let failure = failure.unwrap();
                        assert_eq!(failure.code, "bad-answer", "{failure:?}");
                        assert!(failure.message.contains(&format!("status {status}")));
                        assert!(failure.message.contains("endpoint `api`"), "{failure:?}");
                    }
                }
            };
            assert_eq!(sniffed(&[there, far], Box::pin(run)).await, 0);
        }
    }
    assert_eq!(app.world.jira.counts().requests, 0);
    assert_eq!(app.listing().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_side_sees_its_own_credential_only() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let access = app.world.access();
    let seen = |log: Vec<attune_sim::log::Record>| {
        let lines = log
            .iter()
            .map(|r| format!("{} {} {} {:?}", r.path, r.query, r.body, r.headers));
        lines.collect::<Vec<_>>().join("\n")
    };
    let (graph, jira) = (seen(app.world.graph.log()), seen(app.world.jira.log()));
    assert!(!graph.contains(&access.jira_password) && !graph.contains("Basic "));
    assert!(!jira.contains(&access.client_secret) && !jira.contains("Bearer "));
    for request in app.world.graph.log() {
        let is_token = request.path.ends_with("/token");
        assert_eq!(
            request.header("authorization").is_some(),
            !is_token,
            "{}",
            request.path
        );
        assert_eq!(request.body.contains("client_secret"), is_token);
    }
}
