//! What a connector file must give before an adapter can work: endpoints and credentials.
//!
//! Slots are names in the connector file (`[source.endpoint]`, `[source.credential.NAME]`). The
//! adapter says which there are; the host fills them and never shows their secrets.

/// Everything that an adapter needs for given options.
#[derive(Debug, Clone, Default)]
pub struct Requirements {
    /// The endpoint slots.
    pub endpoints: Vec<EndpointSlot>,
    /// The credential slots.
    pub credentials: Vec<CredentialSlot>,
    /// Attributes that the adapter reads for itself (keys and names).
    pub attributes: Vec<String>,
    /// Whether selectors meet members of this adapter's JSON documents without case (SCIM). Members
    /// of LDAP entries always are.
    pub ignores_case: bool,
}

/// A URL that the connector file may set.
#[derive(Debug, Clone, Default)]
pub struct EndpointSlot {
    /// The slot's name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Whether it must be given when there is no default.
    pub required: bool,
    /// Empty for none.
    pub default_url: String,
    /// The credential slot whose credential goes to this endpoint; empty for none.
    pub credential: String,
}

/// A credential that the connector file gives.
#[derive(Debug, Clone, Default)]
pub struct CredentialSlot {
    /// The slot's name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Whether the adapter works without it.
    pub required: bool,
    /// The credential kinds that fit, best first.
    pub kinds: Vec<String>,
    /// How the host obtains tokens with it.
    pub grant: Option<TokenGrant>,
    /// For the kind `api-token`: the header that carries the token, and what stands before it
    /// (`("Authorization", "SSWS ")`).
    pub token_header: Option<(String, String)>,
}

/// A token request, made by the host. `{slot}` in scopes and audience stands for the URL
/// configured for that endpoint slot.
#[derive(Debug, Clone, Default)]
pub struct TokenGrant {
    /// The endpoint slot that issues tokens.
    pub endpoint: String,
    /// The path there.
    pub path: String,
    /// The scopes to ask for.
    pub scopes: Vec<String>,
    /// The audience of an assertion; empty for the token URL itself.
    pub audience: String,
    /// More form parameters.
    pub parameters: Vec<(String, String)>,
}
