//! Settings: which layer wins, which defaults hold, what is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use attune_core::compare;

use super::*;

fn load_text(text: &str, env: &[(&str, &str)], flags: Overrides) -> Result<Loaded, Vec<String>> {
    let env: BTreeMap<String, String> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let document = Document {
        path: Path::new("etc/attune.toml"),
        text,
    };
    let told = |mistakes: Vec<Mistake>| mistakes.iter().map(ToString::to_string).collect();
    load(Some(document), &env, flags).map_err(told)
}

#[test]
fn nothing_set_is_the_documented_defaults() {
    let loaded = load(None, &BTreeMap::new(), Overrides::default()).unwrap();
    let settings = loaded.settings;
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8088");
    assert_eq!(settings.data_dir, PathBuf::from("data"));
    assert_eq!(settings.database, PathBuf::from("data/attune.db"));
    assert_eq!(settings.connectors_dir, PathBuf::from("connectors"));
    assert_eq!(settings.plugins_dir, PathBuf::from("plugins.d"));
    let swap = Swap {
        policy: SwapPolicy::Guarded,
        limits: compare::Limits::default(),
        probation: Duration::from_mins(15),
    };
    assert_eq!(settings.swap, swap);
    assert_eq!(settings.keep.ledger_days, 400);
    assert!(settings.keep_documents);
    assert!(loaded.warnings.is_empty());
}

#[test]
fn a_host_that_keeps_no_documents_is_refused_and_not_ignored() {
    let refused = load_text("keep-documents = false\n", &[], Overrides::default());
    let mistakes = refused.err().unwrap();
    assert!(mistakes.iter().any(|one| one.contains("unsupported")));
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let text = "data-dir = 'file'\nlisten = '127.0.0.1:1'\n[log]\nlevel = 'info'\n";
    let env = [("ATTUNE_DATA_DIR", "env"), ("ATTUNE_LOG__LEVEL", "debug")];
    let flags = Overrides {
        data_dir: Some("flag".to_owned()),
        ..Overrides::default()
    };
    let settings = load_text(text, &env, flags).unwrap().settings;
    assert_eq!(settings.data_dir, PathBuf::from("flag"));
    assert_eq!(settings.log.level, "debug");
    assert_eq!(settings.listen.port(), 1);
}

#[test]
fn a_relative_path_in_the_file_starts_at_its_folder() {
    let text = "connectors-dir = 'c'\n[net]\nca-file = 'ca.pem'\n";
    let settings = load_text(text, &[], Overrides::default()).unwrap().settings;
    assert_eq!(settings.connectors_dir, PathBuf::from("etc/c"));
    assert_eq!(settings.net.ca_file, Some(PathBuf::from("etc/ca.pem")));
    assert_eq!(settings.data_dir, PathBuf::from("data"));
}

#[test]
fn every_mistake_is_told_and_unknown_variables_warn() {
    let text = "listn = 'x'\nlisten = 'nowhere'\n[swap]\npolicy = 'gaurded'\n[keep]\nruns = '90'\n[log]\nlevel = 'wran'\n";
    let told = load_text(text, &[], Overrides::default()).unwrap_err();
    assert_eq!(
        told,
        [
            "etc/attune.toml:1:1: unknown key 'listn' in the file (did you mean 'listen'?)",
            "etc/attune.toml:2:10: [listen]: it must be an address and port such as \
             127.0.0.1:8088",
            "etc/attune.toml:4:10: policy cannot be 'gaurded' (did you mean 'guarded'?)",
            "etc/attune.toml:6:8: [keep.runs]: it must be a number of days such as \"30d\"",
            "etc/attune.toml:8:9: [log.level]: it must be error, warn, info, debug or trace",
        ]
    );
    let env = [
        ("ATTUNE_DATADIR", "x"),
        ("ATTUNE_CONFIG", "y"),
        ("PATH", "z"),
    ];
    let warnings = load_text("", &env, Overrides::default()).unwrap().warnings;
    assert_eq!(
        warnings,
        [
            "the environment variable ATTUNE_DATADIR is no setting and was ignored \
          (did you mean ATTUNE_DATA_DIR?)"
        ]
    );
}

#[test]
fn an_unbuilt_database_is_said_so_without_its_password() {
    let env = [("ATTUNE_DATABASE_URL", "postgres://u:pa55word@db/attune")];
    let told = load_text("", &env, Overrides::default()).unwrap_err();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("PostgreSQL is not built yet"), "{told:?}");
    assert!(!told[0].contains("pa55word"));
}

#[test]
fn a_proxy_with_a_password_is_a_secret_and_never_stands_in_the_file() {
    let address = "http://u:pa55word@proxy.example.com:3128";
    let settings = load_text("", &[("ATTUNE_NET__PROXY", address)], Overrides::default());
    let settings = settings.unwrap().settings;
    assert!(!format!("{settings:?}").contains("pa55word"));
    let place = SecretRef::Env("ATTUNE_NET__PROXY".to_owned());
    assert_eq!(settings.net.proxy, Some(TextRef::At(place)));

    let text = format!("[net]\nproxy = '{address}'\n");
    let told = load_text(&text, &[], Overrides::default()).unwrap_err();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("etc/attune.toml:2:9") && told[0].contains("{ file = "));
    assert!(!told[0].contains("pa55word"), "{told:?}");

    let text = "[net]\nproxy = { file = 'proxy' }\n";
    let settings = load_text(text, &[], Overrides::default()).unwrap().settings;
    let place = SecretRef::File(PathBuf::from("etc/proxy"));
    assert_eq!(settings.net.proxy, Some(TextRef::At(place)));

    let told = load_text("[net]\nproxy = 'proxy:3128'\n", &[], Overrides::default());
    assert!(told.unwrap_err()[0].contains("must begin with http://"));
}

#[test]
fn limits_of_a_swap_are_written_like_those_of_a_guard() {
    let text = "[swap]\nchanged-values = '2.5%'\ncleared-values = 'off'\nnewly-failing = '12'\n";
    let settings = load_text(text, &[], Overrides::default()).unwrap().settings;
    let limits = settings.swap.limits;
    let words = [
        limits.changed_values,
        limits.cleared_values,
        limits.newly_failing,
    ];
    assert_eq!(words.map(|limit| limit.to_string()), ["2.5%", "off", "12"]);
    let text = "[swap]\nchanged-values = 'some'\ncleared-values = '101%'\n";
    let mistakes = load_text(text, &[], Overrides::default()).unwrap_err();
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].contains("`some` is no limit"));
}

#[test]
fn whom_to_notify_is_read_with_its_secrets_as_places() {
    let text = "[notify]\nevents = ['held', 'quarantined']\n\
                webhook = { url = 'https://hooks.example.com/a', secret = { file = 'hook' } }\n\
                [notify.mail]\nurl = 'smtps://mail.example.com:465'\nfrom = 'a@example.com'\n\
                to = ['b@example.com']\nusername = 'attune'\npassword = { env = 'MAIL' }\n";
    let notify = load_text(text, &[], Overrides::default())
        .unwrap()
        .settings
        .notify;
    let webhook = notify.webhook.clone().unwrap();
    assert_eq!(
        webhook.secret,
        SecretRef::File(PathBuf::from("etc/hook")),
        "beside the file"
    );
    assert_eq!(
        webhook.url,
        TextRef::Text("https://hooks.example.com/a".to_owned())
    );
    let mail = notify.mail.clone().unwrap();
    assert_eq!(mail.to, ["b@example.com"]);
    assert_eq!(mail.password, Some(SecretRef::Env("MAIL".to_owned())));
    assert!(notify.has("webhook") && notify.has("mail") && !notify.has("pigeon"));
    assert!(notify.wants("held") && !notify.wants("recovered"));
    assert!(Notify::default().wants("recovered"), "all by default");
}

#[test]
fn mistakes_about_whom_to_notify_are_told_all_at_once() {
    let text = "[notify]\nevents = ['hold']\nwebhook = { url = 'hooks', secret = 'clear' }\n\
                mail = { url = 'mail', from = 'a@example.com', to = [] }\n";
    let told = load_text(text, &[], Overrides::default()).unwrap_err();
    let whole = told.join("\n");
    for part in [
        "'hold' is none of",
        "https://",
        "stands here in clear",
        "smtps://",
        "names nobody",
    ] {
        assert!(whole.contains(part), "{part}: {whole}");
    }
    let variable = [("ATTUNE_NOTIFY__WEBHOOK", "https://hooks.example.com")];
    let told = load_text("", &variable, Overrides::default()).unwrap_err();
    assert!(told[0].contains("settings file"), "{told:?}");
}

#[test]
fn who_may_come_in_has_defaults_and_every_mistake_in_it_is_told() {
    let usual = load_text("", &[], Overrides::default()).unwrap().settings;
    assert_eq!(usual.auth.requests_per_minute, 600);
    assert!(usual.auth.trusted_proxies.is_empty() && usual.auth.oidc.is_none());
    let text = "[auth]\nrequests-per-minute = 0\ntrusted-proxies = ['10.0.0.0/8', 'x']\n\
                [auth.oidc]\nissuer = 'http://login.example.com'\nclient-secret = 'x'\n\
                roles = { a = 'root' }\n";
    let told = load_text(text, &[], Overrides::default()).unwrap_err();
    for part in [
        "a number from 1 to 1000000",
        "each must be an address",
        "it must begin with https://",
        "stands here in clear",
        "'address'",
        "'client-id'",
        "cannot be 'root'",
    ] {
        assert!(
            told.iter().any(|line| line.contains(part)),
            "{part}: {told:#?}"
        );
    }
}

#[test]
fn the_organisation_s_sign_in_service_is_read() {
    let text = "[auth.oidc]\nissuer = 'https://login.example.com/realm'\nclient-id = 'attune'\n\
                client-secret = { file = 'oidc' }\naddress = 'https://attune.example.com'\n\
                roles = { 'attune-admins' = 'admin' }\npersonal = ['hr']\n";
    let settings = load_text(text, &[], Overrides::default()).unwrap().settings;
    let oidc = settings.auth.oidc.unwrap();
    assert_eq!(oidc.client_secret, SecretRef::File("etc/oidc".into()));
    assert_eq!(oidc.roles, [("attune-admins".to_owned(), "admin")]);
    assert_eq!(
        (oidc.roles_claim.as_str(), oidc.scopes),
        ("groups", vec!["profile".to_owned()])
    );
    assert_eq!(oidc.personal, ["hr"]);
}
