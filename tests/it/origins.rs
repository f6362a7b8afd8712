//! Promises 8 and 10: a plugin can only compute, and a credential goes to its own origin only.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use attune_server::sync::Mode;
use attune_sim::graph::Traps;
use attune_tests::{PLAIN, TestApp};
use tokio::net::TcpListener;

/// Counts whoever connects, for as long as `work` takes.
async fn sniffed(listener: &TcpListener, work: impl Future<Output = ()>) -> usize {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = async {
        while listener.accept().await.is_ok() {
            connections.fetch_add(1, Ordering::SeqCst);
        }
    };
    tokio::select! {
        () = count => {}
        () = work => {}
    }
    connections.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_next_page_on_another_origin_is_refused_without_a_connection() {
    let app = TestApp::arranged(60, |directory, _| directory.page_max = 20)
        .await
        .unwrap();
    app.maps(PLAIN).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let own = app.world.graph.origin();
    let host = own.trim_start_matches("http://").to_owned();
    let foreign = [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://{host}@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}\\@{host}"),
        format!("//127.0.0.1:{port}"),
        own.replace("http://", "https://"),
        own.replace("127.0.0.1", "localhost"),
        format!("http://user:pw@{host}"),
    ];
    let connections = sniffed(&listener, async {
        for link in foreign {
            app.world.graph.configure(|settings| {
                settings.traps = Traps {
                    foreign_next_links: Some(link.clone()),
                    ..Traps::default()
                };
            });
            let failure = app.refused(Mode::Complete).await.unwrap();
            assert_eq!(failure.code, "request-refused", "{link}: {failure:?}");
            assert_eq!(failure.exit, 1, "{link}");
        }
    })
    .await;
    assert_eq!(connections, 0);
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
