//! OpenLDAP's `slapd`, started from a temporary folder on a free loopback port.
//!
//! Its own log (`-d stats`) tells what it was asked, by whom and over which security, and its own
//! client (`ldapsearch`) tells what it holds; neither is ours.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::Command;

use crate::ldif::{self, Entry};
use crate::peer::{self, Peer};

/// May read everything, as much as there is.
pub(crate) const READER: &str = "cn=reader,ou=services,dc=example,dc=com";
/// May read everything, but no more than [`SIZE_LIMIT`] entries of a search.
pub(crate) const LIMITED: &str = "cn=limited,ou=services,dc=example,dc=com";
/// Of both.
pub(crate) const PASSWORD: &str = "directory-password-not-real";
/// Entries of one search for whom no other limit is set.
pub(crate) const SIZE_LIMIT: usize = 40;

const ADMIN: &str = "cn=admin,dc=example,dc=com";
const PORTS_TRIED: usize = 5;
/// What people have of Active Directory's names. Its whole schema brings a `memberOf` that cannot
/// be searched, and the overlay then keeps that one.
const NAMES_ALONE: &str = "\
attributetype ( 1.1.1.1 NAME 'department' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.1.1.2 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.1.1.3 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.1.1.4 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
";

/// A running directory.
#[derive(Debug)]
pub(crate) struct Slapd {
    peer: Peer,
    folder: TempDir,
    port: u16,
    secure_port: u16,
}

/// A certificate for the directory, and who signed it.
#[derive(Debug)]
pub(crate) struct Identity {
    /// PEM of the authority.
    pub(crate) authority: String,
    /// PEM of the certificate.
    pub(crate) certificate: String,
    /// PEM of its key.
    pub(crate) key: String,
}

/// A search as the directory logged it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Searched {
    /// The result code.
    pub(crate) code: u32,
    /// Entries of this page.
    pub(crate) entries: u32,
}

impl Slapd {
    /// A directory that holds these entries and speaks plain text only.
    pub(crate) async fn start(entries: &[Entry]) -> Self {
        Self::start_with(entries, None).await
    }

    /// A directory that holds these entries and, with an identity, also speaks TLS.
    pub(crate) async fn start_with(entries: &[Entry], identity: Option<&Identity>) -> Self {
        Self::start_overlaid(entries, identity, "").await
    }

    /// A directory that keeps `memberOf` of what changes from now on: what it was loaded with, the
    /// overlay never saw.
    pub(crate) async fn start_with_member_of(entries: &[Entry]) -> Self {
        Self::start_overlaid(entries, None, "memberof").await
    }

    async fn start_overlaid(entries: &[Entry], identity: Option<&Identity>, overlay: &str) -> Self {
        let program = peer::installed(Path::new("/usr/sbin/slapd"), "OpenLDAP's slapd");
        let folder = tempfile::tempdir().expect("a folder");
        load(folder.path(), entries, identity, overlay).await;
        for _ in 0..PORTS_TRIED {
            let (port, secure_port) = (peer::free_port(), peer::free_port());
            let mut addresses = format!("ldap://127.0.0.1:{port}/");
            if identity.is_some() {
                addresses = format!("{addresses} ldaps://127.0.0.1:{secure_port}/");
            }
            let mut command = Command::new(&program);
            command.args(["-h", &addresses, "-d", "stats", "-f"]);
            command.arg(folder.path().join("slapd.conf"));
            match Peer::start(command, "slapd starting").await {
                Ok(peer) => {
                    return Self {
                        peer,
                        folder,
                        port,
                        secure_port,
                    };
                }
                Err(said) => assert!(said.contains("bind("), "slapd does not start:\n{said}"),
            }
        }
        panic!("no port stays free");
    }

    /// `ldap://127.0.0.1:N`.
    pub(crate) fn address(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    /// `ldaps://127.0.0.1:N`.
    pub(crate) fn secure_address(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.secure_port)
    }

    /// What the directory holds below a base, read by OpenLDAP's own client.
    pub(crate) async fn read(&self, base: &str, filter: &str) -> Vec<Entry> {
        let mut command = self.client("ldapsearch");
        command.args(["-LLL", "-o", "ldif-wrap=no", "-D", READER, "-w", PASSWORD]);
        command.args(["-b", base, filter, "*", "entryUUID"]);
        ldif::read(&output(command).await)
    }

    /// Replaces one attribute of an entry, by OpenLDAP's own client.
    pub(crate) async fn replace(&self, dn: &str, attribute: &str, value: &str) {
        let mut text = String::new();
        Entry::new(dn, &[(attribute, value)]).write(&mut text);
        let (dn, value) = text.split_once('\n').expect("two lines");
        let value = value.trim_end();
        self.change(&format!(
            "{dn}\nchangetype: modify\nreplace: {attribute}\n{value}\n-\n"
        ))
        .await;
    }

    /// Changes the directory as LDIF says, by OpenLDAP's own client.
    pub(crate) async fn change(&self, text: &str) {
        let file = self.folder.path().join("change.ldif");
        std::fs::write(&file, text).expect("a writable folder");
        let mut command = self.client("ldapmodify");
        command.args(["-D", ADMIN, "-w", PASSWORD, "-f"]).arg(file);
        output(command).await;
    }

    /// Deletes an entry, by OpenLDAP's own client.
    pub(crate) async fn delete(&self, dn: &str) {
        let mut command = self.client("ldapdelete");
        command.args(["-D", ADMIN, "-w", PASSWORD, dn]);
        output(command).await;
    }

    fn client(&self, name: &str) -> Command {
        let path = Path::new("/usr/bin").join(name);
        let mut command = Command::new(peer::installed(&path, "OpenLDAP's client (ldap-utils)"));
        command.args(["-x", "-H", &self.address()]);
        command
    }

    /// What the directory logged, from a line on.
    pub(crate) fn log(&self, from: usize) -> Vec<String> {
        self.peer.said().split_off(from)
    }

    /// How many lines the log has by now.
    pub(crate) fn mark(&self) -> usize {
        self.peer.said().len()
    }

    /// The searches since a mark, once the connections of that time are closed.
    pub(crate) async fn searches(&self, from: usize) -> Vec<Searched> {
        let count = |lines: &[String], what: &str| {
            lines
                .iter()
                .skip(from)
                .filter(|line| line.contains(what))
                .count()
        };
        let is_quiet = |lines: &[String]| {
            let opened = count(lines, " ACCEPT from ");
            opened > 0 && opened <= count(lines, " closed")
        };
        assert!(self.peer.hear(is_quiet).await, "{:#?}", self.log(from));
        let log = self.log(from);
        let results = log.iter().filter(|line| line.contains("SEARCH RESULT"));
        let number = |line: &str, name: &str| {
            let (_, rest) = line.split_once(name).expect(name);
            let digits = rest.split(' ').next().expect("a number");
            digits.parse().expect("a number")
        };
        results
            .map(|line| Searched {
                code: number(line, " err="),
                entries: number(line, " nentries="),
            })
            .collect()
    }
}

/// Writes the configuration and fills the database.
async fn load(folder: &Path, entries: &[Entry], identity: Option<&Identity>, overlay: &str) {
    let at = folder.display();
    let (names, module, overlay) = match overlay {
        "" => (
            "include /etc/ldap/schema/msuser.schema\n",
            String::new(),
            String::new(),
        ),
        name => (
            NAMES_ALONE,
            format!("moduleload {name}\n"),
            format!("overlay {name}\n"),
        ),
    };
    let mut tls = String::new();
    if let Some(identity) = identity {
        for (name, pem, key) in [
            ("authority.pem", &identity.authority, "TLSCACertificateFile"),
            (
                "certificate.pem",
                &identity.certificate,
                "TLSCertificateFile",
            ),
            ("key.pem", &identity.key, "TLSCertificateKeyFile"),
        ] {
            std::fs::write(folder.join(name), pem).expect("a writable folder");
            tls = format!("{tls}{key} {at}/{name}\n");
        }
    }
    // Names of Active Directory, as OpenLDAP sites add them: `user` itself cannot be mixed with
    // `inetOrgPerson`, a class of one's own can.
    let configuration = format!(
        "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
{names}objectclass ( 1.1.2.1 NAME 'companyPerson' SUP top AUXILIARY
  MAY ( department $ userPrincipalName $ sAMAccountName $ objectGUID ) )
modulepath /usr/lib/ldap
moduleload back_mdb
{module}pidfile {at}/slapd.pid
argsfile {at}/slapd.args
sizelimit {SIZE_LIMIT}
{tls}database mdb
suffix \"dc=example,dc=com\"
rootdn \"{ADMIN}\"
rootpw {PASSWORD}
directory {at}/db
maxsize 268435456
dbnosync
index objectClass,uid,mail,entryUUID eq
limits dn.exact=\"{READER}\" size=unlimited time=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=\"{READER}\" read by dn.exact=\"{LIMITED}\" read by * none
{overlay}"
    );
    std::fs::create_dir(folder.join("db")).expect("a writable folder");
    std::fs::write(folder.join("slapd.conf"), configuration).expect("a writable folder");
    let mut text = String::new();
    for entry in entries {
        entry.write(&mut text);
    }
    std::fs::write(folder.join("entries.ldif"), text).expect("a writable folder");
    let loader = peer::installed(Path::new("/usr/sbin/slapadd"), "OpenLDAP's slapadd");
    let mut command = Command::new(loader);
    command.arg("-q").arg("-f").arg(folder.join("slapd.conf"));
    command.arg("-l").arg(folder.join("entries.ldif"));
    output(command).await;
}

async fn output(mut command: Command) -> String {
    let done = command
        .stdin(Stdio::null())
        .output()
        .await
        .expect("a program that starts");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{:?}:\n{said}", command.as_std());
    String::from_utf8(done.stdout).expect("UTF-8")
}
