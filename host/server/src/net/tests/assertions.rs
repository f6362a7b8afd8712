//! Signed assertions: what is in them, who can check them, and what is said of keys that do not fit.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::CertificateParams;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{noon, slot};
use crate::clock::TestClock;
use crate::net::{
    Algorithm, ClientKey, Credential, Error, Grant, Outside, Request, Response, Script, Secret,
    Sign, Slot, SlotSpec,
};

/// A key in the forms in which keys lie in files.
pub(super) struct Key {
    pkcs8: Vec<u8>,
    pub(super) public: Vec<u8>,
}

impl Key {
    fn rsa() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8 =
            aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair);
        Self {
            pkcs8: pkcs8.unwrap().as_ref().to_vec(),
            public: pair.public_key().as_ref().to_vec(),
        }
    }

    pub(super) fn pem(&self) -> String {
        pem("PRIVATE KEY", &self.pkcs8)
    }

    /// A certificate of this key that is good until the end of that year.
    fn certificate(&self, from: i32, until: i32) -> rcgen::Certificate {
        let der = PrivatePkcs8KeyDer::from(self.pkcs8.as_slice());
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256);
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 12, 31);
        params.self_signed(&pair.unwrap()).unwrap()
    }
}

/// Making an RSA key takes a moment; these serve all tests.
pub(super) static RSA: LazyLock<Key> = LazyLock::new(Key::rsa);
static OTHER: LazyLock<Key> = LazyLock::new(Key::rsa);

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

fn key(private_key: &str) -> ClientKey {
    ClientKey {
        private_key: Secret::from(private_key),
        certificate: None,
        key_id: None,
        algorithm: None,
    }
}

fn with_certificate(private_key: &str, certificate: &str) -> ClientKey {
    ClientKey {
        certificate: Some(certificate.into()),
        ..key(private_key)
    }
}

/// A world whose login answers with these statuses, then with a token, and remembers all.
struct World {
    script: Script,
    clock: Arc<TestClock>,
    outside: Outside,
}

fn world(statuses: &'static [u16]) -> World {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let script = Script::new(move |sent| {
        if sent.url.host_str() != Some("login.example.com") {
            return Ok(Response::new(200, ""));
        }
        let nth = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Ok(match statuses.get(nth) {
            Some(status) => Response::new(*status, "").with_header("retry-after", "1"),
            None => Response::new(200, r#"{"expires_in":3600,"access_token":"t"}"#),
        })
    });
    let clock = TestClock::skipping(noon());
    let outside = Outside::with_send(Arc::new(script.clone()), Arc::<TestClock>::clone(&clock), 1);
    World {
        script,
        clock,
        outside,
    }
}

impl World {
    fn slot(&self, key: ClientKey, audience: &str) -> Result<Slot, Error> {
        let grant = Grant {
            login: slot(&self.outside, "https://login.example.com/base"),
            path: "/contoso.example/oauth2/v2.0/token".to_owned(),
            scopes: vec!["https://graph.example.com/.default".to_owned()],
            audience: audience.to_owned(),
            parameters: Vec::new(),
        };
        let credential = Credential::PrivateKeyJwt {
            client_id: "client-1".to_owned(),
            key,
        };
        let spec = SlotSpec {
            address: "https://graph.example.com".to_owned(),
            sign: Sign::with(&credential, None, Some(grant))?,
            ..SlotSpec::default()
        };
        Slot::open(&self.outside, spec)
    }

    /// The forms that were sent to the login, as pairs.
    fn forms(&self) -> Vec<Vec<(String, String)>> {
        let all = self.script.seen().into_iter();
        let logins = all.filter(|sent| sent.url.host_str() == Some("login.example.com"));
        let read = |body: &[u8]| url::form_urlencoded::parse(body).into_owned().collect();
        logins.map(|sent| read(&sent.body)).collect()
    }

    async fn assertion(&self, key: ClientKey, audience: &str) -> Assertion {
        let slot = self.slot(key, audience).unwrap();
        slot.exchange(Request::get("/v1.0/users")).await.unwrap();
        Assertion::of(self.forms().last().unwrap())
    }
}

/// An assertion taken apart.
pub(super) struct Assertion {
    pub(super) header: Value,
    pub(super) claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Assertion {
    fn of(form: &[(String, String)]) -> Self {
        let found = form.iter().find(|(name, _)| name == "client_assertion");
        Self::read(&found.unwrap().1)
    }

    pub(super) fn read(text: &str) -> Self {
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        Self {
            header: serde_json::from_slice(&bytes(header)).unwrap(),
            claims: serde_json::from_slice(&bytes(claims)).unwrap(),
            signed: signed.to_owned(),
            signature: bytes(signature),
        }
    }

    pub(super) fn is_signed_by(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        public: &[u8],
    ) -> bool {
        let key = UnparsedPublicKey::new(algorithm, public);
        key.verify(self.signed.as_bytes(), &self.signature).is_ok()
    }
}

#[tokio::test]
async fn with_a_certificate_the_form_is_that_of_entra_id() {
    let certificate = RSA.certificate(2020, 2090);
    let world = world(&[]);
    let audience = "https://login.example.com/contoso.example/oauth2/v2.0/token";
    let client = with_certificate(&RSA.pem(), &certificate.pem());
    let assertion = world.assertion(client, audience).await;
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(certificate.der()));
    assert_eq!(
        assertion.header,
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint })
    );
    let now = noon().as_second();
    let mut claims = assertion.claims.clone();
    let id = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 36);
    assert_eq!(
        claims,
        json!({
            "aud": audience, "iss": "client-1", "sub": "client-1",
            "nbf": now, "iat": now, "exp": now + 600,
        })
    );
    assert!(assertion.is_signed_by(&RSA_PSS_2048_8192_SHA256, &RSA.public));
    assert!(!assertion.is_signed_by(&RSA_PSS_2048_8192_SHA256, &OTHER.public));
    let names: Vec<String> = world.forms()[0]
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    let expected = [
        "grant_type",
        "client_id",
        "client_assertion_type",
        "client_assertion",
        "scope",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn without_a_certificate_the_key_is_named_and_the_token_endpoint_is_the_audience() {
    let world = world(&[]);
    let client = ClientKey {
        key_id: Some("kid-7".to_owned()),
        ..key(&RSA.pem())
    };
    let assertion = world.assertion(client, "").await;
    assert_eq!(
        assertion.header,
        json!({ "alg": "RS256", "typ": "JWT", "kid": "kid-7" })
    );
    assert_eq!(
        assertion.claims["aud"],
        "https://login.example.com/base/contoso.example/oauth2/v2.0/token"
    );
    assert!(assertion.is_signed_by(&RSA_PKCS1_2048_8192_SHA256, &RSA.public));
}

#[tokio::test]
async fn every_form_of_a_key_signs_by_the_algorithm_that_was_chosen() {
    let curve = EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING);
    let curve = curve.unwrap();
    let sec1 = curve.private_key().as_der().unwrap();
    // The PKCS#1 key is what PKCS#8 (RFC 5208) wraps.
    let pkcs1 = pem("RSA PRIVATE KEY", &RSA.pkcs8[26..]);
    let rsa: &[u8] = &RSA.public;
    let point = curve.public_key().as_ref();
    for (private_key, algorithm) in [
        (pkcs1, None),
        (RSA.pem(), Some(Algorithm::Ps256)),
        (RSA.pem(), Some(Algorithm::Rs512)),
        (pem("EC PRIVATE KEY", sec1.as_ref()), None),
        (
            pem("PRIVATE KEY", curve.to_pkcs8v1().unwrap().as_ref()),
            Some(Algorithm::Es256),
        ),
    ] {
        let client = ClientKey {
            algorithm,
            ..key(&private_key)
        };
        let assertion = world(&[]).assertion(client, "https://a.example").await;
        let word = assertion.header["alg"].as_str().unwrap();
        let is_signed = match word {
            "RS256" => assertion.is_signed_by(&RSA_PKCS1_2048_8192_SHA256, rsa),
            "RS512" => assertion.is_signed_by(&RSA_PKCS1_2048_8192_SHA512, rsa),
            "PS256" => assertion.is_signed_by(&RSA_PSS_2048_8192_SHA256, rsa),
            "ES256" => assertion.is_signed_by(&ECDSA_P256_SHA256_FIXED, point),
            other => panic!("{other}"),
        };
        let chosen = Algorithm::WORDS
            .iter()
            .find(|(_, known)| Some(*known) == algorithm);
        assert!(is_signed, "{word}");
        assert_eq!(chosen.map_or(word, |(word, _)| word), word);
    }
}

#[tokio::test]
async fn every_attempt_and_every_renewal_has_an_assertion_of_its_own() {
    let world = world(&[429, 503]);
    let slot = world.slot(key(&RSA.pem()), "").unwrap();
    slot.exchange(Request::get("/v1.0/users")).await.unwrap();
    world.clock.advance(std::time::Duration::from_hours(2));
    slot.exchange(Request::get("/v1.0/users")).await.unwrap();
    let assertions: Vec<Assertion> = world
        .forms()
        .iter()
        .map(|form| Assertion::of(form))
        .collect();
    let ids: std::collections::BTreeSet<String> = assertions
        .iter()
        .map(|assertion| assertion.claims["jti"].to_string())
        .collect();
    assert_eq!((assertions.len(), ids.len()), (4, 4));
    let begins = |nth: usize| assertions[nth].claims["nbf"].as_i64().unwrap();
    assert!(begins(1) > begins(0) && begins(3) >= begins(2) + 7200);
}

#[tokio::test]
async fn a_certificate_is_found_among_its_authorities() {
    let own = RSA.certificate(2020, 2090);
    let chain = format!("{}{}", OTHER.certificate(2020, 2090).pem(), own.pem());
    let client = with_certificate(&RSA.pem(), &chain);
    let assertion = world(&[]).assertion(client, "").await;
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(own.der()));
    assert_eq!(assertion.header["x5t#S256"], thumbprint);

    let curve = rcgen::KeyPair::generate().unwrap();
    let params = CertificateParams::new(Vec::<String>::new()).unwrap();
    let own = params.self_signed(&curve).unwrap();
    let client = with_certificate(&curve.serialize_pem(), &own.pem());
    let assertion = world(&[]).assertion(client, "").await;
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(own.der()));
    assert_eq!(
        (&assertion.header["alg"], &assertion.header["x5t#S256"]),
        (&json!("ES256"), &json!(thumbprint))
    );
}

#[test]
fn a_key_or_certificate_that_does_not_fit_is_told_with_what_to_do() {
    let good = RSA.certificate(2020, 2090).pem();
    let rsa = RSA.pem();
    let small = pem("PRIVATE KEY", &[0x30, 0x03, 0x02, 0x01, 0x00]);
    let locked = rsa.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let by_curve = |algorithm| ClientKey {
        algorithm: Some(algorithm),
        ..key(&rsa)
    };
    let cases = [
        (key(""), "is not PEM"),
        (key("hunter2-is-no-key"), "is not PEM"),
        (key(&good), "is not PEM"),
        (key(&locked), "openssl pkey"),
        (key(&small), "2048 to 8192 bits"),
        (by_curve(Algorithm::Es256), "write \"RS256\""),
        (
            with_certificate(&rsa, "hunter2"),
            "the certificate is not PEM",
        ),
        (with_certificate(&rsa, &rsa), "{ file = \"PATH\" }"),
        (
            with_certificate(&rsa, &pem("CERTIFICATE", b"hunter2")),
            "is not PEM",
        ),
        (
            with_certificate(&rsa, &OTHER.certificate(2020, 2090).pem()),
            "belongs to another key",
        ),
        (
            with_certificate(&rsa, &RSA.certificate(2020, 2025).pem()),
            "expired on 2025-12-31: make a new one",
        ),
        (
            with_certificate(&rsa, &RSA.certificate(2080, 2090).pem()),
            "not valid before 2080-01-01",
        ),
    ];
    let inside: Vec<&str> = rsa.lines().filter(|line| !line.contains("KEY")).collect();
    for (client, words) in cases {
        let world = world(&[]);
        let error = world.slot(client.clone(), "").expect_err(words);
        assert_eq!(error.kind(), "credential", "{error}");
        let text = error.to_string();
        assert!(text.contains(words), "{text}");
        for shown in [text, format!("{client:?}")] {
            let is_secret = inside.iter().any(|line| shown.contains(line));
            assert!(!is_secret && !shown.contains("hunter2"), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_refused_assertion_is_told_without_the_assertion() {
    let script = Script::new(|sent| {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&sent.body)
            .into_owned()
            .collect();
        let (_, sent) = form
            .iter()
            .find(|(name, _)| name == "client_assertion")
            .unwrap();
        let body = json!({
            "error": "invalid_client",
            "error_description": format!("AADSTS50027: JWT '{sent}' is malformed.\r\nTrace"),
        });
        Ok(Response::new(401, body.to_string()))
    });
    let outside = Outside::with_send(Arc::new(script), TestClock::skipping(noon()), 1);
    let world = World {
        script: Script::new(|_| Ok(Response::new(500, ""))),
        clock: TestClock::skipping(noon()),
        outside,
    };
    let slot = world.slot(key(&RSA.pem()), "").unwrap();
    let error = slot.exchange(Request::get("/")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "signing in at https://login.example.com failed: invalid_client: AADSTS50027: JWT *** is \
         malformed."
    );
}
