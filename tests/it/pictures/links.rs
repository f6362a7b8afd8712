//! Pictures behind links: a directory that only tells where they are, and somebody else who has them.

use std::sync::{Arc, Mutex};

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::demo::SEED;
use attune_sim::people::People;
use attune_sim::scim::{Options, Scim};
use attune_tests::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::world::photo;

/// A server that has a picture for everybody, and keeps what it was asked.
struct Faces {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

impl Faces {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        let face = photo(96, [200, 120, 40]);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::with_capacity(16 * 1024);
                let _gone = stream.read_buf(&mut request).await;
                log.lock()
                    .unwrap()
                    .push(String::from_utf8_lossy(&request).into_owned());
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n",
                    face.len()
                );
                let _gone = stream.write_all(head.as_bytes()).await;
                let _gone = stream.write_all(&face).await;
            }
        });
        Self {
            url,
            seen,
            _task: task,
        }
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

/// A SCIM service whose people have pictures there, and a connector with this line in its source.
async fn world(people: usize, faces: &Faces, line: &str) -> (TestApp, Scim) {
    let app = TestApp::tidy(people).await.unwrap();
    let options = Options::of(People::generate(SEED, people));
    let scim = Scim::start(options).await.unwrap();
    let base = faces.url.clone();
    scim.configure(|settings| settings.photos = Some(base));
    std::fs::write(app.path("scim-token"), "sim-scim-token-not-real").unwrap();
    let access = app.world.access();
    let target = access.target("jira", &access.jira_url);
    let target = target
        .replace("\"userPrincipalName\"", "\"userName\"")
        .replace("source = \"mail\"", "source = \"emails[0].value\"");
    let text = format!(
        "id = \"demo\"\n[source]\nprovider = \"scim\"\n{line}\n[source.endpoint]\napi = \"{}\"\n\
         [source.credential.api]\nkind = \"bearer\"\ntoken = {{ file = \"../scim-token\" }}\n\
         {target}photo = {{ size = 64 }}\n",
        scim.url()
    );
    app.connector(&text).unwrap();
    (app, scim)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_followed_to_named_hosts_without_any_credential() {
    let faces = Faces::open().await;
    let (app, scim) = world(6, &faces, "picture-hosts = [\"127.0.0.1\"]").await;
    let ran = app.sync(Mode::Complete).await.unwrap();
    let photos = ran.report.summary.photos;
    assert_eq!((ran.report.state, ran.codes().len()), (State::Applied, 0));
    assert!(photos >= 4, "{photos}");
    let seen = faces.seen();
    assert_eq!(seen.len() as u64, photos);
    for request in &seen {
        assert!(request.starts_with("GET /"), "{request}");
        let request = request.to_lowercase();
        assert!(!request.contains("authorization") && !request.contains("cookie"));
        assert!(!request.contains("sim-scim-token"), "{request}");
    }
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing);
    assert_eq!(faces.seen(), Vec::<String>::new(), "the mark still holds");
    assert_eq!(scim.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_where_no_link_may_lead_sends_nothing_and_is_told() {
    let faces = Faces::open().await;
    for line in ["", "picture-hosts = [\"pictures.example.com\"]"] {
        let (app, scim) = world(6, &faces, line).await;
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.summary.photos, 0);
        assert!(!ran.codes().is_empty(), "{line}");
        assert!(ran.codes().iter().all(|code| *code == "picture-link"));
        assert_eq!(faces.seen(), Vec::<String>::new(), "{line}");
        assert_eq!(scim.complaints(), Vec::<String>::new());
    }
}
