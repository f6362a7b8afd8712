//! The providers of User Sync's connectors, and what ours need of their settings.
//!
//! Invariant: what a member that may be a secret holds is never looked at.

use attune_core::Selector;

use super::super::draft::{Credential, Draft, Kind};
use super::super::object::{Parts, folded, text};
use crate::net::Base;

/// How the kind of a connector may be called.
pub(super) const TYPES: [&str; 8] = [
    "type",
    "connectorType",
    "providerType",
    "provider",
    "identityProvider",
    "idp",
    "idpType",
    "kind",
];

/// What holds a secret.
const SECRETS: [&str; 15] = [
    "clientsecret",
    "secret",
    "applicationsecret",
    "password",
    "apitoken",
    "token",
    "apikey",
    "accesstoken",
    "refreshtoken",
    "privatekey",
    "serviceaccountkey",
    "serviceaccountjson",
    "serviceaccount",
    "keyfile",
    "clientcertificate",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    Entra,
    Okta,
    Google,
    Keycloak,
}

impl Provider {
    pub(super) fn of(parts: &Parts<'_>) -> Result<Self, String> {
        let at = match parts.at() {
            "" => String::new(),
            at => format!(" of {at}"),
        };
        let Some(word) = parts.text(&TYPES) else {
            return Err(format!(
                "nothing says the type{at} (azure, okta, google or keycloak): is it an export of \
                 User Sync's connectors?"
            ));
        };
        let folded = folded(&word);
        let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
        if has(&["azure", "entra", "microsoft", "aad", "office365"]) {
            Ok(Self::Entra)
        } else if has(&["okta"]) {
            Ok(Self::Okta)
        } else if has(&["google", "gsuite", "gcp"]) {
            Ok(Self::Google)
        } else if has(&["keycloak", "redhatsso"]) {
            Ok(Self::Keycloak)
        } else {
            Err(format!(
                "the type{at} is `{word}`, and azure, okta, google and keycloak can be taken over"
            ))
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::Google => "google",
            Self::Keycloak => "keycloak",
        }
    }

    /// The attribute that people sign in by.
    pub(super) fn login(self) -> &'static str {
        match self {
            Self::Entra => "userPrincipalName",
            Self::Okta => "profile.login",
            Self::Google => "primaryEmail",
            Self::Keycloak => "username",
        }
    }

    /// The option that limits who is listed.
    pub(super) fn filter(self) -> &'static str {
        match self {
            Self::Entra => "filter",
            Self::Okta => "search",
            Self::Google | Self::Keycloak => "query",
        }
    }

    /// The selector of an attribute as User Sync names it.
    pub(super) fn selector(self, name: &str) -> String {
        let name = name.trim();
        let name = name.strip_prefix("$.").unwrap_or(name);
        let name = name.strip_prefix("user.").unwrap_or(name);
        let ours = match self {
            Self::Entra => entra(name),
            Self::Okta => okta(name),
            Self::Keycloak => keycloak(name),
            Self::Google => name.to_owned(),
        };
        match ours.parse::<Selector>() {
            Ok(selector) => selector.to_string(),
            // A name with characters that selectors give a meaning.
            Err(_) => Selector::member(ours).to_string(),
        }
    }

    /// Options, addresses and the credential.
    pub(super) fn settings(self, parts: &Parts<'_>, draft: &mut Draft) {
        match self {
            Self::Entra => of_entra(parts, draft),
            Self::Okta => of_okta(parts, draft),
            Self::Google => of_google(parts, draft),
            Self::Keycloak => of_keycloak(parts, draft),
        }
        parts.has_any(&SECRETS);
        let (_, variable) = draft.credential.secret;
        draft.remark(
            Kind::Set,
            format!("[source.credential.{}]", draft.credential.slot),
            format!(
                "the secret comes from the variable {variable}; what the export has was not read"
            ),
            format!("set {variable}"),
        );
    }
}

/// Lists of Graph of which User Sync takes the first.
const FIRST_OF: [&str; 4] = [
    "businessPhones",
    "otherMails",
    "imAddresses",
    "proxyAddresses",
];

fn entra(name: &str) -> String {
    let number = name.strip_prefix("extensionAttribute");
    if number.is_some_and(|number| number.parse::<u8>().is_ok()) {
        return format!("onPremisesExtensionAttributes.{name}");
    }
    match name {
        "manager" => "manager.displayName".to_owned(),
        name if FIRST_OF.contains(&name) => format!("{name}[0]"),
        name => name.to_owned(),
    }
}

/// Everything of a person but these stands in their profile.
fn okta(name: &str) -> String {
    let is_outside = matches!(
        name,
        "id" | "status" | "created" | "lastLogin" | "lastUpdated"
    );
    if is_outside || name.starts_with("profile.") {
        return name.to_owned();
    }
    format!("profile.{name}")
}

/// What a realm adds to these stands in `attributes`.
fn keycloak(name: &str) -> String {
    let own = [
        "id",
        "username",
        "email",
        "firstName",
        "lastName",
        "enabled",
    ];
    if own.contains(&name) || name.starts_with("attributes.") {
        return name.to_owned();
    }
    format!("attributes.{name}")
}

fn placeholder(draft: &mut Draft, what: &str, value: &str) -> String {
    draft.remark(
        Kind::Set,
        "[source]",
        format!("the export has no {what} that can be used; {value} stands for it"),
        format!("write the {what}"),
    );
    value.to_owned()
}

fn client_id(parts: &Parts<'_>, draft: &mut Draft) -> String {
    let spellings = ["clientId", "applicationId", "appId", "applicationClientId"];
    match parts.text(&spellings) {
        Some(id) => id,
        None => placeholder(draft, "client id", "00000000-0000-0000-0000-000000000000"),
    }
}

/// An address; `https://` is put before a bare name.
fn address(parts: &Parts<'_>, draft: &mut Draft, spellings: &[&str], otherwise: &str) -> String {
    let usable = |value: &serde_json::Value| {
        let text = text(value)?;
        let text = if text.contains("://") {
            text
        } else {
            format!("https://{text}")
        };
        // A password in an address is refused here as it is in the file.
        let base = Base::http(text.trim_end_matches('/'), false).ok()?;
        Some(base.as_text().to_owned())
    };
    match parts.find(spellings, usable) {
        Some((_, url)) => url,
        None => placeholder(draft, "address", otherwise),
    }
}

fn of_entra(parts: &Parts<'_>, draft: &mut Draft) {
    let spellings = [
        "tenantId",
        "tenant",
        "directoryId",
        "directoryTenantId",
        "domain",
    ];
    let usable = |value: &serde_json::Value| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        text(value).filter(|text| text.chars().all(is_plain))
    };
    let tenant = match parts.find(&spellings, usable) {
        Some((_, tenant)) => tenant,
        None => placeholder(draft, "tenant", "contoso.example"),
    };
    draft.options.push(("tenant", tenant));
    draft.credential = Credential {
        slot: "app",
        kind: "oauth2-client-credentials",
        plain: vec![("client-id", client_id(parts, draft))],
        secret: ("client-secret", "ENTRA_CLIENT_SECRET"),
    };
}

fn of_okta(parts: &Parts<'_>, draft: &mut Draft) {
    let spellings = [
        "oktaUrl",
        "orgUrl",
        "baseUrl",
        "url",
        "oktaDomain",
        "domain",
        "host",
    ];
    let url = address(parts, draft, &spellings, "https://contoso.okta.com");
    draft.endpoints.push(("api", url));
    let has_key = parts.has_any(&["privatekey"]);
    draft.credential = if has_key {
        Credential {
            slot: "app",
            kind: "oauth2-private-key-jwt",
            plain: vec![("client-id", client_id(parts, draft))],
            secret: ("private-key", "OKTA_PRIVATE_KEY"),
        }
    } else {
        Credential {
            slot: "app",
            kind: "api-token",
            plain: Vec::new(),
            secret: ("token", "OKTA_API_TOKEN"),
        }
    };
}

fn of_google(parts: &Parts<'_>, draft: &mut Draft) {
    let customer = parts.text(&["customerId", "customer"]);
    let domain = parts.text(&["domain", "hostedDomain", "primaryDomain"]);
    match (customer, domain) {
        (Some(customer), _) => draft.options.push(("customer", customer)),
        (None, Some(domain)) => draft.options.push(("domain", domain)),
        (None, None) => {}
    }
    let spellings = [
        "adminEmail",
        "subject",
        "impersonate",
        "delegatedAdmin",
        "adminUser",
    ];
    let subject = match parts.text(&spellings) {
        Some(subject) => subject,
        None => placeholder(draft, "administrator to act for", "admin@contoso.example"),
    };
    draft.credential = Credential {
        slot: "app",
        kind: "google-service-account",
        plain: vec![("subject", subject)],
        secret: ("key", "GOOGLE_SERVICE_ACCOUNT_KEY"),
    };
}

fn of_keycloak(parts: &Parts<'_>, draft: &mut Draft) {
    let spellings = ["serverUrl", "authServerUrl", "baseUrl", "url", "host"];
    let url = address(parts, draft, &spellings, "https://keycloak.example.com");
    let (url, prefix) = match url.strip_suffix("/auth") {
        Some(url) => (url.to_owned(), Some("/auth")),
        None => (url, None),
    };
    draft.endpoints.push(("server", url));
    let realm = match parts.text(&["realm", "realmName"]) {
        Some(realm) => realm,
        None => placeholder(draft, "realm", "contoso"),
    };
    draft.options.push(("realm", realm));
    draft
        .options
        .extend(prefix.map(|prefix| ("prefix", prefix.to_owned())));
    let id = parts.text(&["clientId", "client"]);
    draft.credential = Credential {
        slot: "client",
        kind: "oauth2-client-credentials",
        plain: vec![(
            "client-id",
            id.unwrap_or_else(|| placeholder(draft, "client id", "attune")),
        )],
        secret: ("client-secret", "KEYCLOAK_CLIENT_SECRET"),
    };
}
