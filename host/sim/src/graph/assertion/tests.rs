//! The stand-in takes exactly the assertions that Entra ID documents.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use serde_json::{Value, json};

use super::*;
use crate::graph::{Graph, Options};
use crate::people::People;
use crate::probe::ask_token;

struct Client {
    pair: KeyPair,
    certificate: Vec<u8>,
}

fn client(until: i32) -> Client {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let der = pkcs8.as_ref().into();
    let signer = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256);
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(&signer.unwrap()).unwrap();
    Client {
        pair,
        certificate: certificate.der().to_vec(),
    }
}

impl Client {
    fn header(&self) -> Value {
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.certificate));
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint })
    }

    fn sign(&self, header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        let done = self
            .pair
            .sign(encoding, &random, signed.as_bytes(), &mut signature);
        done.unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn start(certificates: &[&Client]) -> Graph {
    let certificates = certificates.iter().map(|client| client.certificate.clone());
    Graph::start(Options {
        certificates: certificates.collect(),
        ..Options::of(People::generate(1, 3))
    })
    .await
    .unwrap()
}

/// Status and number of the answer to an assertion; the number is 0 for a token.
async fn ask(graph: &Graph, assertion: &str) -> (u16, u64) {
    let changes = [
        ("client_secret", ""),
        ("client_assertion_type", crate::jwt::KIND),
        ("client_assertion", assertion),
    ];
    let answer = ask_token(graph, &changes).await;
    let number = answer.json()["error_codes"][0].as_u64().unwrap_or_default();
    (answer.status.as_u16(), number)
}

fn claims(graph: &Graph) -> Value {
    let now = moment::now().as_second();
    json!({
        "aud": format!("{}/contoso.example/oauth2/v2.0/token", graph.url()),
        "iss": "6f1c0c2e-9a1d-4b57-8a30-3f6f2f6b9d11",
        "sub": "6f1c0c2e-9a1d-4b57-8a30-3f6f2f6b9d11",
        "jti": "one", "nbf": now, "iat": now, "exp": now + 600,
    })
}

#[tokio::test]
async fn a_right_assertion_is_taken_once() {
    let own = client(2090);
    let graph = start(&[&client(2090), &own]).await;
    let mut claims = claims(&graph);
    let assertion = own.sign(&own.header(), &claims, &RSA_PSS_SHA256);
    assert_eq!(ask(&graph, &assertion).await, (200, 0));
    assert_eq!(ask(&graph, &assertion).await, (400, 50027));
    claims["jti"] = json!("another");
    claims["aud"] = json!("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token");
    let assertion = own.sign(&own.header(), &claims, &RSA_PSS_SHA256);
    assert_eq!(ask(&graph, &assertion).await, (200, 0));
}

#[tokio::test]
async fn a_wrong_claim_is_refused_with_its_number() {
    let own = client(2090);
    let graph = start(&[&own]).await;
    let right = claims(&graph);
    let now = moment::now().as_second();
    let other_tenant = format!("{}/other.example/oauth2/v2.0/token", graph.url());
    for (name, value, refusal) in [
        ("iss", json!("somebody"), (401, 700_021)),
        ("sub", json!("somebody"), (401, 700_021)),
        ("aud", json!(graph.url()), (401, 700_023)),
        ("aud", json!(other_tenant), (401, 700_023)),
        ("exp", json!(now - 400), (401, 700_024)),
        ("exp", json!(now + 601), (401, 700_024)),
        ("nbf", json!(now + 400), (401, 700_024)),
        ("exp", Value::Null, (401, 700_024)),
        ("jti", json!(""), (400, 50027)),
    ] {
        let mut claims = right.clone();
        claims[name] = value;
        let assertion = own.sign(&own.header(), &claims, &RSA_PSS_SHA256);
        assert_eq!(ask(&graph, &assertion).await, refusal, "{name}: {claims}");
    }
}

#[tokio::test]
async fn a_wrong_key_header_or_signature_is_refused_with_its_number() {
    let (own, other, old) = (client(2090), client(2090), client(2025));
    let graph = start(&[&own, &old]).await;
    let claims = claims(&graph);
    let mut by_rs256 = own.header();
    by_rs256["alg"] = json!("RS256");
    let mut nameless = own.header();
    nameless["x5t#S256"] = Value::Null;
    let right = own.sign(&own.header(), &claims, &RSA_PSS_SHA256);
    let cut = &right[..right.len() - 6];
    for (what, assertion, refusal) in [
        (
            "unknown",
            other.sign(&other.header(), &claims, &RSA_PSS_SHA256),
            (401, 700_027),
        ),
        (
            "stolen name",
            other.sign(&own.header(), &claims, &RSA_PSS_SHA256),
            (401, 700_027),
        ),
        (
            "expired",
            old.sign(&old.header(), &claims, &RSA_PSS_SHA256),
            (401, 700_027),
        ),
        (
            "padding",
            own.sign(&own.header(), &claims, &RSA_PKCS1_SHA256),
            (401, 700_027),
        ),
        (
            "nameless",
            own.sign(&nameless, &claims, &RSA_PSS_SHA256),
            (401, 700_027),
        ),
        ("cut", cut.to_owned(), (401, 700_027)),
        (
            "RS256",
            own.sign(&by_rs256, &claims, &RSA_PKCS1_SHA256),
            (400, 50027),
        ),
        ("no JWT", "a.b.c".to_owned(), (400, 50027)),
        ("nothing", String::new(), (400, 900_144)),
    ] {
        assert_eq!(ask(&graph, &assertion).await, refusal, "{what}");
    }
    assert_eq!(ask(&graph, &right).await, (200, 0));
}
