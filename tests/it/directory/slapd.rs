//! A real OpenLDAP server on a loopback port, with invented people, in a temporary folder.

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How many people there are.
pub(crate) const PEOPLE: usize = 2_000;
/// Where they are.
pub(crate) const BASE: &str = "ou=people,dc=example,dc=com";
/// An account that may read everybody.
pub(crate) const READER: &str = "cn=reader,dc=example,dc=com";
/// An account that gets five hundred entries and no more.
pub(crate) const SHORT_READER: &str = "cn=short-reader,dc=example,dc=com";
/// The beginning of a JPEG, which is no UTF-8.
pub(crate) const PHOTO: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00";

const SLAPD: &str = "/usr/sbin/slapd";
const PATIENCE: Duration = Duration::from_secs(30);

const CONFIGURATION: &str = "\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {dir}/slapd.pid
database mdb
suffix dc=example,dc=com
directory {dir}/db
maxsize 67108864
rootdn cn=admin,dc=example,dc=com
limits dn.exact=\"cn=reader,dc=example,dc=com\" size=unlimited
limits dn.exact=\"cn=short-reader,dc=example,dc=com\" size.soft=500 size.hard=500 size.prtotal=500
index objectClass,entryUUID,uid,mail eq
";

/// A running server; stopped when it is dropped.
pub(crate) struct Slapd {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Slapd {
    /// Fills a directory and starts the server over it.
    pub(crate) fn start() -> Self {
        assert!(
            Path::new(SLAPD).exists(),
            "a real directory is needed: run `apt-get install --no-install-recommends slapd`"
        );
        let folder = TempDir::new().expect("a temporary folder");
        let dir = folder.path();
        let configuration = dir.join("slapd.conf");
        let text = CONFIGURATION.replace("{dir}", &dir.display().to_string());
        fs::write(&configuration, text).expect("a configuration");
        fs::create_dir(dir.join("db")).expect("a database folder");
        let ldif = dir.join("people.ldif");
        fs::write(&ldif, people()).expect("the people");
        let added = Command::new("/usr/sbin/slapadd")
            .args(["-q", "-f"])
            .arg(&configuration)
            .arg("-l")
            .arg(&ldif)
            .output()
            .expect("slapadd runs");
        let said = String::from_utf8_lossy(&added.stderr).into_owned();
        assert!(added.status.success(), "slapadd: {said}");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let process = Command::new(SLAPD)
            .args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{port}/"), "-f"])
            .arg(&configuration)
            .stderr(Stdio::inherit())
            .spawn()
            .expect("slapd runs");
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < PATIENCE, "slapd does not listen");
            std::thread::yield_now();
        }
        Self {
            process,
            port,
            _folder: folder,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The user name of somebody.
pub(crate) fn uid(number: usize) -> String {
    format!("person{number}")
}

/// The display name of somebody.
pub(crate) fn name(number: usize) -> String {
    const FIRST: [&str; 7] = ["Ada", "Jörg", "Zoë", "Łukasz", "Ásgeir", "Mei", "Søren"];
    const LAST: [&str; 5] = ["Müller", "Åström", "O'Neil", "da Conceição", "Groß"];
    let of = |names: &[&'static str]| names[number % names.len()];
    format!("{} {} {number}", of(&FIRST), of(&LAST))
}

/// The DN of somebody; every hundredth person has a comma in it.
pub(crate) fn dn(number: usize) -> String {
    if number % 100 == 50 {
        format!("cn=Team\\, {number},{BASE}")
    } else {
        format!("uid={},{BASE}", uid(number))
    }
}

fn people() -> String {
    let mut ldif = String::from(
        "dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\ndc: example\n\
         o: Example\n\ndn: ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\n\
         ou: people\n\n",
    );
    for account in ["reader", "short-reader"] {
        let _ = write!(
            ldif,
            "dn: cn={account},dc=example,dc=com\nobjectClass: organizationalRole\n\
             objectClass: simpleSecurityObject\ncn: {account}\nuserPassword: secret\n\n"
        );
    }
    for number in 0..PEOPLE {
        let name = name(number);
        let (dn, uid) = (dn(number), uid(number));
        let _ = write!(
            ldif,
            "dn: {dn}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\nsn: {number}\n\
             displayName: {name}\ndepartmentNumber: {}\n",
            number % 10
        );
        if number % 100 == 50 {
            let _ = writeln!(ldif, "cn: Team, {number}");
        }
        if number % 50 != 49 {
            let _ = writeln!(ldif, "mail: {uid}@example.com");
        }
        if number % 3 == 0 {
            let _ = writeln!(ldif, "jpegPhoto:: /9j/4AAQSkZJRgA=");
        }
        // Ten people report to each; those with a comma lead some of them.
        if number > 0 {
            let _ = writeln!(ldif, "manager: {}", dn_spelt(number / 10));
        }
        ldif.push('\n');
    }
    ldif
}

/// The same DN the way another tool writes it.
fn dn_spelt(number: usize) -> String {
    dn(number).replace("\\,", "\\2C").replace(",dc=", ", DC=")
}
