//! Signed builds from outside: a key is made, signs, and a service that trusts it takes what it signed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use super::serve::serve;
use super::terminal::{Terminal, Told, told};

/// A command with the password of the key in its environment.
async fn knowing(terminal: &Terminal, args: &[&str], password: &str) -> Told {
    let mut command = terminal.command(args);
    command.env("KEY_PASSWORD", password);
    told(command).await
}

fn refused(told: &Told, what: &str) {
    assert_eq!(
        (told.exit, told.code().as_str()),
        (2, "signing-key"),
        "{told:?}"
    );
    assert!(told.out.contains(what), "{what}: {told:?}");
    assert!(!told.out.contains("wrong-one") && !told.err.contains("wrong-one"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_was_signed_here_runs_where_its_key_is_trusted_and_no_other_does() {
    let terminal = Terminal::start(3).await;
    fs::create_dir(terminal.path("plugins.d")).unwrap();
    let file = terminal.path("plugins.d/text.wasm");
    // A custom section named "x": a build that does not run already.
    let mut wasm = attune_bundled::find("text").unwrap().wasm.to_vec();
    wasm.extend([0, 2, 1, b'x']);
    fs::write(&file, wasm).unwrap();

    let none = terminal.run(&["plugin", "key", "my.key", "--json"]).await;
    assert_eq!((none.exit, none.code().as_str()), (2, "usage"), "{none:?}");
    assert!(!terminal.path("my.pub").exists());
    fs::write(terminal.path("password"), "correct horse\n").unwrap();
    fs::set_permissions(terminal.path("password"), fs::Permissions::from_mode(0o644)).unwrap();
    let args = ["plugin", "key", "my.key", "--password-file", "password"];
    let made = terminal.run(&[&args[..], &["--json"]].concat()).await;
    assert_eq!(made.exit, 0, "{made:?}");
    assert!(
        made.err.contains("password"),
        "others can read it: {made:?}"
    );
    let trusted = made.json()["trusted-key"].as_str().unwrap().to_owned();
    let mode = fs::metadata(terminal.path("my.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let secret = fs::read_to_string(terminal.path("my.key")).unwrap();
    let again = terminal.run(&args).await;
    assert_eq!(again.exit, 2, "{again:?}");
    assert_eq!(fs::read_to_string(terminal.path("my.key")).unwrap(), secret);

    let pack = ["plugin", "pack", "plugins.d/text.wasm", "--json", "--key"];
    let with = |more: &[&'static str]| [&pack[..], more].concat();
    let known = ["my.key", "--password-env", "KEY_PASSWORD"];
    refused(
        &terminal.run(&with(&["my.key"])).await,
        "a key with a password",
    );
    refused(
        &terminal.run(&with(&known)).await,
        "KEY_PASSWORD is not set",
    );
    refused(
        &knowing(&terminal, &with(&known), "wrong-one").await,
        "the password is not that of",
    );
    refused(&terminal.run(&with(&["my.pub"])).await, "a public key");
    refused(
        &terminal.run(&with(&["password"])).await,
        "no secret key of minisign",
    );
    refused(&terminal.run(&with(&["nowhere.key"])).await, "nowhere.key");
    let beside = terminal.path("plugins.d/text.wasm.minisig");
    assert!(!beside.exists());
    let packed = knowing(&terminal, &with(&known), "correct horse").await;
    assert_eq!(packed.exit, 0, "{packed:?}");
    assert_eq!(packed.json()["key"], made.json()["key"]);

    only_what_it_signed_is_used(&terminal, &trusted).await;
}

/// A service that trusts `my.key` alone, beside a build that it has signed.
async fn only_what_it_signed_is_used(terminal: &Terminal, trusted: &str) {
    let file = terminal.path("plugins.d/text.wasm");
    let beside = terminal.path("plugins.d/text.wasm.minisig");
    let wasm = fs::read(&file).unwrap();
    let signature = fs::read(&beside).unwrap();
    let made = terminal
        .run(&["plugin", "key", "other.key", "--no-password"])
        .await;
    assert_eq!(made.exit, 0, "{made:?}");
    let args = [
        "plugin",
        "pack",
        "plugins.d/text.wasm",
        "--json",
        "--key",
        "other.key",
    ];
    let packed = terminal.run(&args).await;
    assert_eq!(packed.exit, 0, "{packed:?}");

    let settings = format!("[plugins]\noverride = [\"text\"]\ntrusted-keys = [\"{trusted}\"]\n");
    fs::write(terminal.path("attune.toml"), settings).unwrap();
    let service = serve(terminal).await;
    listed(terminal, "which is not trusted").await;
    listed(terminal, " bundled ").await;
    fs::write(&beside, signature).unwrap();
    listed(terminal, "plugins.d/text.wasm ").await;
    // One byte at its end.
    let mut bent = wasm.clone();
    *bent.last_mut().unwrap() ^= 1;
    fs::write(&file, &bent).unwrap();
    let told = listed(terminal, "not of these bytes").await;
    assert!(
        told.contains(&packed.json()["digest"].as_str().unwrap()[..19]),
        "{told}"
    );
    assert_eq!(service.end().await, Some(0));
}

/// Waits until the list of plugins has this in a line about `text`; gives the list.
async fn listed(terminal: &Terminal, what: &str) -> String {
    let begun = Instant::now();
    loop {
        let told = terminal.run(&["plugin", "list"]).await.out;
        let mut lines = told.lines().filter(|line| line.contains(" text "));
        if lines.any(|line| line.contains(what)) {
            return told;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}: {told}");
    }
}
