//! Access tokens: JWTs whose algorithm is pinned here and never read from the token.

use std::{fmt, str::FromStr};

use chat_domain::grant::{Family, Grant};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode,
    jwk::{Jwk, JwkSet},
};
use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// Verifies access tokens, and issues them if they are our own.
pub struct Tokens {
    keys: Vec<Key>,
    validation: Validation,
    issuing: Option<Issuing>,
}

/// What a verified token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who it is about.
    pub sub: Subject,
    /// When it ends, in seconds since 1970.
    pub exp: u64,
    /// When it begins to be good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// Its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The family of its refresh token, in our own tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_family: Option<i64>,
    /// The generation of the user's tokens, in our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_generation: Option<i64>,
    /// The user's UUID, in our own tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// The user's name, from issuers that say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of the user's picture, from issuers that say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

/// A subject as its issuer writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// A number.
    Number(i64),
    /// Any other string.
    Text(String),
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// It is not from the issuer, not for us, or not a token.
    #[error("the token is not valid")]
    Invalid,
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    /// The algorithm is none of HS256, RS256, ES256 and EdDSA.
    #[error("unknown algorithm {0:?}: HS256, RS256, ES256 and EdDSA are known")]
    Algorithm(String),
    /// The key does not fit the algorithm or is not a key.
    #[error("unusable key: {0}")]
    Key(#[from] jsonwebtoken::errors::Error),
    /// The key set is not JSON.
    #[error("unusable key set: {0}")]
    Set(#[from] serde_json::Error),
    /// The key set has no key for the algorithm.
    #[error("the key set holds no key for the algorithm")]
    NoKey,
}

/// What an external issuer's tokens must look like.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The `iss` claim.
    pub issuer: Option<String>,
    /// The `aud` claim.
    pub audience: Option<String>,
}

/// Algorithms that may be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned(Algorithm);

struct Key {
    /// The name that a token's header may ask for.
    id: Option<String>,
    key: DecodingKey,
}

struct Issuing {
    key: EncodingKey,
    lifetime: u64,
}

impl Tokens {
    /// Our own tokens: HS256 under local secrets, good for this many seconds. The first secret signs, all are good.
    pub fn local(secrets: &[Secret], lifetime: u64) -> Tokens {
        let bytes = |secret: &Secret| secret.reveal().as_bytes().to_vec();
        let expected = Expected { issuer: Some(ISSUER.to_owned()), audience: None };
        let keys = secrets.iter().map(|secret| Key { id: None, key: DecodingKey::from_secret(&bytes(secret)) });
        let issuing = secrets.first().map(|first| Issuing { key: EncodingKey::from_secret(&bytes(first)), lifetime });
        Tokens { issuing, ..Tokens::verifying(Pinned(Algorithm::HS256), keys.collect(), expected) }
    }

    /// Another issuer's tokens, verified with a shared secret (HS256) or a public key in PEM.
    pub fn external(pinned: Pinned, key: &[u8], expected: Expected) -> Result<Tokens, BadKey> {
        let key = match pinned.0 {
            Algorithm::RS256 => DecodingKey::from_rsa_pem(key)?,
            Algorithm::ES256 => DecodingKey::from_ec_pem(key)?,
            Algorithm::EdDSA => DecodingKey::from_ed_pem(key)?,
            _ => DecodingKey::from_secret(key),
        };
        Ok(Tokens::verifying(pinned, vec![Key { id: None, key }], expected))
    }

    /// Another issuer's tokens, verified with the keys of a JWKS document that fit the algorithm.
    pub fn from_key_set(pinned: Pinned, document: &[u8], expected: Expected) -> Result<Tokens, BadKey> {
        let set: JwkSet = serde_json::from_slice(document)?;
        let fitting = set.keys.iter().filter(|jwk| pinned.fits(jwk));
        let keys = fitting.map(|jwk| Ok(Key { id: jwk.common.key_id.clone(), key: DecodingKey::from_jwk(jwk)? }));
        let keys = keys.collect::<Result<Vec<_>, BadKey>>()?;
        if keys.is_empty() {
            return Err(BadKey::NoKey);
        }
        Ok(Tokens::verifying(pinned, keys, expected))
    }

    fn verifying(pinned: Pinned, keys: Vec<Key>, expected: Expected) -> Tokens {
        let mut validation = Validation::new(pinned.0);
        // The times are compared below, with a clock that comes as a value.
        validation.validate_exp = false;
        validation.validate_aud = expected.audience.is_some();
        // Not `sub`: the library knows it as a string only. `Claims` cannot be read without one.
        let required = ["exp"].into_iter();
        let issuer = expected.issuer.iter().map(|_| "iss");
        let audience = expected.audience.iter().map(|_| "aud");
        validation.set_required_spec_claims(&required.chain(issuer).chain(audience).collect::<Vec<_>>());
        validation.iss = expected.issuer.map(|issuer| [issuer].into());
        validation.aud = expected.audience.map(|audience| [audience].into());
        Tokens { keys, validation, issuing: None }
    }

    /// Issues a token to a user, and says for how many seconds it is good. `None` if tokens come from elsewhere.
    pub fn issue(&self, user: i64, uuid: Option<String>, grant: Grant, jti: String, now: u64) -> Option<(Secret, u64)> {
        let issuing = self.issuing.as_ref()?;
        let claims = Claims {
            sub: Subject::Text(user.to_string()),
            exp: now + issuing.lifetime,
            iat: Some(now),
            jti: Some(jti),
            iss: Some(ISSUER.to_owned()),
            chat_family: grant.family.map(|Family(family)| family),
            chat_generation: Some(grant.generation),
            uuid,
            nbf: None,
            name: None,
            avatar: None,
        };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &issuing.key).ok()?;
        Some((Secret::new(token), issuing.lifetime))
    }

    /// Checks a token at this time, in seconds since 1970.
    pub fn verify(&self, token: &Secret, now: u64) -> Result<Claims, Denied> {
        let claims = self.signed(token.reveal()).ok_or(Denied::Invalid)?;
        if claims.exp.saturating_add(self.leeway()) <= now {
            return Err(Denied::Expired);
        }
        let is_ahead = |time: Option<u64>| time.is_some_and(|time| time > now.saturating_add(LEEWAY));
        if is_ahead(claims.nbf) || is_ahead(claims.iat) {
            return Err(Denied::Invalid);
        }
        Ok(claims)
    }

    /// Whether this server hands out the tokens itself.
    pub fn is_local(&self) -> bool {
        self.issuing.is_some()
    }

    fn signed(&self, token: &str) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // What its issuer says must be understood is nothing that is understood here.
        if header.crit.is_some() {
            return None;
        }
        let wanted = header.kid.filter(|_| !self.is_local() && self.keys.len() > 1);
        let fitting = self.keys.iter().filter(|key| wanted.is_none() || key.id == wanted);
        let mut verified = fitting.filter_map(|key| decode::<Claims>(token, &key.key, &self.validation).ok());
        verified.next().map(|data| data.claims)
    }

    /// Clocks of other machines may differ from ours; our own does not.
    fn leeway(&self) -> u64 {
        if self.is_local() { 0 } else { LEEWAY }
    }
}

impl Claims {
    /// What one of our own tokens rests on. Those that were made before tokens could be ended are of the first generation.
    pub(super) fn grant(&self) -> Grant {
        Grant { family: self.chat_family.map(Family), generation: self.chat_generation.unwrap_or(0) }
    }
}

impl Subject {
    /// The number that this is, written either way.
    pub fn number(&self) -> Option<i64> {
        match self {
            Subject::Number(number) => Some(*number),
            Subject::Text(text) => text.parse().ok().filter(|number: &i64| number.to_string() == *text),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Number(number) => number.fmt(f),
            Subject::Text(text) => text.fmt(f),
        }
    }
}

impl Pinned {
    fn fits(self, jwk: &Jwk) -> bool {
        let named = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
        let fits_kind = DecodingKey::from_jwk(jwk).is_ok_and(|key| key.family() == self.0.family());
        fits_kind && named.is_none_or(|named| named.parse() == Ok(self.0))
    }
}

impl FromStr for Pinned {
    type Err = BadKey;

    fn from_str(name: &str) -> Result<Pinned, BadKey> {
        let known = [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
        let found = name.parse().ok().filter(|algorithm| known.contains(algorithm));
        found.map(Pinned).ok_or_else(|| BadKey::Algorithm(name.to_owned()))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("algorithms", &self.validation.algorithms).finish_non_exhaustive()
    }
}

const ISSUER: &str = "chat";
const LEEWAY: u64 = 60;

#[cfg(test)]
mod tests;
