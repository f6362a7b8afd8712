//! `plugin pack` and `plugin key`: a build goes to somebody else, with a signature where a key is named.
//! `plugin watch` signs with the same.
//!
//! Key and password are secrets as everywhere: read from a file or a variable, never a word of the
//! command line, and a file that others can read is told. Deliberately not here: the formats
//! (`crate::kit`).

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{bytes, engine};
use crate::cli::args::kit::{Key, Pack, Password};
use crate::cli::out::{GOOD, WARN, paint};
use crate::cli::{Exit, Outcome, Shell};
use crate::clock::{Clock as _, SystemClock};
use crate::fault::Failure;
use crate::kit::{self, Signer};
use crate::settings::SecretRef;

pub(in crate::cli) fn pack(shell: &Shell, args: &Pack) -> Outcome {
    let file = kit::component(&args.path)?;
    let signer = signer(shell, args.key.as_deref(), &args.password)?;
    let packed = kit::pack(&engine(shell)?, &file, &bytes(&file)?, now(signer.as_ref()))?;
    let out = &shell.out;
    if out.json {
        out.json(&packed);
        return Ok(Exit::Good);
    }
    let (plugin, version, digest) = (&packed.plugin, &packed.version, &packed.digest);
    out.data(format!("{plugin} {version} {digest}"));
    for path in std::iter::once(&packed.checksum).chain(&packed.signature) {
        out.data(format!("{} {}", paint(GOOD, "wrote"), path.display()));
    }
    match &signer {
        Some(signer) => trust(shell, signer.public()),
        None => out
            .say("it is not signed; where a host trusts keys only: attune plugin pack --key FILE"),
    }
    Ok(Exit::Good)
}

/// The key that signs, where one is named.
pub(super) fn signer(
    shell: &Shell,
    key: Option<&Path>,
    place: &Password,
) -> Result<Option<Signer>, Failure> {
    let password = password(shell, place)?;
    match key {
        Some(path) => {
            let text = reveal(shell, &SecretRef::File(path.to_owned()))?;
            let place = path.display().to_string();
            Signer::read(&place, text.expose_secret(), password.as_ref()).map(Some)
        }
        None if password.is_some() => {
            let message = "a password without a key";
            Err(Failure::of("usage", message).hint("name the key too: --key FILE"))
        }
        None => Ok(None),
    }
}

/// The key with the time at which it signs.
pub(super) fn now(signer: Option<&Signer>) -> Option<(&Signer, i64)> {
    signer.map(|signer| (signer, SystemClock::new().now().as_second()))
}

pub(in crate::cli) fn key(shell: &Shell, args: &Key) -> Outcome {
    let password = password(shell, &args.password)?;
    if password.is_none() && !args.no_password {
        let message = "a key needs a password";
        return Err(Failure::of("usage", message).hint(
            "name where it lies: --password-file FILE or --password-env NAME; or --no-password",
        ));
    }
    let made = kit::new_key(password.as_ref())?;
    let beside = args.file.with_extension("pub");
    if beside == args.file {
        let message = format!("{} would be the public key", beside.display());
        return Err(Failure::of("usage", message).hint("name the secret one, such as author.key"));
    }
    write_new(&beside, made.file.as_bytes(), 0o644)?;
    if let Err(failure) = write_new(&args.file, made.secret.expose_secret().as_bytes(), 0o600) {
        // Half a key is in the way of the next attempt.
        let _left = std::fs::remove_file(&beside);
        return Err(failure);
    }
    let out = &shell.out;
    if out.json {
        let (public, file) = (&made.public, &args.file);
        out.json(&json!({
            "file": file, "public-file": beside, "key": public.id, "trusted-key": public.line,
        }));
        return Ok(Exit::Good);
    }
    let (secret, public) = (args.file.display(), beside.display());
    out.data(format!(
        "{} {secret}, which signs, and {public}, which checks",
        paint(GOOD, "made")
    ));
    trust(shell, &made.public);
    Ok(Exit::Good)
}

/// Says what a host has to know.
fn trust(shell: &Shell, public: &kit::Public) {
    shell.out.data(format!("key   {}", public.id));
    shell.out.data(format!(
        "trust [plugins] trusted-keys = [\"{}\"]",
        public.line
    ));
}

fn password(shell: &Shell, args: &Password) -> Result<Option<SecretString>, Failure> {
    let file = args.password_file.clone().map(SecretRef::File);
    let place = file.or_else(|| args.password_env.clone().map(SecretRef::Env));
    place.map(|place| reveal(shell, &place)).transpose()
}

fn reveal(shell: &Shell, place: &SecretRef) -> Result<SecretString, Failure> {
    let secret = shell
        .vault
        .reveal(place)
        .map_err(|error| Failure::of("signing-key", error.to_string()).hint(error.hint()))?;
    for warning in shell.vault.take_warnings() {
        shell.out.warn(paint(WARN, warning));
    }
    Ok(secret)
}

/// Writes a file that was not there.
fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(mode).open(path);
    let written = opened.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| {
        Failure::of("usage", format!("cannot write {}: {error}", path.display()))
            .hint("a key is never overwritten: name another file")
    })
}
