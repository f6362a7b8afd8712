//! The stand-in of the Directory API over real connections: as strict as the description, as odd as
//! the recordings.

use serde_json::{Value, json};

use super::{
    ADMINISTRATOR, CUSTOMER, GROUPS, Google, Group, Member, Photo, Quota, ServiceAccount, Settings,
    USERS,
};
use crate::Setup;
use crate::people::{Manager, People, Who};
use crate::probe::{Answer, Probe};

const NOW: i64 = 1_795_298_400;
const BASE: &str = "/admin/directory/v1";

async fn google(number: usize) -> Google {
    let settings = Settings {
        clock_s: Some(NOW),
        ..Settings::default()
    };
    let people = People::generate(5, number);
    Google::start(Setup::default(), people, settings)
        .await
        .unwrap()
}

async fn ask_token(google: &Google, changes: &[(&str, Value)]) -> Answer {
    let account = ServiceAccount::invented();
    let mut claims = json!({
        "iss": account.email, "sub": ADMINISTRATOR, "scope": USERS, "iat": NOW, "exp": NOW + 3600,
        "aud": "https://oauth2.googleapis.com/token",
    });
    for (name, value) in changes {
        claims[name] = value.clone();
    }
    let fields = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned(),
        ),
        ("assertion", account.sign(&claims)),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Probe::new(&google.url()).submit("/token", &fields).await
}

async fn probe(google: &Google, scope: &str) -> Probe {
    let answer = ask_token(google, &[("scope", scope.into())]).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    Probe::new(&google.url()).with("authorization", &format!("Bearer {token}"))
}

async fn reason(probe: &Probe, path: &str) -> (u16, String) {
    let answer = probe.get(&format!("{BASE}{path}")).await;
    let reason = answer.json()["error"]["errors"][0]["reason"].clone();
    (
        answer.status.as_u16(),
        reason.as_str().unwrap_or_default().to_owned(),
    )
}

#[tokio::test]
async fn a_signed_assertion_gives_a_token_and_others_are_refused_in_googles_words() {
    let google = google(5).await;
    let answer = ask_token(&google, &[]).await;
    assert_eq!(answer.json()["expires_in"], 3599);
    assert_eq!(answer.header("date"), "Sat, 21 Nov 2026 22:00:00 GMT");
    for (name, value, error) in [
        ("iss", json!("other@example.com"), "invalid_grant"),
        ("sub", json!("nobody@contoso.example"), "invalid_grant"),
        ("aud", json!("https://elsewhere.example"), "invalid_grant"),
        ("exp", json!(NOW + 4000), "invalid_grant"),
        ("iat", json!(NOW + 900), "invalid_grant"),
        ("scope", json!(format!("{USERS} x")), "unauthorized_client"),
    ] {
        let answer = ask_token(&google, &[(name, value)]).await;
        assert_eq!(answer.json()["error"], error, "{name}");
    }
    google.configure(|settings| settings.has_key = false);
    let answer = ask_token(&google, &[]).await;
    assert_eq!(answer.json()["error_description"], "Invalid JWT Signature.");
    let no_form = Probe::new(&google.url()).post("/token", &json!({})).await;
    assert_eq!(no_form.json()["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn a_token_is_good_for_its_scopes_and_for_those_who_may() {
    let google = google(5).await;
    let users = probe(&google, USERS).await;
    assert_eq!(reason(&users, "/users?customer=my_customer").await.0, 200);
    let lacking = (403, "insufficientPermissions".to_owned());
    assert_eq!(
        reason(&users, "/groups?customer=my_customer").await,
        lacking
    );
    assert_eq!(
        reason(&users, "/customer/my_customer/schemas").await,
        lacking
    );
    google.configure(|settings| {
        settings.quota = Some(Quota {
            reason: "quotaExceeded",
            left: 1,
        });
    });
    let path = "/users?customer=my_customer";
    assert_eq!(
        reason(&users, path).await,
        (403, "quotaExceeded".to_owned())
    );
    google.configure(|settings| settings.may_read = false);
    assert_eq!(reason(&users, path).await, (403, "forbidden".to_owned()));
    let nobody = Probe::new(&google.url());
    assert_eq!(reason(&nobody, path).await, (401, "authError".to_owned()));
}

async fn walk(probe: &Probe, path: &str, list: &str) -> (Vec<Value>, usize) {
    let (mut all, mut pages, mut token) = (Vec::new(), 0, String::new());
    loop {
        let next = match token.as_str() {
            "" => String::new(),
            token => format!("&pageToken={}", token.replace('+', "%2B")),
        };
        let page = probe.get(&format!("{BASE}{path}{next}")).await.json();
        pages += 1;
        all.extend(page[list].as_array().cloned().unwrap_or_default());
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => return (all, pages),
        }
    }
}

#[tokio::test]
async fn pages_lead_on_by_tokens_and_empty_ones_have_no_users() {
    let google = google(30).await;
    let users = probe(&google, USERS).await;
    let members =
        google.people(|people| people.iter().filter(|who| !people.is_guest(*who)).count());
    let path = "/users?customer=my_customer&maxResults=7";
    let (all, pages) = walk(&users, path, "users").await;
    assert_eq!((all.len(), pages), (members, members.div_ceil(7)));
    google.configure(|settings| {
        settings.traps.empty_page = Some(2);
        settings.traps.ends_with_empty_page = true;
    });
    let (again, more) = walk(&users, path, "users").await;
    assert_eq!((again, more), (all, pages + 2));
    let nobody = users
        .get(&format!("{BASE}{path}&query=email=nobody@x.example"))
        .await
        .json();
    assert_eq!(nobody["kind"], "admin#directory#users");
    assert!(nobody.get("users").is_none() && nobody.get("nextPageToken").is_none());
}

#[tokio::test]
async fn what_the_description_does_not_have_is_refused() {
    let google = google(5).await;
    let users = probe(&google, USERS).await;
    for (path, reason_word) in [
        ("/users", "badRequest"),
        (
            "/users?customer=my_customer&domain=contoso.example",
            "badRequest",
        ),
        ("/users?customer=C9", "notFound"),
        ("/users?domain=other.example", "domainNotFound"),
        ("/users?customer=my_customer&maxResults=501", "invalid"),
        ("/users?customer=my_customer&top=5", "invalidParameter"),
        (
            "/users?customer=my_customer&fields=users(badge)",
            "invalidParameter",
        ),
        (
            "/users?customer=my_customer&fields=people",
            "invalidParameter",
        ),
        ("/users?customer=my_customer&query=ada", "invalid"),
        (
            "/users?customer=my_customer&customFieldMask=Work",
            "invalid",
        ),
        (
            "/users?customer=my_customer&viewType=domain_public",
            "invalid",
        ),
        ("/users?customer=my_customer&pageToken=abc", "invalid"),
        ("/users/nobody@contoso.example", "notFound"),
        ("/users/boss@elsewhere.example", "forbidden"),
        ("/users/ada", "invalid"),
    ] {
        assert_eq!(reason(&users, path).await.1, reason_word, "{path}");
    }
    assert_eq!(
        users.get(&format!("{BASE}/users/x/aliases")).await.status,
        501
    );
}

#[tokio::test]
async fn a_user_is_written_as_google_writes_one() {
    let google = google(10).await;
    let users = probe(&google, USERS).await;
    let (who, leader) = google.people(|people| {
        let all: Vec<Who> = people.iter().filter(|who| !people.is_guest(*who)).collect();
        let (leader, who) = (all[0], all[1]);
        people.set_manager(who, Manager::Person(leader));
        people.set(who, "department", "Sales");
        (who, people.user_principal_name(leader))
    });
    let address = google.people(|people| people.user_principal_name(who));
    let alias = address.replace("@contoso.example", "@old.contoso.example");
    for key in [google.id(who), address.clone(), alias] {
        let user = users.get(&format!("{BASE}/users/{key}")).await.json();
        assert_eq!(user["id"], google.id(who));
        assert_eq!(user["primaryEmail"], address.as_str());
        assert_eq!(
            user["relations"][1],
            json!({ "value": leader, "type": "manager" })
        );
        assert!(user.get("customSchemas").is_none());
        let organizations = user["organizations"].as_array().unwrap();
        let is_primary =
            |one: &&Value| matches!(one["primary"].to_string().as_str(), "true" | "\"true\"");
        let own: Vec<_> = organizations.iter().filter(is_primary).collect();
        assert_eq!((own.len(), &own[0]["department"]), (1, &json!("Sales")));
    }
    let path = format!(
        "{BASE}/users/{address}?projection=custom&customFieldMask=Private&fields=id,customSchemas"
    );
    let user = users.get(&path).await.json();
    assert_eq!(
        user,
        json!({ "id": google.id(who), "customSchemas": { "Private": { "shirt": "M" } } })
    );
}

#[tokio::test]
async fn pictures_come_in_the_odd_alphabet() {
    let google = google(5).await;
    let users = probe(&google, USERS).await;
    let who = google.people(|people| people.iter().next().unwrap());
    let path = format!("/users/{}/photos/thumbnail", google.id(who));
    assert_eq!(reason(&users, &path).await, (404, "notFound".to_owned()));
    google.configure(|settings| {
        let photo = Photo {
            etag: "\"1\"".to_owned(),
            media_type: "JPEG".to_owned(),
            bytes: vec![0xfb, 0xff, 0xbf, 0],
        };
        settings.photos.insert(who, photo);
    });
    let photo = users.get(&format!("{BASE}{path}")).await.json();
    assert_eq!(photo["photoData"], "-_-_AA**");
}

#[tokio::test]
async fn members_of_nested_groups_are_derived_and_a_full_page_leads_to_an_empty_one() {
    let google = google(6).await;
    let whos = google.people(|people| {
        people
            .iter()
            .filter(|who| !people.is_guest(*who))
            .take(3)
            .collect::<Vec<_>>()
    });
    google.configure(|settings| {
        let group = |id: &str, members| Group {
            id: id.to_owned(),
            email: format!("{id}@contoso.example"),
            name: "Team".to_owned(),
            members,
        };
        let outer = vec![
            Member::User(whos[0]),
            Member::Group("inner".to_owned()),
            Member::Outsider("x@elsewhere.example".to_owned()),
        ];
        // A circle must not be walked for ever.
        let inner = vec![
            Member::User(whos[1]),
            Member::Group("outer".to_owned()),
            Member::Everyone,
        ];
        settings.groups = vec![group("outer", outer), group("inner", inner)];
    });
    let groups = probe(&google, GROUPS).await;
    let path = "/groups/outer@contoso.example/members?maxResults=2";
    let (direct, _) = walk(&groups, path, "members").await;
    assert_eq!(direct.len(), 3);
    let derived = format!("{path}&includeDerivedMembership=true");
    let (all, pages) = walk(&groups, &derived, "members").await;
    let ids: Vec<String> = all
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    let outsider = "114999999999999999999".to_owned();
    let expected = [
        google.id(whos[0]),
        google.id(whos[1]),
        CUSTOMER.to_owned(),
        outsider,
    ];
    assert_eq!((ids.as_slice(), pages), (&expected[..], 3));
    let (named, _) = walk(
        &groups,
        "/groups?customer=my_customer&query=name=team",
        "groups",
    )
    .await;
    assert_eq!(named.len(), 2);
    assert_eq!(
        reason(&groups, "/groups/none@contoso.example").await.1,
        "notFound"
    );
}
