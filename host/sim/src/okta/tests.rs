//! The stand-in is as strict as Okta's description and recorded exchanges say Okta is.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::probe::{Answer, Probe};

async fn start(number: usize) -> Okta {
    start_with(Options::of(People::generate(1, number))).await
}

async fn start_with(options: Options) -> Okta {
    Okta::start(options).await.unwrap()
}

fn probe(okta: &Okta) -> Probe {
    Probe::new(&okta.url()).with("authorization", "SSWS 00simApiTokenNotReal")
}

fn code(answer: &Answer) -> (u16, String) {
    let code = answer.json()["errorCode"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), code)
}

fn next(answer: &Answer) -> Option<String> {
    let lines = answer.headers.get_all("link").iter();
    let mut links = lines.flat_map(|line| line.to_str().unwrap().split(", "));
    let next = links.find(|link| link.ends_with("rel=\"next\""))?;
    Some(next.strip_prefix('<')?.split_once('>')?.0.to_owned())
}

async fn walk(probe: &Probe, path: &str) -> (Vec<Value>, usize) {
    let (mut all, mut pages) = (Vec::new(), 0);
    let mut link = Some(path.to_owned());
    while let Some(path) = link {
        let answer = probe.get(&path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
        all.extend(answer.json().as_array().unwrap().clone());
        pages += 1;
        link = next(&answer);
    }
    (all, pages)
}

#[tokio::test]
async fn pages_lead_to_everybody_once() {
    let okta = start(450).await;
    let probe = probe(&okta);
    let (all, pages) = walk(&probe, "/api/v1/users?limit=200").await;
    assert_eq!((all.len(), pages), (450, 3));
    let mut ids: Vec<&str> = all
        .iter()
        .map(|user| user["id"].as_str().unwrap())
        .collect();
    assert!(ids.iter().all(|id| id.len() == 20 && id.starts_with("00u")));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 450);
    okta.configure(|settings| {
        settings.page_max = 100;
        settings.traps = Traps {
            empty_page: Some(2),
            joins_links: true,
            ..Traps::default()
        };
    });
    let (all, pages) = walk(&probe, "/api/v1/users?limit=200&fields=id,profile:(login)").await;
    assert_eq!((all.len(), pages), (450, 6));
    okta.configure(|settings| settings.traps.stale_from_page = Some(1));
    let answer = probe.get("/api/v1/users?limit=200").await;
    let stale = probe.get(&next(&answer).unwrap()).await;
    assert_eq!(code(&stale), (400, "E0000029".to_owned()));
    assert!(okta.complaints().is_empty());
}

#[tokio::test]
async fn what_a_route_does_not_have_is_refused() {
    let okta = start(3).await;
    let probe = probe(&okta);
    for (path, expected) in [
        ("/api/v1/users?limit=201", (400, "E0000001")),
        ("/api/v1/users?limit=x", (400, "E0000001")),
        ("/api/v1/users?after=nonsense", (400, "E0000029")),
        ("/api/v1/users?fields=a b", (400, "E0000001")),
        (
            "/api/v1/users?filter=profile.department%20eq%20%22x%22",
            (400, "E0000031"),
        ),
        (
            "/api/v1/users?filter=status%20sw%20%22A%22",
            (400, "E0000031"),
        ),
        (
            "/api/v1/users?search=status%20ne%20%22ACTIVE%22",
            (400, "E0000031"),
        ),
        (
            "/api/v1/users?search=profile.department%20co%20%22x%22",
            (400, "E0000031"),
        ),
        ("/api/v1/users?search=not%20(id%20pr)", (400, "E0000031")),
        ("/api/v1/users/nobody@contoso.example", (404, "E0000007")),
        ("/api/v1/groups/00gnone", (404, "E0000007")),
    ] {
        let (status, code_found) = code(&probe.get(path).await);
        assert_eq!((status, code_found.as_str()), expected, "{path}");
    }
    let unknown = probe.get("/api/v1/users?q=a").await;
    assert_eq!(unknown.status.as_u16(), 501);
    let anonymous = Probe::new(&okta.url()).get("/api/v1/users").await;
    assert_eq!(code(&anonymous), (401, "E0000011".to_owned()));
    assert_eq!(okta.complaints().len(), 1);
}

#[tokio::test]
async fn expressions_find_whom_okta_would_find() {
    let okta = start(60).await;
    let probe = probe(&okta);
    let people = okta.people(|people| people.iter().collect::<Vec<_>>());
    okta.deactivate(people[5]);
    let count = async |query: &str| {
        walk(&probe, &format!("/api/v1/users?{query}"))
            .await
            .0
            .len()
    };
    assert_eq!(count("limit=200").await, 59);
    assert_eq!(count("search=id%20pr").await, 60);
    assert_eq!(count("filter=status%20eq%20%22DEPROVISIONED%22").await, 1);
    assert_eq!(
        count("filter=lastUpdated%20gt%20%222026-02-01T00:00:00.000Z%22").await,
        1
    );
    let sales = count("search=profile.department%20eq%20%22sALES%22").await;
    assert!(sales > 0 && sales < 60);
    let id = okta.id(people[3]);
    let both = format!(
        "filter=(id%20eq%20%22{id}%22%20or%20id%20eq%20%22x%22)%20and%20(status%20eq%20%22DEPROVISIONED%22)"
    );
    assert_eq!(count(&both).await, 0);
    let login = okta.people(|all| all.user_principal_name(people[3]));
    for key in [
        id.as_str(),
        &login.to_uppercase(),
        login.split('@').next().unwrap(),
    ] {
        let found = probe.get(&format!("/api/v1/users/{key}")).await.json();
        assert_eq!(found["id"], json!(id), "{key}");
    }
}

#[tokio::test]
async fn users_have_what_was_asked_for() {
    let okta = start(20).await;
    let lean = probe(&okta).with(
        "content-type",
        "application/json; okta-response=omitCredentials,omitCredentialsLinks",
    );
    let all = lean
        .get("/api/v1/users?fields=id,status,profile:(login,badgeColour)")
        .await
        .json();
    let members: Vec<&String> = all[1].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "status", "profile"]);
    assert!(all[1]["profile"].as_object().unwrap().len() <= 2);
    let all = lean.get("/api/v1/users").await.json();
    assert!(all[0]["credentials"].is_null() && all[0]["profile"]["secondEmail"].is_null());
    assert!(all[0].as_object().unwrap().contains_key("lastLogin"));
    assert_eq!(
        (&all[7]["status"], &all[7]["activated"]),
        (&json!("STAGED"), &Value::Null)
    );
    let whole = probe(&okta).get("/api/v1/users").await.json();
    assert!(whole[0]["credentials"].is_object());
    let (manager, boss) = (&all[1]["profile"]["managerId"], &all[0]["id"]);
    assert_eq!(manager, boss);
}

#[tokio::test]
async fn groups_and_links_are_there_for_those_who_may() {
    let people = People::generate(1, 20);
    let members: Vec<Who> = people.iter().take(5).collect();
    let mut options = Options::of(people);
    let (id, name) = ("00gsales00000000Ss11".to_owned(), "Sales".to_owned());
    options.settings.groups = vec![Group {
        id: id.clone(),
        name,
        members: members.clone(),
    }];
    options.settings.linked = Some("boss".to_owned());
    let okta = start_with(options).await;
    let probe = probe(&okta);
    okta.deactivate(members[4]);
    let found = probe
        .get("/api/v1/groups?search=profile.name%20eq%20%22SALES%22")
        .await
        .json();
    assert_eq!(found[0]["id"], json!(id));
    let (all, pages) = walk(&probe, &format!("/api/v1/groups/{id}/users?limit=2")).await;
    assert_eq!((all.len(), pages), (4, 2));
    let user = okta.id(members[1]);
    let groups = probe
        .get(&format!("/api/v1/users/{user}/groups"))
        .await
        .json();
    assert_eq!(groups.as_array().unwrap().len(), 2);
    let link = probe
        .get(&format!("/api/v1/users/{user}/linkedObjects/boss"))
        .await
        .json();
    let href = link[0]["_links"]["self"]["href"].as_str().unwrap();
    assert!(href.ends_with(&okta.id(members[0])), "{href}");
    let other = probe
        .get(&format!("/api/v1/users/{user}/linkedObjects/other"))
        .await;
    assert_eq!(code(&other), (404, "E0000007".to_owned()));
}

#[tokio::test]
async fn rate_headers_count_down() {
    let okta = start(3).await;
    okta.configure(|settings| settings.rate_limit = 3);
    let probe = probe(&okta);
    for left in ["2", "1", "0", "2"] {
        let answer = probe.get("/api/v1/users").await;
        assert_eq!(answer.header("x-rate-limit-remaining"), left);
        assert!(!answer.header("date").is_empty());
    }
    okta.inject(crate::faults::Fault::reject(429));
    let answer = probe.get("/api/v1/users").await;
    assert_eq!(code(&answer), (429, "E0000047".to_owned()));
    assert_eq!(answer.header("retry-after"), "");
    assert_eq!(answer.header("x-rate-limit-remaining"), "0");
}

/// A client's key, and how it signs.
struct Client(RsaKeyPair);

impl Client {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        Self(RsaKeyPair::from_pkcs8(der.as_ref()).unwrap())
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn ask(okta: &Okta, scope: &str, assertion: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", scope),
        ("client_assertion_type", crate::jwt::KIND),
        ("client_assertion", assertion),
    ];
    Probe::new(&okta.url())
        .submit("/oauth2/v1/token", &fields)
        .await
}

const CLIENT: &str = "0oasimclient00000001";

/// An org that knows the client's key as `key-1`.
async fn start_for(client: &Client) -> Okta {
    let mut options = Options::of(People::generate(1, 3));
    let public = client.0.public_key().as_ref().to_vec();
    options.settings.keys = vec![("key-1".to_owned(), public)];
    start_with(options).await
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "key-1" })
}

fn claims(okta: &Okta, id: &str) -> Value {
    json!({
        "iss": CLIENT, "sub": CLIENT, "jti": id, "exp": moment::now().as_second() + 300,
        "aud": format!("{}/oauth2/v1/token", okta.url()),
    })
}

#[tokio::test]
async fn tokens_are_given_to_the_app_with_its_scopes() {
    let client = Client::new();
    let okta = start_for(&client).await;
    let good = client.sign(&header(), &claims(&okta, "1"));
    let answer = ask(&okta, "okta.users.read", &good).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let bearer = Probe::new(&okta.url()).with("authorization", &format!("Bearer {token}"));
    assert_eq!(bearer.get("/api/v1/users").await.status.as_u16(), 200);
    let denied = bearer.get("/api/v1/groups").await;
    assert_eq!(code(&denied), (403, "E0000006".to_owned()));
    let again = ask(&okta, "okta.users.read", &good).await;
    assert_eq!(again.json()["error"], json!("invalid_client"));
    okta.revoke_tokens();
    let revoked = bearer.get("/api/v1/users").await;
    assert_eq!(code(&revoked), (401, "E0000011".to_owned()));
}

#[tokio::test]
async fn assertions_that_okta_would_refuse_are_refused() {
    let client = Client::new();
    let okta = start_for(&client).await;
    let with = |member: &str, value: Value| {
        let mut claims = claims(&okta, member);
        claims[member] = value;
        client.sign(&header(), &claims)
    };
    let late = moment::now().as_second() + 4000;
    let custom = format!("{}/oauth2/default/v1/token", okta.url());
    let signed = |header: Value, id: &str| client.sign(&header, &claims(&okta, id));
    for assertion in [
        with("exp", json!(late)),
        with("exp", json!(0)),
        with("aud", json!(custom)),
        with("sub", json!("0oaother")),
        with("jti", json!("")),
        signed(json!({ "alg": "RS256" }), "2"),
        signed(json!({ "alg": "PS256", "kid": "key-1" }), "3"),
        Client::new().sign(&header(), &claims(&okta, "4")),
        "nonsense".to_owned(),
    ] {
        let answer = ask(&okta, "okta.users.read", &assertion).await;
        assert_eq!(
            answer.json()["error"],
            json!("invalid_client"),
            "{}",
            answer.text
        );
    }
    let answer = ask(&okta, "okta.groups.read", &signed(header(), "5")).await;
    assert_eq!(answer.json()["error"], json!("invalid_scope"));
    okta.configure(|settings| settings.demands_dpop = true);
    let answer = ask(&okta, "okta.users.read", &signed(header(), "6")).await;
    assert_eq!(answer.json()["error"], json!("invalid_dpop_proof"));
}
