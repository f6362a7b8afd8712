//! What an ID token must say to be meant for us, now, and for this sign-in (OpenID Connect Core,
//! 3.1.3.7); and what its claims make of somebody.

use serde_json::Value;

use super::Config;
use crate::access::principal::Role;

/// How far clocks may be apart, in seconds.
const LEEWAY: i64 = 60;
/// Longest name.
const NAME_CHARS_MAX: usize = 64;

/// Whom the service vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vouched {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) personal: bool,
}

/// Whether the claims are for this client, this moment and this sign-in.
pub(super) fn check(
    claims: &Value,
    config: &Config,
    nonce: &str,
    now: i64,
) -> Result<(), &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(seconds);
    if text("iss") != Some(config.issuer.as_str()) {
        return Err("it is of another service");
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(all)) => all.iter().map(|one| one.as_str().unwrap_or("")).collect(),
        _ => Vec::new(),
    };
    if !audience.contains(&config.client_id.as_str()) {
        return Err("it is for another client");
    }
    match claims.get("azp") {
        None if audience.len() > 1 => return Err("it is for several clients"),
        None => {}
        Some(azp) if azp.as_str() == Some(config.client_id.as_str()) => {}
        Some(_) => return Err("it was given to another client"),
    }
    let Some(expires) = time("exp") else {
        return Err("it does not say until when it holds");
    };
    if now >= expires.saturating_add(LEEWAY) {
        return Err("its time is over");
    }
    let Some(issued) = time("iat") else {
        return Err("it does not say since when it holds");
    };
    let since = time("nbf").map_or(issued, |begins| begins.max(issued));
    if since > now.saturating_add(LEEWAY) {
        return Err("its time has not come");
    }
    if text("nonce") != Some(nonce) {
        return Err("it belongs to another sign-in");
    }
    if text("sub").is_none_or(str::is_empty) {
        return Err("it does not say who signed in");
    }
    Ok(())
}

/// What somebody is, by the groups that the settings name; `None`: nothing here.
pub(super) fn vouched(claims: &Value, config: &Config) -> Option<Vouched> {
    let groups = groups(claims, &config.roles_claim);
    let has = |group: &str| groups.contains(&group);
    let roles = config.roles.iter().filter(|(group, _)| has(group));
    let role = roles.map(|(_, role)| *role).max()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let names = ["preferred_username", "email", "sub"];
    let name = names.into_iter().find_map(|name| {
        let found = text(name)?.trim();
        (!found.is_empty()).then(|| found.chars().take(NAME_CHARS_MAX).collect())
    })?;
    let personal = config.personal.iter().any(|group| has(group));
    Some(Vouched {
        name,
        role,
        personal,
    })
}

/// The words of a claim; one with dots that is not there by that name lies inside of others.
fn groups<'c>(claims: &'c Value, claim: &str) -> Vec<&'c str> {
    let inside = || {
        let mut parts = claim.split('.');
        parts.try_fold(claims, |value, part| value.get(part))
    };
    match claims.get(claim).or_else(inside) {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whole seconds; some services send them with a fraction.
fn seconds(value: &Value) -> Option<i64> {
    let whole = value.as_f64().filter(|number| number.is_finite());
    value.as_i64().or_else(|| whole.map(|number| number as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    fn config() -> Config {
        Config {
            issuer: "https://login.example.com".to_owned(),
            client_id: "attune".to_owned(),
            client_secret: "s3cret".into(),
            address: "https://attune.example.com".to_owned(),
            scopes: Vec::new(),
            roles_claim: "realm.groups".to_owned(),
            roles: vec![
                ("readers".to_owned(), Role::Viewer),
                ("admins".to_owned(), Role::Admin),
            ],
            personal: vec!["people".to_owned()],
            ca_file: None,
        }
    }

    fn claims() -> Value {
        json!({
            "iss": "https://login.example.com", "aud": "attune", "sub": "17", "nonce": "n",
            "iat": NOW - 5, "exp": NOW + 300, "preferred_username": "ada",
            "realm": { "groups": ["readers", "admins", "x"] },
        })
    }

    #[test]
    fn claims_for_somebody_else_or_another_time_are_refused() {
        let of = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            check(&claims, &config(), "n", NOW)
        };
        assert_eq!(check(&claims(), &config(), "n", NOW), Ok(()));
        for (name, value) in [
            ("iss", json!("https://login.example.com/")),
            ("iss", json!("https://evil.example.com")),
            ("iss", Value::Null),
            ("aud", json!("other")),
            ("aud", json!([])),
            ("aud", json!(["attune", "other"])),
            ("aud", json!({ "attune": 1 })),
            ("azp", json!("other")),
            ("azp", json!(1)),
            ("exp", json!(NOW - 60)),
            ("exp", Value::Null),
            ("exp", json!("later")),
            ("iat", json!(NOW + 61)),
            ("iat", Value::Null),
            ("nbf", json!(NOW + 61)),
            ("nonce", json!("other")),
            ("nonce", Value::Null),
            ("sub", json!("")),
            ("sub", Value::Null),
        ] {
            assert!(of(name, value.clone()).is_err(), "{name} {value}");
        }
        for (name, value) in [
            ("aud", json!(["attune"])),
            ("azp", json!("attune")),
            ("exp", json!(NOW - 59)),
            ("iat", json!(NOW + 60)),
            ("exp", json!(NOW as f64 + 0.5)),
        ] {
            assert_eq!(of(name, value.clone()), Ok(()), "{name} {value}");
        }
        let mut several = claims();
        several["aud"] = json!(["attune", "other"]);
        several["azp"] = json!("attune");
        assert_eq!(check(&several, &config(), "n", NOW), Ok(()));
    }

    #[test]
    fn the_highest_role_of_somebody_s_groups_counts_and_without_one_nobody_gets_in() {
        let found = vouched(&claims(), &config()).unwrap();
        assert_eq!((found.name.as_str(), found.role), ("ada", Role::Admin));
        assert!(!found.personal);
        let of = |groups: Value| {
            let mut claims = claims();
            claims["realm"]["groups"] = groups;
            vouched(&claims, &config())
        };
        let reads = of(json!(["people", "readers"])).unwrap();
        assert_eq!((reads.role, reads.personal), (Role::Viewer, true));
        assert_eq!(of(json!("readers")).unwrap().role, Role::Viewer);
        for none in [
            json!([]),
            json!(["people"]),
            json!("Admins"),
            json!(5),
            Value::Null,
        ] {
            assert_eq!(of(none.clone()), None, "{none}");
        }
    }
}
