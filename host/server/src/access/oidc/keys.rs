//! Keys of a sign-in service, and whether it signed a token (RFC 7515, 7517, 7518).
//!
//! Invariant: what a token says of its own algorithm chooses among two that are pinned here, each with
//! keys of its own kind; no other word, no unsigned token, and no RSA key below 2048 bits.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Longest token.
const TOKEN_BYTES_MAX: usize = 64 * 1024;
/// Most keys that are looked at.
const KEYS_MAX: usize = 100;
/// Bytes of the shortest modulus.
const MODULUS_BYTES_MIN: usize = 256;
/// Bytes of one coordinate on P-256.
const COORDINATE_BYTES: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Es256,
}

#[derive(Debug, Clone)]
enum Public {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
}

#[derive(Debug, Clone)]
struct Key {
    id: Option<String>,
    public: Public,
}

/// The keys that a service names.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    all: Vec<Key>,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Signed by a key that is not among these; the service may have a new one.
    UnknownKey,
    /// It cannot be right.
    Wrong(&'static str),
}

impl Keys {
    /// Reads a set; keys for other purposes and of other kinds are left out.
    pub(super) fn read(document: &Value) -> Self {
        let listed = document.get("keys").and_then(Value::as_array);
        let listed = listed.into_iter().flatten().take(KEYS_MAX);
        Self {
            all: listed.filter_map(key).collect(),
        }
    }

    /// The claims of a token that one of these keys signed.
    pub(super) fn verify(&self, token: &str) -> Result<Value, Flaw> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Flaw::Wrong("it is too long"));
        }
        let shape = Flaw::Wrong("it is no signed token");
        let (signed, signature) = token.rsplit_once('.').ok_or(shape)?;
        let (header, claims) = signed.split_once('.').ok_or(shape)?;
        let header = json(header).ok_or(shape)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| shape)?;
        let algorithm = match header.get("alg").and_then(Value::as_str) {
            Some("RS256") => Algorithm::Rs256,
            Some("ES256") => Algorithm::Es256,
            _ => return Err(Flaw::Wrong("it is signed in a way that is not accepted")),
        };
        if header.get("crit").is_some() {
            return Err(Flaw::Wrong("its header has parts that must be understood"));
        }
        let id = header.get("kid").and_then(Value::as_str);
        let key = self.key(id, algorithm).ok_or(Flaw::UnknownKey)?;
        if !key.public.has_signed(signed.as_bytes(), &signature) {
            return Err(Flaw::Wrong("its signature is wrong"));
        }
        json(claims).ok_or(shape)
    }

    /// The key of this id, or the only one of its kind where the token names none.
    fn key(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let fits = |key: &&Key| key.public.algorithm() == algorithm;
        let mut found = self.all.iter().filter(fits).filter(|key| match id {
            Some(id) => key.id.as_deref() == Some(id),
            None => true,
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

impl Public {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
        }
    }

    fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
            }
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text, signature)
            }
        };
        verified.is_ok()
    }
}

fn key(document: &Value) -> Option<Key> {
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let (public, algorithm) = match text("kty")? {
        "RSA" => {
            let mut n = bytes("n")?;
            let zeros = n.iter().take_while(|byte| **byte == 0).count();
            n.drain(..zeros);
            if n.len() < MODULUS_BYTES_MIN {
                return None;
            }
            let e = bytes("e")?;
            (Public::Rsa { n, e }, "RS256")
        }
        "EC" if text("crv") == Some("P-256") => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() != COORDINATE_BYTES || y.len() != COORDINATE_BYTES {
                return None;
            }
            // An uncompressed point (SEC 1, 2.3.3).
            let point = [&[4_u8][..], x.as_slice(), y.as_slice()].concat();
            (Public::P256(point), "ES256")
        }
        _ => return None,
    };
    if text("alg").is_some_and(|alg| alg != algorithm) {
        return None;
    }
    let id = text("kid").map(str::to_owned);
    Some(Key { id, public })
}

fn json(part: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    value.is_object().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    fn pair() -> EcdsaKeyPair {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
    }

    fn jwk(pair: &EcdsaKeyPair, id: &str) -> Value {
        let point = pair.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..]);
        let text = |bytes| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": text(x), "y": text(y) })
    }

    fn signed(pair: &EcdsaKeyPair, header: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(&json!({ "sub": "ada" })));
        let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    #[test]
    fn only_what_a_known_key_signed_in_an_accepted_way_is_believed() {
        let (one, other) = (pair(), pair());
        let keys = Keys::read(&json!({ "keys": [jwk(&one, "1"), jwk(&other, "2")] }));
        let of = |pair, header: Value| keys.verify(&signed(pair, &header));
        let good = of(&one, json!({ "alg": "ES256", "kid": "1" })).unwrap();
        assert_eq!(good["sub"], "ada");
        let wrong = [
            (&other, json!({ "alg": "ES256", "kid": "1" })),
            (&one, json!({ "alg": "none", "kid": "1" })),
            (&one, json!({ "alg": "HS256", "kid": "1" })),
            (&one, json!({ "alg": "ES384", "kid": "1" })),
            (&one, json!({ "alg": "es256", "kid": "1" })),
            (&one, json!({ "kid": "1" })),
            (&one, json!({ "alg": "ES256", "kid": "1", "crit": ["exp"] })),
        ];
        for (pair, header) in wrong {
            let flaw = of(pair, header.clone()).unwrap_err();
            assert!(matches!(flaw, Flaw::Wrong(_)), "{header}");
        }
        for header in [
            json!({ "alg": "ES256", "kid": "3" }),
            // A key of another kind, and none named among several.
            json!({ "alg": "RS256", "kid": "1" }),
            json!({ "alg": "ES256" }),
        ] {
            assert_eq!(of(&one, header.clone()).unwrap_err(), Flaw::UnknownKey);
        }
        let token = signed(&one, &json!({ "alg": "ES256", "kid": "1" }));
        let (text, _) = token.rsplit_once('.').unwrap();
        for cut in [
            "",
            "a.b",
            "a.b.c",
            text,
            &format!("{text}."),
            &format!("{token}A"),
        ] {
            assert!(keys.verify(cut).is_err(), "{cut}");
        }
    }

    #[test]
    fn keys_for_other_purposes_and_weak_ones_are_no_keys() {
        let good = jwk(&pair(), "1");
        let with = |name: &str, value: &str| {
            let mut key = good.clone();
            key[name] = json!(value);
            key
        };
        let n = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![0xc5_u8; bytes]);
        let rsa = |bytes| json!({ "kty": "RSA", "n": n(bytes), "e": "AQAB" });
        let padded = [vec![0_u8; 200], vec![0xc5; 128]].concat();
        let padded = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(padded), "e": "AQAB" });
        let keys = Keys::read(&json!({ "keys": [
            with("use", "enc"), with("alg", "ES384"), with("crv", "P-384"), with("x", "AAAA"),
            with("kty", "oct"), rsa(128), rsa(255), padded, 5, {},
        ] }));
        assert!(keys.all.is_empty(), "{keys:?}");
        let keys = json!({ "keys": [with("use", "sig"), with("alg", "ES256"), rsa(256)] });
        assert_eq!(Keys::read(&keys).all.len(), 3);
        assert!(Keys::read(&json!({ "keys": 1 })).all.is_empty());
    }
}
