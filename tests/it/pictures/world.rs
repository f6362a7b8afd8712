//! A directory with photos beside a Jira and a Confluence.

use attune_sim::demo::{self, Demo};
use attune_sim::graph::Photo;
use attune_sim::people::{People, Who};
use attune_sim::{confluence, graph, jira};
use attune_tests::{PLAIN, TestApp};

/// A world and a host whose one connector manages pictures.
pub(super) struct World {
    pub(super) app: TestApp,
}

impl World {
    /// A connector with pictures and nothing else.
    pub(super) async fn of(people: usize, photo: &str) -> Self {
        let app = TestApp::tidy(people).await.unwrap();
        let target = app.target_text("jira", &app.world.jira.url());
        let text = format!("{}{target}{photo}\n", app.source_text("demo", ""));
        app.connector(&text).unwrap();
        Self { app }
    }

    /// Pictures besides fields.
    pub(super) async fn mapped(people: usize, photo: &str) -> Self {
        let world = Self::of(people, photo).await;
        world.maps("", photo, PLAIN);
        world
    }

    /// Writes the connector file anew: lines of the source, of the picture and of the mapping.
    pub(super) fn maps(&self, source: &str, photo: &str, mapping: &str) {
        let app = &self.app;
        let target = app.target_text("jira", &app.world.jira.url());
        let begin = app.source_text("demo", "");
        let begin = begin.replace("[source.endpoint]", &format!("{source}\n[source.endpoint]"));
        let text = format!("{begin}{target}{photo}\n[target.jira.map]\n{mapping}\n");
        app.connector(&text).unwrap();
    }

    /// Pictures in Jira and Confluence.
    pub(super) async fn of_both(people: usize, photo: &str) -> Self {
        let people = People::generate(demo::SEED, people);
        let mut accounts = demo::account_for_each(&people);
        accounts.add(jira::Account::named(
            "svc-attune",
            "svc@contoso.example",
            "Attune",
        ));
        let mut profiles = confluence::Accounts::new();
        for who in people.iter() {
            let name = people.user_principal_name(who);
            profiles.add(confluence::Account::named(
                &name,
                "x@contoso.example",
                "Somebody",
            ));
        }
        profiles.add(confluence::Account::named(
            "svc-attune",
            "svc@contoso.example",
            "Attune",
        ));
        let world = Demo::of_three(
            graph::Options::of(people),
            jira::Options::of(accounts),
            confluence::Options::of(profiles),
        );
        let app = TestApp::beside(world.await.unwrap()).await.unwrap();
        let target = app.target_text("jira", &app.world.jira.url());
        let wiki = app.world.access().wiki_target("wiki");
        let begin = app.source_text("demo", "");
        app.connector(&format!("{begin}{target}{photo}\n\n{wiki}{photo}\n"))
            .unwrap();
        Self { app }
    }

    /// Somebody has this photo from now on.
    pub(super) fn shows(&self, who: Who, bytes: &[u8], etag: &str) {
        let id = self.app.key(who);
        let photo = Photo {
            bytes: bytes.to_vec(),
            etag: etag.to_owned(),
            media_type: "image/jpeg".to_owned(),
            edge: 300,
        };
        self.app.world.graph.configure(|settings| {
            settings.photos.insert(id, photo);
        });
    }

    /// Somebody has no photo any more.
    pub(super) fn hides(&self, who: Who) {
        let id = self.app.key(who);
        self.app.world.graph.configure(|settings| {
            settings.photos.remove(&id);
        });
    }

    /// The uploaded picture that somebody's account shows.
    pub(super) fn picture(&self, who: Who) -> Option<(String, Vec<u8>)> {
        self.app.world.jira.picture(&self.app.account(who))
    }

    /// All pictures that were uploaded for somebody's account.
    pub(super) fn uploads(&self, who: Who) -> Vec<String> {
        self.app.world.jira.uploads(&self.app.account(who))
    }

    /// The uploaded picture that somebody shows in Confluence.
    pub(super) fn wiki_picture(&self, who: Who) -> Option<Vec<u8>> {
        let name = self
            .app
            .member(who, "userPrincipalName")
            .unwrap_or_default();
        let wiki = &self.app.world.wiki;
        let key = wiki.accounts(|all| all.by_name(&name).map(|account| account.key.clone()));
        wiki.picture(&key.unwrap_or_default())
    }

    /// The batches in which bytes were asked for.
    pub(super) fn asked_for_bytes(&self) -> Vec<String> {
        let log = self.app.world.graph.log();
        let batches = log.into_iter().map(|record| record.body);
        batches.filter(|body| body.contains("$value")).collect()
    }
}

/// A photo of one colour.
pub(super) fn photo(edge: u32, [red, green, blue]: [u8; 3]) -> Vec<u8> {
    // A PNG is as good: who reads it looks at the bytes, not at what they are called.
    let mut raw = Vec::new();
    for y in 0..edge {
        raw.push(0);
        for x in 0..edge {
            raw.extend([red, green, blue ^ ((x / 32 + y / 32) % 2 * 40) as u8]);
        }
    }
    png(edge, &raw)
}

/// A PNG without compression.
fn png(edge: u32, raw: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let blocks: Vec<&[u8]> = raw.chunks(65_535).collect();
    for (at, block) in blocks.iter().enumerate() {
        zlib.push(u8::from(at + 1 == blocks.len()));
        let length = block.len() as u16;
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend_from_slice(block);
    }
    let (mut one, mut two) = (1_u32, 0_u32);
    for byte in raw {
        one = (one + u32::from(*byte)) % 65_521;
        two = (two + one) % 65_521;
    }
    zlib.extend((two << 16 | one).to_be_bytes());
    let mut head = Vec::new();
    head.extend(edge.to_be_bytes());
    head.extend(edge.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", &head), (b"IDAT", &zlib), (b"IEND", &Vec::new())] {
        out.extend((data.len() as u32).to_be_bytes());
        let body = [kind.as_slice(), data.as_slice()].concat();
        out.extend_from_slice(&body);
        out.extend(crc(&body).to_be_bytes());
    }
    out
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
