//! Signing in to the directory by certificate: a whole sync, and everything that can be wrong with
//! the key.

use std::collections::BTreeSet;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::CertificateParams;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::Value;

use super::terminal::{PLAIN, Terminal};

/// A key and its certificate as PEM, and the certificate as the directory keeps it.
struct Client {
    key: String,
    certificate: String,
    der: Vec<u8>,
}

fn client(until: i32) -> Client {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pkcs8 = PrivatePkcs8KeyDer::from(pkcs8.as_ref());
    let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8, &rcgen::PKCS_RSA_SHA256);
    let pair = pair.unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(&pair).unwrap();
    Client {
        key: pair.serialize_pem(),
        certificate: certificate.pem(),
        der: certificate.der().to_vec(),
    }
}

const FILES: &str =
    "private-key = { file = \"../key.pem\" }\ncertificate = { file = \"../cert.pem\" }";

impl Terminal {
    /// The connector with this credential in place of the secret; the client id stays.
    fn signs_by(&self, lines: &str) {
        let access = self.world.access();
        let text = access.connector("id = \"demo\"", "", PLAIN);
        let text = text
            .replace("oauth2-client-credentials", "oauth2-private-key-jwt")
            .replace("client-secret = { file = \"../entra-secret\" }", lines);
        std::fs::write(self.path("connectors/demo.toml"), text).unwrap();
    }

    fn keeps(&self, key: &str, certificate: &str) {
        std::fs::write(self.path("key.pem"), key).unwrap();
        std::fs::write(self.path("cert.pem"), certificate).unwrap();
    }

    /// The bodies of all requests for tokens.
    fn forms(&self) -> Vec<String> {
        let log = self.world.graph.log().into_iter();
        let tokens = log.filter(|request| request.path.ends_with("/token"));
        tokens.map(|request| request.body).collect()
    }
}

fn assertion(form: &str) -> (Value, Value) {
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    let (_, text) = pairs.find(|(name, _)| name == "client_assertion").unwrap();
    let mut parts = text
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let mut json = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (json(), json())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_sync_signs_in_by_certificate_and_sends_no_secret() {
    let terminal = Terminal::start(12).await;
    let own = client(2090);
    terminal
        .world
        .graph
        .configure(|settings| settings.certificates = vec![own.der.clone()]);
    terminal.keeps(&own.key, &own.certificate);
    let inline = format!(
        "private-key = {{ file = \"../key.pem\" }}\ncertificate = \"\"\"\n{}\"\"\"",
        own.certificate
    );
    for (lines, command) in [
        (FILES, "sync"),
        (
            &format!("{FILES}\nalgorithm = \"PS256\"\nkey-id = \"k1\""),
            "plan",
        ),
        (&inline, "check"),
    ] {
        terminal.signs_by(lines);
        let told = terminal.run(&[command, "demo"]).await;
        assert_eq!(told.exit, 0, "{told:?}");
        // Everybody may read a certificate; the key's file is readable here for others too.
        assert!(!told.err.contains("cert.pem"), "{told:?}");
    }
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let forms = terminal.forms();
    assert_eq!(forms.len(), 3);
    let endpoint = format!(
        "{}/contoso.example/oauth2/v2.0/token",
        terminal.world.graph.url()
    );
    let mut ids = BTreeSet::new();
    for form in &forms {
        let (header, claims) = assertion(form);
        assert_eq!(
            (&header["alg"], &claims["aud"]),
            (&"PS256".into(), &endpoint.as_str().into())
        );
        assert!(header["x5t#S256"].is_string() && !form.contains("client_secret"));
        ids.insert(claims["jti"].to_string());
    }
    assert_eq!(ids.len(), 3, "no assertion is used twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_the_directory_does_not_know_is_a_refused_sign_in() {
    let terminal = Terminal::start(3).await;
    let (own, other) = (client(2090), client(2090));
    terminal
        .world
        .graph
        .configure(|settings| settings.certificates = vec![own.der.clone()]);
    terminal.keeps(&other.key, &other.certificate);
    terminal.signs_by(FILES);
    let told = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!((told.exit, told.code().as_str()), (4, "sign-in"));
    assert!(told.out.contains("AADSTS700027"), "{told:?}");
    assert_eq!(terminal.world.jira.counts().requests, 0);
    let (_, claims) = assertion(&terminal.forms()[0]);
    assert!(claims["exp"].is_i64());
}

/// A plan ends with this code and these words before anybody is asked; `check` has them in a line,
/// unless the file itself is wrong, and does not ask the directory. Neither shows a line of a key.
async fn is_told(terminal: &Terminal, (code, words): (&str, &str), keys: &[&Client]) {
    let world = &terminal.world;
    let asked = world.jira.counts().requests;
    let planned = terminal.run(&["plan", "demo", "--json"]).await;
    assert_eq!(
        (planned.exit, planned.code().as_str()),
        (2, code),
        "{words}: {planned:?}"
    );
    assert_eq!(world.jira.counts().requests, asked);
    let checked = terminal.run(&["check", "demo", "--json"]).await;
    if code == "config" {
        assert_eq!((checked.exit, checked.code().as_str()), (2, code));
    } else {
        assert_eq!(checked.exit, 1, "{checked:?}");
        let lines = checked.json()[0]["lines"].as_array().unwrap().clone();
        let wrong: Vec<_> = lines.iter().filter(|line| line["ok"] == false).collect();
        assert_eq!(wrong.len(), 1, "{lines:#?}");
        assert_eq!(wrong[0]["name"], "source: configuration");
        let place = "[source.credential.app]";
        assert!(planned.out.contains(place) && checked.out.contains(place));
    }
    for told in [planned, checked] {
        assert!(told.out.contains(words), "{words}: {told:?}");
        let shown = format!("{told:?}");
        for client in keys {
            let mut inside = client.key.lines().filter(|line| !line.contains("KEY"));
            assert!(!inside.any(|line| shown.contains(line)), "{shown}");
        }
    }
    assert_eq!(world.graph.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_or_certificate_that_does_not_fit_is_told_before_anybody_is_asked() {
    let terminal = Terminal::start(3).await;
    let (own, other, old) = (client(2090), client(2090), client(2025));
    let locked = own.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    terminal.signs_by(FILES);
    for (key, certificate, words) in [
        ("not a key", own.certificate.as_str(), "is not PEM"),
        (&locked, &own.certificate, "openssl pkey"),
        (&own.key, "not a certificate", "is not PEM"),
        (&own.key, &other.certificate, "another key"),
        (&old.key, &old.certificate, "expired on 2025-01-01"),
    ] {
        terminal.keeps(key, certificate);
        is_told(&terminal, ("credential", words), &[&own, &old]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_that_is_written_wrongly_is_told_with_its_line_or_place() {
    let terminal = Terminal::start(3).await;
    let own = client(2090);
    terminal.keeps(&own.key, &own.certificate);
    let pasted = format!(
        "private-key = {{ file = \"../key.pem\" }}\ncertificate = '''{}'''",
        own.key
    );
    let by_curve = format!("{FILES}\nalgorithm = \"ES256\"");
    let mistyped = format!("{FILES}\nalgorithm = \"PS255\"");
    let nowhere = "private-key = { file = \"../none.pem\" }";
    for (lines, code, words) in [
        (by_curve.as_str(), "credential", "write \\\"PS256\\\""),
        (&mistyped, "config", "did you mean 'PS256'"),
        (&pasted, "config", "stands here in clear"),
        (nowhere, "secret", "none.pem is not set"),
        ("certificate = \"x\"", "config", "private-key"),
    ] {
        terminal.signs_by(lines);
        is_told(&terminal, (code, words), &[&own]).await;
    }
}
