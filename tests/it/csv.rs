//! A provider that was written by the recipe alone (`plugins/testing/csv`), as a file in the plugins'
//! folder: whole syncs from a tiny web server into the stand-in of Jira.

use std::sync::{Arc, Mutex};

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_tests::{Ran, TestApp};
use attune_wasm::registry::Registry;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const PASSWORD: &str = "csv-password-not-real";
const MAPPING: &str =
    "Department = \"Abteilung\"\nTitle = \"title\"\nManager = \"manager.title\"\n";

/// What the server does with the file.
#[derive(Clone, Debug)]
enum Serves {
    /// All of it.
    Whole,
    /// It promises all and sends so many bytes.
    Cut(usize),
    /// So many bytes at the first reading, and twice as many at each further one.
    Growing(usize),
    /// Another status.
    Status(u16),
}

/// The file, how it is served, and the requests so far.
struct Shelf {
    file: String,
    serves: Serves,
    requests: Vec<String>,
}

/// A web server with one file.
struct Server {
    address: String,
    shelf: Arc<Mutex<Shelf>>,
    _task: JoinSet<()>,
}

impl Server {
    async fn open(file: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shelf = Arc::new(Mutex::new(Shelf {
            file,
            serves: Serves::Whole,
            requests: Vec::new(),
        }));
        let served = Arc::clone(&shelf);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                answer(stream, &served).await;
            }
        });
        Self {
            address,
            shelf,
            _task: task,
        }
    }

    fn now(&self, file: &str, serves: Serves) {
        let mut shelf = self.shelf.lock().unwrap();
        file.clone_into(&mut shelf.file);
        shelf.serves = serves;
        shelf.requests.clear();
    }

    fn requests(&self) -> Vec<String> {
        self.shelf.lock().unwrap().requests.clone()
    }
}

async fn answer(mut stream: TcpStream, shelf: &Mutex<Shelf>) {
    let mut request = Vec::with_capacity(64 * 1024);
    let _gone = stream.read_buf(&mut request).await;
    let (status, length, body) = {
        let mut shelf = shelf.lock().unwrap();
        shelf
            .requests
            .push(String::from_utf8_lossy(&request).into_owned());
        let whole = shelf.file.clone().into_bytes();
        let length = whole.len();
        match shelf.serves.clone() {
            Serves::Whole => (200, length, whole),
            Serves::Cut(end) => (200, length, whole.get(..end).unwrap().to_vec()),
            Serves::Growing(end) => {
                shelf.serves = Serves::Growing(end * 2);
                let part = whole.get(..end.min(length)).unwrap().to_vec();
                (200, part.len(), part)
            }
            Serves::Status(status) => (status, 0, Vec::new()),
        }
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: text/csv\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _gone = stream.write_all(&[head.as_bytes(), &body].concat()).await;
    let _gone = stream.shutdown().await;
}

/// A host with the provider in its plugins' folder, beside the server.
struct World {
    app: TestApp,
    server: Server,
}

/// Everybody of the site as a line, with the department that a test wants; each leads the next.
fn export(app: &TestApp, department: &str) -> String {
    let line = |place: usize| {
        let who = app.who(place);
        let (key, login) = (app.key(who), app.member(who, "userPrincipalName").unwrap());
        let leader = match place.checked_sub(1) {
            Some(before) => app.key(app.who(before)),
            None => String::new(),
        };
        format!("{key};{login};\"{department}\";Größe \"{place}\";{leader}")
    };
    let head = "id;login;Abteilung;title;manager".to_owned();
    let lines: Vec<String> = std::iter::once(head).chain((0..20).map(line)).collect();
    lines.join("\r\n") + "\r\n"
}

async fn world() -> World {
    let mut app = TestApp::tidy(20).await.unwrap();
    let folder = app.path("plugins.d");
    std::fs::create_dir(&folder).unwrap();
    let mut testing = attune_bundled::TESTING.iter();
    let csv = testing.find(|plugin| plugin.id == "csv").unwrap();
    std::fs::write(folder.join("csv.wasm"), csv.wasm).unwrap();
    let bundled: Vec<_> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    let engine = app.app.host.plugins.engine().clone();
    app.app.host.plugins = Registry::open(&engine, &bundled, Some(&folder), &[])
        .unwrap()
        .snapshot();
    let server = Server::open(export(&app, "F&E; \"\"Süd\"\"")).await;
    std::fs::write(app.path("csv-password"), PASSWORD).unwrap();
    let access = app.world.access();
    let target = access.target("jira", &access.jira_url);
    let text = format!(
        "id = \"demo\"\n[source]\nprovider = \"csv\"\n\
         options = {{ path = \"/export/people.csv\", names = [\"login\"] }}\n\
         [source.endpoint]\nserver = \"http://{}\"\n[source.credential.account]\n\
         kind = \"basic\"\nusername = \"attune\"\npassword = {{ file = \"../csv-password\" }}\n\
         {}\n[target.jira.map]\n{MAPPING}",
        server.address,
        target
            .replace("\"userPrincipalName\"", "\"login\"")
            .replace("source = \"mail\"", "source = \"login\"")
    );
    app.connector(&text).unwrap();
    World { app, server }
}

impl World {
    async fn sync(&self) -> Ran {
        self.app.sync(Mode::Complete).await.unwrap()
    }

    async fn fails(&self, code: &str, words: &str) {
        self.app.forget();
        let failure = self.app.refused(Mode::Complete).await.unwrap();
        assert_eq!(failure.code, code, "{failure:?}");
        assert!(failure.message.contains(words), "{failure:?}");
        assert!(!format!("{failure:?}").contains(PASSWORD), "{failure:?}");
        assert_eq!(self.app.world.jira.counts().requests, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_written_once_and_then_left_alone() {
    let world = world().await;
    let ran = world.sync().await;
    assert_eq!(
        (ran.report.state, ran.report.summary.people),
        (State::Applied, 20)
    );
    let who = world.app.who(7);
    assert_eq!(
        world.app.property(who, "Department").unwrap(),
        "F&E; \"Süd\""
    );
    assert_eq!(world.app.property(who, "Title").unwrap(), "Größe \"7\"");
    assert_eq!(world.app.property(who, "Manager").unwrap(), "Größe \"6\"");
    assert_eq!(world.server.requests().len(), 2);

    world.app.forget();
    assert_eq!(world.sync().await.report.state, State::Nothing);
    assert_eq!(world.app.world.jira.counts().requests, 0);
    let login = world.app.member(who, "userPrincipalName").unwrap();
    let ran = world
        .app
        .sync(Mode::User(login.to_uppercase()))
        .await
        .unwrap();
    assert_eq!(ran.report.summary.people, 1);
    let nobody = world
        .app
        .refused(Mode::User("nobody".to_owned()))
        .await
        .unwrap();
    assert_eq!(nobody.code, "no-such-person");
    assert!(
        world
            .server
            .requests()
            .iter()
            .all(|request| !request.contains(PASSWORD))
    );
    assert!(world.server.requests()[0].contains("GET /export/people.csv "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_not_whole_is_no_departure() {
    let world = world().await;
    world.sync().await;
    let file = export(&world.app, "Elsewhere");
    // The transport says so; the host tries again and gives up.
    world.server.now(&file, Serves::Cut(file.len() / 2));
    world.fails("unavailable", "").await;
    assert!(world.server.requests().len() > 2);
    // The server calls it whole, and the file itself says that it is not.
    let half = &file[..file.len() / 2];
    world.server.now(half.trim_end(), Serves::Whole);
    world.fails("bad-answer", "line end").await;
    world
        .server
        .now(&file.replace("\"Elsewhere\"", "\"Elsewhere"), Serves::Whole);
    world.fails("bad-answer", "quote").await;
    // It grows, line by line for all one knows; what came the same twice is written.
    world
        .server
        .now(&file, Serves::Growing(file.find('\n').unwrap() + 1));
    world.app.forget();
    let ran = world.sync().await;
    assert_eq!(
        (ran.report.summary.people, ran.report.state),
        (20, State::Held)
    );
    assert!(world.server.requests().len() > 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_file_is_said_and_nothing_is_written() {
    let world = world().await;
    world.sync().await;
    let file = export(&world.app, "Elsewhere");
    let twice = file.clone() + file.lines().nth(3).unwrap() + "\r\n";
    for (file, serves, code, words) in [
        (
            file.replace("Abteilung", "Department"),
            Serves::Whole,
            "options",
            "no column `Abteilung`",
        ),
        (twice, Serves::Whole, "options", "line 4 and in line 22"),
        (
            file.lines().next().unwrap().to_owned() + "\n",
            Serves::Whole,
            "bad-answer",
            "nobody",
        ),
        (
            file.clone(),
            Serves::Status(403),
            "permission",
            "may not read",
        ),
        (file.clone(), Serves::Status(401), "sign-in", "`account`"),
        (file.clone(), Serves::Status(404), "options", "`path`"),
        (
            "<html>\nSign in\n</html>\n".to_owned(),
            Serves::Whole,
            "bad-answer",
            "web page",
        ),
    ] {
        world.server.now(&file, serves);
        world.fails(code, words).await;
    }
}
