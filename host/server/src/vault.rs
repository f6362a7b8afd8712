//! Secrets: read from their places when they are needed, shown to nobody.
//!
//! A connector file only names places ([`SecretRef`]). The vault reads them, hands the secret to
//! the slot that it belongs to, and remembers what it handed out so that a text on its way to a
//! log or a screen can be cleaned of it.
//!
//! Invariants: no secret is in a `Debug`, a `Display` or an error; an empty secret is an unset
//! one. Deliberately not here: reading the process's environment (the caller passes it in), and
//! keeping secrets of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::net::Secret;
use crate::settings::SecretRef;

/// Largest secret file: a private key or a service account is some 4 KiB.
const SECRET_BYTES_MAX: u64 = 64 * 1024;
/// Shorter secrets are not looked for in texts: they would blacken half of every line.
const REDACTED_CHARS_MIN: usize = 5;

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is there, or what is there is empty.
    #[error("{place} is not set")]
    Unset {
        /// Where it should be.
        place: SecretRef,
    },
    /// The file is there and cannot be used.
    #[error("{place} cannot be read: {why}")]
    Unreadable {
        /// Where it should be.
        place: SecretRef,
        /// What is wrong with it.
        why: String,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unset {
                place: SecretRef::Env(name),
            } => format!("set {name} in the environment of this command"),
            Self::Unset {
                place: SecretRef::File(path),
            } => format!("write the secret into {}", path.display()),
            Self::Unreadable { .. } => "it must be a readable text file".to_owned(),
        }
    }
}

/// The reader of secrets; cheap to clone.
#[derive(Clone)]
pub struct Vault {
    shared: Arc<Shared>,
}

struct Shared {
    env: BTreeMap<String, SecretString>,
    seen: Mutex<Seen>,
    /// Those that were asked for, by their places: all who use one learn from each other.
    secrets: Mutex<BTreeMap<Places, Secret>>,
}

/// Where a secret lies, and where its successor does.
type Places = (SecretRef, Option<SecretRef>);

#[derive(Default)]
struct Seen {
    /// Every spelling of every secret that was handed out, longest first.
    spellings: Vec<SecretString>,
    warnings: Vec<String>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Vault")
    }
}

impl Vault {
    /// A vault over the process's environment.
    pub fn new(env: impl IntoIterator<Item = (String, String)>) -> Self {
        let env = env.into_iter();
        Self {
            shared: Arc::new(Shared {
                env: env.map(|(name, value)| (name, value.into())).collect(),
                seen: Mutex::default(),
                secrets: Mutex::default(),
            }),
        }
    }

    /// Reads one secret, now: a file that was rotated gives the new one.
    pub fn reveal(&self, place: &SecretRef) -> Result<SecretString, Error> {
        let secret = self.text(place)?;
        self.remember(&secret);
        if let SecretRef::File(path) = place
            && is_world_readable(path)
        {
            self.warn(path);
        }
        Ok(secret)
    }

    /// A secret that is read again when it is refused, with the place of its successor.
    ///
    /// Fails where none of the places holds one.
    pub fn secret(&self, current: &SecretRef, next: Option<&SecretRef>) -> Result<Secret, Error> {
        let first = self.reveal(current);
        // Told beforehand: an answer may quote it the first time it is used.
        let second = next.and_then(|next| self.reveal(next).ok());
        let places = (current.clone(), next.cloned());
        let secrets = self.shared.secrets.lock();
        let mut secrets = secrets.unwrap_or_else(PoisonError::into_inner);
        let value = match (first, second) {
            (Ok(first), _) => first,
            (Err(_), Some(second)) => second,
            (Err(error), None) => return Err(error),
        };
        if let Some(known) = secrets.get(&places) {
            known.refresh();
            return Ok(known.clone());
        }
        let place = current.to_string();
        let secret = Secret::changing(place, value, self.reading(&places, Self::reveal));
        secrets.insert(places, secret.clone());
        Ok(secret)
    }

    /// The same for a text that is none.
    pub fn changing_text(
        &self,
        current: &SecretRef,
        next: Option<&SecretRef>,
    ) -> Result<Secret, Error> {
        let value = self.text(current)?;
        let places = (current.clone(), next.cloned());
        let read = self.reading(&places, Self::text);
        Ok(Secret::changing(current.to_string(), value, read))
    }

    /// What reads both places by `how`; it does not keep the vault.
    fn reading(
        &self,
        places: &Places,
        how: fn(&Self, &SecretRef) -> Result<SecretString, Error>,
    ) -> impl Fn() -> Vec<SecretString> + Send + Sync + 'static {
        let vault: Weak<Shared> = Arc::downgrade(&self.shared);
        let (current, next) = places.clone();
        move || {
            let Some(shared) = vault.upgrade() else {
                return Vec::new();
            };
            let vault = Self { shared };
            let places = std::iter::once(&current).chain(&next);
            places.filter_map(|place| how(&vault, place).ok()).collect()
        }
    }

    /// Reads what lies where secrets do and is none, such as a certificate: everybody may read its
    /// file, and texts are not cleaned of it.
    pub fn text(&self, place: &SecretRef) -> Result<SecretString, Error> {
        let text = match place {
            SecretRef::Env(name) => self.shared.env.get(name).cloned().unwrap_or_default(),
            SecretRef::File(path) => read_file(place, path)?,
        };
        if text.expose_secret().trim().is_empty() {
            let place = place.clone();
            return Err(Error::Unset { place });
        }
        Ok(text)
    }

    /// Of these places, the files that every user of the machine can read, as sentences.
    pub fn readable_by_all<'p>(&self, places: impl Iterator<Item = &'p SecretRef>) -> Vec<String> {
        let files = places.filter_map(|place| match place {
            SecretRef::File(path) if is_world_readable(path) => Some(told(path)),
            _ => None,
        });
        files.collect()
    }

    /// Sentences about secrets that others can read; each is given once.
    pub fn take_warnings(&self) -> Vec<String> {
        self.with_seen(|seen| std::mem::take(&mut seen.warnings))
    }

    /// The text with every secret that was handed out replaced, also where it is percent-encoded
    /// or base64.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.with_seen(|seen| {
            let mut clean = Cow::Borrowed(text);
            for spelling in &seen.spellings {
                let spelling = spelling.expose_secret();
                if clean.contains(spelling) {
                    clean = Cow::Owned(clean.replace(spelling, "[secret]"));
                }
            }
            clean
        })
    }

    fn warn(&self, path: &Path) {
        let warning = told(path);
        self.with_seen(|seen| {
            if !seen.warnings.contains(&warning) {
                seen.warnings.push(warning);
            }
        });
    }

    fn remember(&self, secret: &SecretString) {
        let plain = secret.expose_secret();
        if plain.chars().count() < REDACTED_CHARS_MIN {
            return;
        }
        let encoded: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
        let spellings = [plain.to_owned(), encoded, STANDARD.encode(plain)];
        self.with_seen(|seen| {
            for spelling in spellings {
                let is_known = |known: &SecretString| known.expose_secret() == spelling;
                if !seen.spellings.iter().any(is_known) {
                    seen.spellings.push(spelling.into());
                }
            }
            let length = |spelling: &SecretString| spelling.expose_secret().len();
            seen.spellings.sort_by_key(|s| std::cmp::Reverse(length(s)));
        });
    }

    fn with_seen<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        let seen = self.shared.seen.lock();
        act(&mut seen.unwrap_or_else(PoisonError::into_inner))
    }
}

fn told(path: &Path) -> String {
    let path = path.display();
    format!("every user of this machine can read the secret in {path}")
}

fn read_file(place: &SecretRef, path: &Path) -> Result<SecretString, Error> {
    let unreadable = |why: String| Error::Unreadable {
        place: place.clone(),
        why,
    };
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let place = place.clone();
            return Err(Error::Unset { place });
        }
        Err(cause) => return Err(unreadable(cause.to_string())),
    };
    if meta.len() > SECRET_BYTES_MAX {
        return Err(unreadable(format!(
            "it has more than {SECRET_BYTES_MAX} bytes"
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|cause| unreadable(cause.to_string()))?;
    Ok(without_line_end(text).into())
}

/// Editors end a file with a line end, which no secret has.
fn without_line_end(text: String) -> String {
    let cut = text.trim_end_matches(['\r', '\n']).len();
    let mut text = text;
    text.truncate(cut);
    text
}

#[cfg(unix)]
fn is_world_readable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_world_readable(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        let pairs = [("SECRET", "pa55+word"), ("EMPTY", ""), ("SHORT", "ab")];
        Vault::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    fn env(name: &str) -> SecretRef {
        SecretRef::Env(name.to_owned())
    }

    #[test]
    fn a_variable_is_read_and_an_empty_one_is_unset() {
        let vault = vault();
        let secret = vault.reveal(&env("SECRET")).unwrap();
        assert_eq!(secret.expose_secret(), "pa55+word");
        for name in ["EMPTY", "MISSING"] {
            let error = vault.reveal(&env(name)).unwrap_err();
            assert!(matches!(error, Error::Unset { .. }));
            assert!(error.hint().contains(name));
        }
    }

    #[test]
    fn a_file_loses_its_line_end_and_a_readable_one_warns_once() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jira");
        std::fs::write(&path, " inner space \r\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let (vault, place) = (vault(), SecretRef::File(path.clone()));
        for _ in 0..2 {
            let secret = vault.reveal(&place).unwrap();
            assert_eq!(secret.expose_secret(), " inner space ");
        }
        assert_eq!(vault.take_warnings().len(), 1);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        vault.reveal(&place).unwrap();
        assert!(vault.take_warnings().is_empty());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        vault.text(&place).unwrap();
        assert!(
            vault.take_warnings().is_empty(),
            "a certificate is no secret"
        );
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(vault.reveal(&place), Err(Error::Unset { .. })));
    }

    #[test]
    fn what_was_handed_out_is_removed_from_texts_in_every_spelling() {
        let vault = vault();
        let line = "a pa55+word b pa55%2Bword c cGE1NSt3b3Jk d ab";
        assert_eq!(vault.redact(line), line);
        vault.reveal(&env("SECRET")).unwrap();
        vault.reveal(&env("SHORT")).unwrap();
        assert_eq!(vault.redact(line), "a [secret] b [secret] c [secret] d ab");
        assert!(!format!("{vault:?}").contains("pa55"));
    }

    #[test]
    fn a_rotated_file_is_found_when_the_old_secret_is_refused_and_both_are_removed_from_texts() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| SecretRef::File(folder.path().join(name));
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        write("now", "first-secret").unwrap();
        write("next", "second-secret").unwrap();
        let vault = vault();
        let (now, next) = (place("now"), place("next"));
        let secret = vault.secret(&now, Some(&next)).unwrap();
        let texts = "a first-secret b second-secret";
        assert_eq!(vault.redact(texts), "a [secret] b [secret]");
        // Another run with the same places learns from this one.
        assert!(secret.instead_of(secret.used().serial));
        let other = vault.secret(&now, Some(&next)).unwrap();
        assert_eq!(other.current().expose_secret(), "second-secret");
        write("now", "third-secret").unwrap();
        std::fs::remove_file(folder.path().join("next")).unwrap();
        let later = vault.secret(&now, Some(&next)).unwrap();
        assert_eq!(later.current().expose_secret(), "third-secret");
        assert_eq!(secret.current().expose_secret(), "third-secret");
        assert_eq!(vault.redact("third-secret"), "[secret]");
        assert!(!format!("{secret:?}").contains("third"));
        std::fs::remove_file(folder.path().join("now")).unwrap();
        let error = vault.secret(&now, Some(&next)).unwrap_err();
        assert!(error.to_string().contains("now is not set"), "{error}");
        write("next", "second-secret").unwrap();
        vault.secret(&now, Some(&next)).unwrap();
    }
}
