//! Opening a source: the adapter's slots are filled from the connector file, or it is said what is
//! missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use attune_core::selector::Names;

use super::adapter::{Adapter, CredentialSlot, EndpointSlot, Fault, Requirements, TokenGrant};
use super::error::Error;
use crate::net::ldap::{Bind, Directory, DirectorySpec};
use crate::net::{self, Base, Credential, Grant, Outside, Sign, Slot, SlotSpec};

/// What a connector file says about its source.
pub struct SourceSpec {
    /// The connector's id, for logs.
    pub connector: String,
    /// The provider with its options.
    pub adapter: Arc<dyn Adapter>,
    /// `[source.endpoint]`.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// `ca-file`: for every address that has none of its own.
    pub ca_file: Option<PathBuf>,
    /// `[source.credential.*]`, their secrets read.
    pub credentials: BTreeMap<String, Credential>,
    /// `allow-http`.
    pub allow_http: bool,
    /// `start-tls`, `true` where the file does not say.
    pub start_tls: bool,
    /// `allow-plain`.
    pub allow_plain: bool,
}

/// An address as the connector file gives it.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// `https://...`, `ldaps://...`.
    pub url: String,
    /// PEM file of authorities that are trusted for this address alone.
    pub ca_file: Option<PathBuf>,
}

/// An adapter with its addresses and credentials; cheap to clone.
#[derive(Clone)]
pub struct Source {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) connector: String,
    pub(super) adapter: Arc<dyn Adapter>,
    pub(super) places: BTreeMap<String, Place>,
    pub(super) outside: Outside,
    attributes: Vec<String>,
    names: Names,
}

/// What is behind an endpoint slot.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) way: Way,
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub(super) enum Way {
    Http(Slot),
    Ldap(Box<Directory>),
}

impl Place {
    pub(super) fn base(&self) -> &Base {
        match &self.way {
            Way::Http(slot) => slot.base(),
            Way::Ldap(directory) => directory.base(),
        }
    }
}

impl Shared {
    /// How the adapter gave up. Where it could not sign in by a header, it cannot know where the
    /// secret lies that was refused.
    pub(super) fn failed(&self, fault: Fault, cause: Option<net::Error>) -> Error {
        let mut error = Error::of_fault(fault, cause);
        if let Error::Aborted { problem, cause } = &mut error
            && problem.code == "sign-in"
            && !matches!(cause.as_deref(), Some(net::Error::SignIn { .. }))
        {
            let ways = self.places.values().map(|place| &place.way);
            let words: BTreeSet<String> = ways
                .filter_map(|way| match way {
                    Way::Http(slot) => Some(slot.secret_words()),
                    Way::Ldap(_) => None,
                })
                .collect();
            problem.message.extend(words);
        }
        error
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Source")
            .field("connector", &self.shared.connector)
            .field("places", &self.shared.places)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// Asks the adapter for its slots and fills them. Blocks while the adapter computes; opens no
    /// connection.
    pub fn open(spec: SourceSpec, outside: &Outside) -> Result<Self, Error> {
        let needs = needs(spec.adapter.as_ref())?;
        let filling = Filling {
            spec: &spec,
            needs: &needs,
            outside,
        };
        filling.check_names()?;
        let places = filling.places()?;
        let shared = Shared {
            connector: spec.connector,
            adapter: spec.adapter,
            places,
            outside: outside.clone(),
            attributes: needs.attributes,
            names: needs.names,
        };
        let shared = Arc::new(shared);
        Ok(Self { shared })
    }

    /// Attributes that the adapter reads whatever rows mention.
    pub fn attributes(&self) -> &[String] {
        &self.shared.attributes
    }

    /// How selectors meet the members of the provider's JSON documents.
    pub fn names(&self) -> Names {
        self.shared.names
    }
}

/// How an adapter's documents compare names. Blocks while the adapter computes.
pub fn names(adapter: &dyn Adapter) -> Result<Names, Error> {
    Ok(needs(adapter)?.names)
}

/// What an adapter asks for, one line each: addresses, and credentials with what they are to be
/// allowed.
pub fn wants(adapter: &dyn Adapter) -> Result<Vec<String>, Error> {
    let needs = needs(adapter)?;
    let endpoints = needs
        .endpoints
        .into_iter()
        .map(|slot| match slot.default_url.as_str() {
            "" => format!("endpoint `{}`", slot.name),
            url => format!("endpoint `{}` ({url})", slot.name),
        });
    let credentials = needs.credentials.into_iter().map(|slot| {
        let scopes = slot.grant.map(|grant| grant.scopes.join(" "));
        match scopes.filter(|scopes| !scopes.is_empty()) {
            Some(scopes) => format!("credential `{}` with {scopes}", slot.name),
            None => format!("credential `{}`", slot.name),
        }
    });
    Ok(endpoints.chain(credentials).collect())
}

/// The slots of an adapter. Blocks while it computes.
pub fn needs(adapter: &dyn Adapter) -> Result<Requirements, Error> {
    adapter.needs().map_err(|fault| match fault {
        Fault::Problem(problem) => Error::Options(problem),
        fault @ Fault::Plugin { .. } => Error::of_fault(fault, None),
    })
}

/// The slots of an adapter while they are filled.
struct Filling<'a> {
    spec: &'a SourceSpec,
    needs: &'a Requirements,
    outside: &'a Outside,
}

impl Filling<'_> {
    fn check_names(&self) -> Result<(), Error> {
        let endpoints = &self.needs.endpoints;
        let credentials = &self.needs.credentials;
        for slot in self.spec.endpoints.keys() {
            if !endpoints.iter().any(|known| &known.name == slot) {
                let known = list(endpoints.iter().map(|known| known.name.as_str()));
                let slot = slot.clone();
                return Err(Error::UnknownEndpoint { slot, known });
            }
        }
        for slot in self.spec.credentials.keys() {
            if !credentials.iter().any(|known| &known.name == slot) {
                let known = list(credentials.iter().map(|known| known.name.as_str()));
                let slot = slot.clone();
                return Err(Error::UnknownCredential { slot, known });
            }
        }
        credentials
            .iter()
            .try_for_each(|slot| self.check_credential(slot))
    }

    fn check_credential(&self, slot: &CredentialSlot) -> Result<(), Error> {
        let kinds = || list(slot.kinds.iter().map(String::as_str));
        match self.spec.credentials.get(&slot.name) {
            None if slot.required => Err(Error::MissingCredential {
                slot: slot.name.clone(),
                purpose: slot.purpose.clone(),
                kinds: kinds(),
            }),
            Some(given) if !slot.kinds.iter().any(|kind| kind == given.kind()) => {
                Err(Error::UnfitCredential {
                    slot: slot.name.clone(),
                    kind: given.kind().to_owned(),
                    kinds: kinds(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Slots of one credential share its tokens.
    fn places(&self) -> Result<BTreeMap<String, Place>, Error> {
        let mut signs: BTreeMap<&str, Sign> = BTreeMap::new();
        let mut places = BTreeMap::new();
        for slot in &self.needs.endpoints {
            let Some(endpoint) = self.endpoint(slot)? else {
                continue;
            };
            let failed = |cause| Error::Endpoint {
                slot: slot.name.clone(),
                cause,
            };
            let way = if endpoint.url.trim_start().starts_with("ldap") {
                let directory = self.directory(slot, &endpoint).map_err(failed)?;
                Way::Ldap(Box::new(directory))
            } else {
                let name = slot.credential.as_str();
                let sign = match signs.get(name) {
                    Some(sign) => sign.clone(),
                    None => self.sign(name)?,
                };
                signs.insert(name, sign.clone());
                Way::Http(self.slot(&endpoint, sign).map_err(failed)?)
            };
            let ca_file = endpoint.ca_file;
            places.insert(slot.name.clone(), Place { way, ca_file });
        }
        Ok(places)
    }

    /// The configured address, or the adapter's own; none where none is needed.
    fn endpoint(&self, slot: &EndpointSlot) -> Result<Option<Endpoint>, Error> {
        let mut endpoint = self
            .spec
            .endpoints
            .get(&slot.name)
            .cloned()
            .unwrap_or_default();
        if endpoint.url.is_empty() {
            endpoint.url.clone_from(&slot.default_url);
        }
        endpoint.ca_file = endpoint.ca_file.or_else(|| self.spec.ca_file.clone());
        match (endpoint.url.is_empty(), slot.required) {
            (false, _) => Ok(Some(endpoint)),
            (true, false) => Ok(None),
            (true, true) => Err(Error::MissingEndpoint {
                slot: slot.name.clone(),
                purpose: slot.purpose.clone(),
            }),
        }
    }

    fn slot(&self, endpoint: &Endpoint, sign: Sign) -> Result<Slot, net::Error> {
        let spec = SlotSpec {
            address: endpoint.url.clone(),
            allow_http: self.spec.allow_http,
            ca_file: endpoint.ca_file.clone(),
            sign,
        };
        Slot::open(self.outside, spec)
    }

    fn directory(&self, slot: &EndpointSlot, endpoint: &Endpoint) -> Result<Directory, net::Error> {
        let bind = match self.spec.credentials.get(&slot.credential) {
            None => None,
            Some(Credential::LdapBind { dn, password }) => Some(Bind {
                dn: dn.clone(),
                password: password.clone(),
            }),
            Some(other) => {
                let what = format!("the credential kind {:?} for a directory", other.kind());
                return Err(net::Error::Unsupported { what });
            }
        };
        let spec = DirectorySpec {
            address: endpoint.url.clone(),
            start_tls: self.spec.start_tls,
            allow_plain: self.spec.allow_plain,
            ca_file: endpoint.ca_file.clone(),
            bind,
        };
        Directory::open(self.outside, spec)
    }

    fn sign(&self, name: &str) -> Result<Sign, Error> {
        let needed = self.needs.credentials.iter().find(|slot| slot.name == name);
        let (Some(slot), Some(credential)) = (needed, self.spec.credentials.get(name)) else {
            return Ok(Sign::Nothing);
        };
        let wants_tokens = matches!(
            credential,
            Credential::ClientCredentials { .. }
                | Credential::PrivateKeyJwt { .. }
                | Credential::GoogleServiceAccount { .. }
        );
        let extra = |name: &str| {
            let mut found = slot.extra.iter().filter(|(key, _)| key == name);
            found.next().map(|(_, value)| value.as_str())
        };
        let grant = match slot.grant.as_ref().filter(|_| wants_tokens) {
            Some(grant) => Some(self.grant(grant)?),
            None => None,
        };
        let header = extra("header").map(|name| (name, extra("prefix").unwrap_or_default()));
        Sign::with(credential, header, grant).map_err(|cause| Error::Credential {
            slot: name.to_owned(),
            cause,
        })
    }

    /// The token endpoint's slot has no credential: the client's proof is in the form.
    fn grant(&self, grant: &TokenGrant) -> Result<Grant, Error> {
        let slots = &self.needs.endpoints;
        let login = slots.iter().find(|slot| slot.name == grant.endpoint);
        let missing = || Error::MissingEndpoint {
            slot: grant.endpoint.clone(),
            purpose: "where tokens come from".to_owned(),
        };
        let endpoint = self
            .endpoint(login.ok_or_else(missing)?)?
            .ok_or_else(missing)?;
        let login = self
            .slot(&endpoint, Sign::Nothing)
            .map_err(|cause| Error::Endpoint {
                slot: grant.endpoint.clone(),
                cause,
            })?;
        let scopes = grant.scopes.iter();
        let scopes = scopes
            .map(|scope| self.with_addresses(scope))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Grant {
            login,
            path: grant.path.clone(),
            scopes,
            audience: self.with_addresses(&grant.audience)?,
            parameters: grant.parameters.clone(),
        })
    }

    /// `{slot}` becomes the address of that slot, as it is configured but without a last slash.
    fn with_addresses(&self, pattern: &str) -> Result<String, Error> {
        let mut text = pattern.to_owned();
        for slot in &self.needs.endpoints {
            let mark = format!("{{{}}}", slot.name);
            if !text.contains(&mark) {
                continue;
            }
            if let Some(endpoint) = self.endpoint(slot)? {
                text = text.replace(&mark, endpoint.url.trim().trim_end_matches('/'));
            }
        }
        Ok(text)
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("{name:?}")).collect();
    if quoted.is_empty() {
        return "none".to_owned();
    }
    quoted.join(", ")
}
