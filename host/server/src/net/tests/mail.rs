//! Mail against a server that keeps it: what is sent, what is never said in plain text, and what
//! every refusal becomes.

use std::path::PathBuf;
use std::sync::Arc;

use attune_sim::smtp::{Line, Secure, Smtp, Upgrade};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use secrecy::SecretString;
use tokio_rustls::TlsAcceptor;

use super::noon;
use crate::clock::TestClock;
use crate::net::{Error, Mail, MailSpec, Mailer, Names, Options, Outside};

const PASSWORD: &str = "hunter2-of-the-mail-server";

/// A mail server with a certificate of its own for `localhost`.
struct World {
    server: Smtp,
    pem: PathBuf,
    folder: tempfile::TempDir,
}

impl World {
    async fn start(secure: Secure) -> Self {
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let pem = folder.path().join("ca.pem");
        std::fs::write(&pem, certificate.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let upgrade: Upgrade = Arc::new(move |stream| {
            let acceptor = acceptor.clone();
            Box::pin(async move {
                let line: Box<dyn Line> = Box::new(acceptor.accept(stream).await?);
                Ok(line)
            })
        });
        let upgrade = (secure != Secure::Never).then_some(upgrade);
        let server = Smtp::start(secure, upgrade).await.unwrap();
        Self {
            server,
            pem,
            folder,
        }
    }

    fn spec(&self, scheme: &str, host: &str) -> MailSpec {
        MailSpec {
            url: format!("{scheme}://{host}:{}", self.server.address.port()),
            ca_file: (scheme == "smtps" || host == "localhost").then(|| self.pem.clone()),
            username: None,
            password: None,
        }
    }

    fn signed(&self, scheme: &str, host: &str) -> MailSpec {
        self.server.configure(|now| {
            now.sign_in = Some(("attune".to_owned(), PASSWORD.to_owned()));
        });
        MailSpec {
            username: Some("attune".to_owned()),
            password: Some(SecretString::from(PASSWORD)),
            ..self.spec(scheme, host)
        }
    }
}

fn outside(names: Names) -> Outside {
    let options = Options {
        names,
        ..Options::default()
    };
    Outside::open(options, TestClock::at(noon()), 7).unwrap()
}

async fn send_with(outside: &Outside, spec: MailSpec, subject: &str) -> Result<(), Error> {
    let to = [
        "it@contoso.example".to_owned(),
        "Ops <ops@contoso.example>".to_owned(),
    ];
    let mail = Mail {
        from: "Attune <attune@contoso.example>",
        to: &to,
        subject,
        text: "Grüße.\n.\nThe end.",
        message_id: "held-42@attune",
    };
    Mailer::open(outside, spec)?.send(mail).await
}

async fn send(spec: MailSpec) -> Result<(), Error> {
    send_with(&outside(Names::default()), spec, "Held: ünsafe").await
}

#[tokio::test]
async fn a_mail_goes_over_tls_or_after_starttls_or_in_plain_text_to_this_machine_only() {
    let cases = [
        (Secure::AtOnce, "smtps", "localhost"),
        (Secure::WhenAsked, "smtp", "localhost"),
        (Secure::Never, "smtp", "127.0.0.1"),
    ];
    for (secure, scheme, host) in cases {
        let world = World::start(secure).await;
        send(world.signed(scheme, host)).await.unwrap();
        let taken = world.server.taken();
        let [mail] = &taken[..] else {
            panic!("{taken:?}");
        };
        assert_eq!(mail.from, "attune@contoso.example");
        assert_eq!(mail.to, ["it@contoso.example", "ops@contoso.example"]);
        assert_eq!(mail.user.as_deref(), Some("attune"));
        assert_eq!(mail.is_secured, secure != Secure::Never);
        for line in [
            "Message-ID: <held-42@attune>",
            "Auto-Submitted: auto-generated",
            "Date: Sat, 21 Nov 2026 12:00:00 +0000",
            "From: Attune <attune@contoso.example>",
        ] {
            assert!(mail.data.contains(line), "{line} in {}", mail.data);
        }
        assert!(mail.data.contains("=C3=BC") || mail.data.contains("=?utf-8?"));
        if mail.is_secured {
            let heard = world.server.overheard();
            assert!(
                !heard.contains("AUTH") && !heard.contains("MAIL"),
                "{heard}"
            );
        }
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_cannot_be_trusted() {
    // No STARTTLS where it is needed.
    let world = World::start(Secure::Never).await;
    let error = send(world.signed("smtp", "localhost")).await.unwrap_err();
    assert!(error.to_string().contains("offers no STARTTLS"), "{error}");
    assert!(!world.server.overheard().contains("AUTH"));

    // Somebody else's certificate.
    for (secure, scheme) in [(Secure::AtOnce, "smtps"), (Secure::WhenAsked, "smtp")] {
        let world = World::start(secure).await;
        let other = World::start(secure).await;
        let mut spec = world.signed(scheme, "localhost");
        spec.ca_file = Some(other.pem.clone());
        let error = send(spec).await.unwrap_err();
        assert_eq!(error.kind(), "tls", "{error}");
        // And a certificate for another name.
        let mut spec = world.signed(scheme, "127.0.0.1");
        spec.ca_file = Some(world.pem.clone());
        let error = send(spec).await.unwrap_err();
        assert!(error.to_string().contains("another host name"), "{error}");
        assert!(world.server.taken().is_empty());
        drop(other.folder);
    }

    // Words that were smuggled in before the handshake.
    let world = World::start(Secure::WhenAsked).await;
    world.server.configure(|now| {
        now.injected = Some("250-sim\r\n250 AUTH PLAIN\r\n".to_owned());
    });
    let error = send(world.signed("smtp", "localhost")).await.unwrap_err();
    assert!(error.to_string().contains("before TLS"), "{error}");
    assert!(world.server.taken().is_empty());

    // A name that leads to where no mail server is.
    let names = Names::of(|_| Ok(vec!["169.254.169.254".parse().unwrap()]));
    let spec = MailSpec {
        url: "smtps://mail.contoso.example".to_owned(),
        ca_file: None,
        username: None,
        password: None,
    };
    let error = send_with(&outside(names), spec, "x").await.unwrap_err();
    assert_eq!(error.kind(), "name-refused");
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_no_secret() {
    let world = World::start(Secure::AtOnce).await;
    let spec = world.signed("smtps", "localhost");
    for (code, is_later) in [(451, true), (550, false)] {
        world.server.configure(|now| {
            now.refusal = Some((code, "no, attune@contoso.example".to_owned(), 1));
        });
        let error = send(spec.clone()).await.unwrap_err();
        let Error::Mail { is_passing, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*is_passing, is_later);
        assert!(
            error.is_unsent() && error.to_string().contains(&code.to_string()),
            "{error}"
        );
        assert!(!error.to_string().contains("contoso"), "{error}");
    }
    send(spec.clone()).await.unwrap();
    assert_eq!(world.server.taken().len(), 1);

    let mut wrong = spec.clone();
    wrong.password = Some(SecretString::from("another-secret"));
    let error = send(wrong.clone()).await.unwrap_err();
    assert_eq!(error.kind(), "sign-in");
    for text in [error.to_string(), format!("{error:?} {wrong:?}")] {
        assert!(!text.contains("another-secret"), "{text}");
    }
    let mailer = Mailer::open(&outside(Names::default()), spec).unwrap();
    assert!(!format!("{mailer:?}").contains(PASSWORD), "{mailer:?}");
}

#[tokio::test]
async fn what_cannot_be_a_mail_is_told_before_anybody_is_asked() {
    let world = World::start(Secure::Never).await;
    let spec = world.spec("smtp", "127.0.0.1");
    for url in [
        "http://mail.contoso.example",
        "mail.contoso.example",
        "smtp://u:p@m.example",
    ] {
        let spec = MailSpec {
            url: url.to_owned(),
            ..spec.clone()
        };
        let error = send(spec).await.unwrap_err();
        assert_eq!(error.kind(), "address", "{error}");
    }
    let half = MailSpec {
        username: Some("attune".to_owned()),
        ..spec.clone()
    };
    assert_eq!(send(half).await.unwrap_err().kind(), "setup");
    assert_eq!(world.server.connections(), 0);

    // A subject cannot write headers.
    let outside = outside(Names::default());
    let subject = "x\r\nBcc: everybody@contoso.example\r\n\r\nbody";
    send_with(&outside, spec, subject).await.unwrap();
    let data = &world.server.taken()[0].data;
    assert!(!data.lines().any(|line| line.starts_with("Bcc")), "{data}");
    assert_eq!(world.server.taken()[0].to.len(), 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_as_such() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let spec = MailSpec {
        url: format!("smtp://{address}"),
        ca_file: None,
        username: None,
        password: None,
    };
    let error = send(spec).await.unwrap_err();
    assert_eq!(error.kind(), "connect", "{error}");
    let names = Names::of(|_| Err(std::io::ErrorKind::NotFound.into()));
    let spec = MailSpec {
        url: "smtps://mail.contoso.example".to_owned(),
        ca_file: None,
        username: None,
        password: None,
    };
    let error = send_with(&outside(names), spec, "x").await.unwrap_err();
    assert_eq!(error.kind(), "dns");
}
