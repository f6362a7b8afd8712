//! Faults of names: whoever cannot be found is a provider that cannot be asked, and never a
//! directory in which nobody is any more.

use std::io;
use std::sync::Arc;

use attune_core::plan::State;
use attune_server::clock::Clock;
use attune_server::net::{Names, Options, Outside};
use attune_server::sync::Mode;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

/// What a name leads to.
type LookUp = fn(&str) -> io::Result<Vec<std::net::IpAddr>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_whose_name_is_lost_is_no_empty_directory() {
    let mut app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let before = app.listing().await.unwrap();
    assert_eq!(before.as_ref().map(|(people, _)| *people), Some(12));
    app.set(app.who(3), "city", "Elsewhere");
    app.forget();

    let good = app.app.host.net.clone();
    let by_name = app.connector_text("", PLAIN);
    let graph = app.world.access().graph_url.clone();
    let by_name = by_name.replace(&graph, &graph.replace("127.0.0.1", "localhost"));
    app.connector(&by_name).unwrap();
    let lost: [LookUp; 3] = [
        |_| Err(io::ErrorKind::NotFound.into()),
        |_| Err(io::ErrorKind::TimedOut.into()),
        |_| Ok(Vec::new()),
    ];
    for look_up in lost {
        let clock: Arc<dyn Clock> = Arc::<attune_server::clock::TestClock>::clone(&app.clock);
        let options = Options {
            names: Names::of(look_up),
            ..Options::default()
        };
        app.app.host.net = Outside::open(options, clock, 3).unwrap();
        for mode in [Mode::Complete, Mode::Full, Mode::Changes] {
            let failure = app.refused(mode).await.unwrap();
            assert_eq!(failure.exit, 4, "{failure:?}");
            assert!(
                failure.message.contains("cannot be resolved"),
                "{failure:?}"
            );
        }
    }
    assert_eq!(app.listing().await.unwrap(), before, "nobody was counted");
    assert!(app.world.jira.writes().is_empty());

    app.app.host.net = good;
    app.maps(PLAIN).unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}
