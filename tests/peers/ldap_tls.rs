//! Secure connections to a real directory: a private authority, LDAPS, StartTLS, and no password
//! in plain text unless the file says so in so many words.

use std::path::PathBuf;

use attune_server::sync::Mode;
use attune_tests::TestApp;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::company::Company;
use crate::file::{self, Directory};
use crate::slapd::{Identity, PASSWORD, Slapd};

const PEOPLE: usize = 45;

/// A certificate for these names by an authority that nobody else knows.
fn identity(names: &[&str]) -> Identity {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "Private authority of example.com");
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    Identity {
        authority,
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    }
}

struct World {
    slapd: Slapd,
    app: TestApp,
}

async fn world(identity: Option<&Identity>) -> World {
    let entries = Company::of(PEOPLE).entries(PASSWORD);
    let slapd = Slapd::start_with(&entries, identity).await;
    let app = file::host(PEOPLE).await;
    if let Some(identity) = identity {
        std::fs::write(ca_file(&app), &identity.authority).unwrap();
    }
    World { slapd, app }
}

fn ca_file(app: &TestApp) -> PathBuf {
    app.connectors().join("authority.pem")
}

impl World {
    async fn people(&self, directory: &Directory) -> anyhow::Result<u64> {
        let rest = file::rest(self.app.world.access(), "", "Name = \"displayName\"");
        file::write(&self.app, &directory.section(), &rest);
        let plan = self.app.plan(Mode::Complete).await?;
        Ok(plan.report.summary.people)
    }

    /// How a plan fails because nobody could be sure whom it talks to: no password has left.
    async fn distrusted(&self, directory: &Directory) -> String {
        let mark = self.slapd.mark();
        let error = self.people(directory).await.expect_err("no trust");
        let failure = file::failure(error);
        assert_eq!(failure.exit, 4, "{failure:?}");
        let log = self.slapd.log(mark).join("\n");
        assert!(!log.contains(" BIND "), "{log}");
        failure.message
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_authority_is_trusted_where_the_file_names_it() {
    let world = world(Some(&identity(&["127.0.0.1", "localhost"]))).await;
    let plain = Directory::of(&world.slapd);
    let trusted = "ca-file = \"authority.pem\"";
    let addresses = [world.slapd.secure_address(), world.slapd.address()];
    for address in addresses {
        for host in ["127.0.0.1", "localhost"] {
            let address = address.replace("127.0.0.1", host);
            let mark = world.slapd.mark();
            let people = world.people(&plain.clone().at(&address, trusted)).await;
            assert_eq!(people.expect(&address), PEOPLE as u64 - 1);
            world.slapd.searches(mark).await;
            let log = world.slapd.log(mark);
            let binds: Vec<_> = log
                .iter()
                .filter(|line| line.contains(" mech=SIMPLE "))
                .collect();
            // ssf is the strength of what protects the connection, in bits; 0 is plain text.
            assert!(!binds.is_empty(), "{log:#?}");
            assert!(
                binds.iter().all(|line| !line.contains(" ssf=0")),
                "{binds:?}"
            );
            assert!(
                log.iter().any(|line| line.contains("TLS established")),
                "{log:#?}"
            );
        }
        let message = world.distrusted(&plain.clone().at(&address, "")).await;
        assert!(message.contains("ca-file"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_for_another_host_is_not_trusted() {
    let world = world(Some(&identity(&["directory.example.com"]))).await;
    let plain = Directory::of(&world.slapd);
    for address in [world.slapd.secure_address(), world.slapd.address()] {
        let lines = "ca-file = \"authority.pem\"";
        let message = world.distrusted(&plain.clone().at(&address, lines)).await;
        assert!(message.contains("another host name"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_never_goes_out_in_plain_text_unasked() {
    let world = world(None).await;
    let plain = Directory::of(&world.slapd);
    let address = world.slapd.address();
    // StartTLS is the default, and this directory has no TLS.
    for lines in [
        "",
        "start-tls = true",
        "start-tls = true\nallow-plain = true",
    ] {
        let message = world.distrusted(&plain.clone().at(&address, lines)).await;
        assert!(message.contains("StartTLS"), "{lines}: {message}");
    }
    // Without TLS and without saying so the file itself is refused.
    let refused = plain.clone().at(&address, "start-tls = false").section();
    let rest = file::rest(world.app.world.access(), "", "Name = \"displayName\"");
    let text = format!("id = \"demo\"\n{refused}{rest}");
    let error = world
        .app
        .connector(&text)
        .expect_err("a refusal")
        .to_string();
    assert!(
        error.contains("password in clear") && error.contains("allow-plain"),
        "{error}"
    );

    assert_eq!(world.people(&plain).await.unwrap(), PEOPLE as u64 - 1);
}
