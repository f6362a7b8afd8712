//! Signing in: with a password, with a code, with a link that works once; and signing out.
//!
//! Invariants: a wrong name and a wrong password are told in the same words after the same time; what
//! somebody typed as a name is written down only where it is one.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use super::attempts::{Attempts, Key};
use super::oidc::{Answer, Relying};
use super::peer::Peer;
use super::principal::{Principal, Role};
use super::sessions::{self, Whose};
use super::{Access, Refusal, admins, cookie, is_name, password, secret};
use crate::fault::Failure;
use crate::store::Store;
use crate::store::admins::Code;

/// How long a link works.
pub const LINK_LASTS: Duration = Duration::from_mins(5);
/// A name that nobody has.
const SOMEBODY: &str = "somebody";

/// Somebody who has signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub principal: Principal,
    /// The header `Set-Cookie`.
    pub cookie: HeaderValue,
}

/// The path of a link that signs in once, as an administrator of this name without a password: for
/// whoever may run commands on this machine.
pub async fn link(store: &Store, name: &str, now_ms: i64) -> Result<SecretString, Failure> {
    if !is_name(name) {
        return Err(Failure::of("request", super::NAME_RULE));
    }
    let fresh = secret::token("")?;
    let code = Code {
        digest: &fresh.digest,
        purpose: "link",
        name,
        expires_ms: now_ms.saturating_add(LINK_LASTS.as_millis() as i64),
    };
    store.put_code(code, now_ms).await?;
    Ok(format!("/sign-in/link/{}", fresh.secret.expose_secret()).into())
}

impl Access {
    /// Whether nobody could sign in: there is no administrator yet.
    pub async fn has_no_admin(&self) -> Result<bool, Failure> {
        Ok(self.inner.store.admins().await?.is_empty())
    }

    /// Signs in with a password.
    pub async fn sign_in(
        &self,
        (name, typed): (&str, SecretString),
        peer: &Peer,
        headers: &HeaderMap,
    ) -> Result<SignedIn, Refusal> {
        let name = name.trim().to_ascii_lowercase();
        let keys = [
            Key::Account(secret::digest(&name)),
            Key::Address(peer.counted()),
        ];
        self.begin_guess(&keys)?;
        let store = &self.inner.store;
        let admin = store.admin(&name).await.map_err(Failure::from)?;
        let kept = admin.as_ref().map(|admin| admin.password.as_str());
        let is_right = password::verify(typed, kept).await?;
        let object = admin.as_ref().map_or(SOMEBODY, |admin| &admin.name);
        let result = if is_right { "done" } else { "credentials" };
        let (who, from) = (format!("admin:{object}"), format!("from {}", peer.address));
        self.write_down(&who, ("sign-in", object), (result, &from))
            .await;
        if !is_right {
            return Err(Failure::of("credentials", "the name or the password is wrong").into());
        }
        self.attempts().was_right(&keys);
        let noted = store.note_admin(&name, self.now_ms()).await;
        noted.map_err(Failure::from)?;
        self.begin(local(name, "admin", peer), peer, headers).await
    }

    /// Makes an administrator by a code, or sets the password of one anew, and signs in.
    pub async fn set_up(
        &self,
        code: &SecretString,
        (name, chosen): (&str, SecretString),
        peer: &Peer,
        headers: &HeaderMap,
    ) -> Result<SignedIn, Refusal> {
        let keys = [Key::Address(peer.counted())];
        self.begin_guess(&keys)?;
        let made = admins::set_up(&self.inner.store, code, (name, chosen), self.now_ms()).await;
        if !made
            .as_ref()
            .is_err_and(|failure| failure.code == "set-up-code")
        {
            self.attempts().was_right(&keys);
        }
        let name = made?;
        let (who, from) = (format!("admin:{name}"), format!("from {}", peer.address));
        self.note(&who, ("set-up", &name), &from).await;
        self.begin(local(name, "admin", peer), peer, headers).await
    }

    /// Sets the password of the administrator who asks, who says the one before. Their other sessions go
    /// on.
    pub async fn change_password(
        &self,
        by: &Principal,
        (typed, chosen): (SecretString, SecretString),
        peer: &Peer,
    ) -> Result<(), Refusal> {
        let name = &by.name;
        let keys = [
            Key::Account(secret::digest(name)),
            Key::Address(peer.counted()),
        ];
        self.begin_guess(&keys)?;
        let store = &self.inner.store;
        let admin = store.admin(name).await.map_err(Failure::from)?;
        let kept = admin.as_ref().map(|admin| admin.password.as_str());
        if !password::verify(typed, kept).await? {
            return Err(Failure::of("credentials", "the password before is another one").into());
        }
        self.attempts().was_right(&keys);
        password::check(&chosen)?;
        let kept = password::hash(chosen).await?;
        let put = store.put_admin(name, &kept, self.now_ms()).await;
        put.map_err(Failure::from)?;
        let from = format!("from {}", peer.address);
        self.note(&by.who(), ("password", name), &from).await;
        Ok(())
    }

    /// Signs in by a link; it works no second time.
    pub async fn sign_in_by_link(
        &self,
        sent: &str,
        peer: &Peer,
        headers: &HeaderMap,
    ) -> Result<SignedIn, Refusal> {
        let keys = [Key::Address(peer.counted())];
        self.begin_guess(&keys)?;
        let refused = || Failure::of("set-up-code", "the link is wrong, was used, or is too old");
        let (digest, now_ms) = (secret::digest(sent), self.now_ms());
        let store = &self.inner.store;
        let found = store.code(&digest, now_ms).await.map_err(Failure::from)?;
        let (_, name) = found
            .filter(|(purpose, _)| purpose == "link")
            .ok_or_else(refused)?;
        let is_used = store.use_code(&digest, now_ms).await;
        if !is_used.map_err(Failure::from)? {
            return Err(refused().into());
        }
        self.attempts().was_right(&keys);
        let (who, from) = (format!("admin:{name}"), format!("from {}", peer.address));
        self.note(&who, ("sign-in", &name), &format!("by link, {from}"))
            .await;
        self.begin(local(name, "link", peer), peer, headers).await
    }

    /// Whether the organisation's own service is set up.
    pub fn has_oidc(&self) -> bool {
        self.inner.oidc.is_some()
    }

    /// Sends a browser to the organisation's own service: where to, and the header `Set-Cookie`.
    pub async fn begin_oidc(&self, peer: &Peer) -> Result<(String, HeaderValue), Refusal> {
        let begun = self.oidc()?.begin(self.inner.clock.uptime()).await?;
        let cookie = cookie::set_away(begun.browser.expose_secret(), peer);
        Ok((begun.location, cookie))
    }

    /// Signs in whom that service vouches for. Beside the session's cookie comes one that ends what
    /// bound the sign-in to the browser.
    pub async fn finish_oidc(
        &self,
        answer: &Answer,
        peer: &Peer,
        headers: &HeaderMap,
    ) -> Result<(SignedIn, HeaderValue), Refusal> {
        let clock = &self.inner.clock;
        let browser = cookie::read_away(headers, peer);
        let times = (clock.uptime(), clock.now().as_second());
        let finished = self.oidc()?.finish(answer, browser.as_deref(), times);
        let from = format!("from {}", peer.address);
        let vouched = match finished.await {
            Ok(vouched) => vouched,
            Err(failure) => {
                let message = &failure.message;
                tracing::warn!(code = failure.code, "{message}");
                let result = (failure.code.as_str(), from.as_str());
                self.write_down("oidc:somebody", ("sign-in", SOMEBODY), result)
                    .await;
                return Err(failure.into());
            }
        };
        let (who, detail) = (
            format!("oidc:{}", vouched.name),
            format!("{}, {from}", vouched.role),
        );
        self.note(&who, ("sign-in", &vouched.name), &detail).await;
        let whose = Whose {
            name: vouched.name,
            kind: "oidc",
            role: vouched.role,
            personal: vouched.personal,
            address: peer.address.to_string(),
        };
        let signed_in = self.begin(whose, peer, headers).await?;
        Ok((signed_in, cookie::clear_away(peer)))
    }

    fn oidc(&self) -> Result<&Relying, Failure> {
        let message = "attune.toml names no sign-in service ([auth.oidc])";
        let off = || Failure::of("no-such-route", message);
        self.inner.oidc.as_deref().ok_or_else(off)
    }

    /// Ends the session of a request; the header `Set-Cookie` that makes the browser forget it.
    pub async fn sign_out(&self, peer: &Peer, headers: &HeaderMap) -> Result<HeaderValue, Refusal> {
        if let Some(sent) = cookie::read(headers, peer) {
            sessions::end(&self.inner.store, &sent).await?;
        }
        Ok(cookie::clear(peer))
    }

    /// Begins a session; one that the browser had before ends.
    async fn begin(
        &self,
        whose: Whose,
        peer: &Peer,
        headers: &HeaderMap,
    ) -> Result<SignedIn, Refusal> {
        let store = &self.inner.store;
        if let Some(before) = cookie::read(headers, peer) {
            sessions::end(store, &before).await?;
        }
        let (secret, principal) = sessions::begin(store, whose, self.now_ms()).await?;
        let cookie = cookie::set(secret.expose_secret(), peer);
        Ok(SignedIn { principal, cookie })
    }

    fn begin_guess(&self, keys: &[Key]) -> Result<(), Refusal> {
        let begun = self.attempts().begin(keys, self.inner.clock.uptime());
        let message = "after wrong guesses the next one is looked at later";
        begun.map_err(|wait| Refusal::wait("sign-in-wait", message, wait))
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        let attempts = self.inner.attempts.lock();
        attempts.unwrap_or_else(PoisonError::into_inner)
    }
}

/// A local administrator may everything.
fn local(name: String, kind: &'static str, peer: &Peer) -> Whose {
    Whose {
        name,
        kind,
        role: Role::Admin,
        personal: true,
        address: peer.address.to_string(),
    }
}
