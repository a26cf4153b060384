//! Access tokens: JWTs whose algorithm is fixed here and never read from the token.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::grant::{Family, Grant};
use futures_util::future::join_all;
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::Deserialize;

pub(crate) use super::claims::{Claims, Subject};
use super::introspection::Introspection;
use super::issuer::Issuer;
use super::secret::Secret;

/// Verifies access tokens, and issues them if they are this server's own.
pub struct Tokens(Source);

enum Source {
    Own(Box<Own>),
    /// The numbers and UUIDs of the first one are the users' ids here.
    Outside(Vec<Arc<Issuer>>),
    /// Tokens have no meaning here: the back end that issued them is asked.
    Backend(Introspection),
}

struct Own {
    keys: Vec<DecodingKey>,
    validation: Validation,
    signs: EncodingKey,
    lifetime: u64,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denied {
    /// It has expired.
    #[error("the token has expired")]
    Expired,
    /// It is no token, not for us, or not signed by its issuer.
    #[error("the token is not valid")]
    Invalid,
    /// It may be good, but its issuer's keys could not be fetched yet.
    #[error("the keys of the token's issuer are not here")]
    Unknown,
}

impl Tokens {
    /// Uses this server's own tokens: HS256 with local secrets, good for `lifetime` seconds. The first secret signs; tokens of
    /// all of them are accepted. There must be at least one.
    pub fn local(secrets: &[Secret], lifetime: u64) -> Tokens {
        let bytes = |secret: &Secret| secret.reveal().as_bytes().to_vec();
        let mut validation = Validation::new(Algorithm::HS256);
        // Checked in `verify` instead, with a time that is passed in.
        (validation.validate_exp, validation.validate_aud) = (false, false);
        validation.set_required_spec_claims(&["exp", "iss"]);
        validation.iss = Some([ISSUER.to_owned()].into());
        let keys = secrets.iter().map(|secret| DecodingKey::from_secret(&bytes(secret))).collect();
        let signs = EncodingKey::from_secret(&secrets.first().map(bytes).unwrap_or_default());
        Tokens(Source::Own(Box::new(Own { keys, validation, signs, lifetime })))
    }

    /// Accepts other issuers' tokens. The numbers and UUIDs of the first issuer are the users' ids here; subjects of the others
    /// are mapped like any text. If there are several, each must have a name.
    pub fn outside(issuers: Vec<Issuer>) -> Tokens {
        Tokens(Source::Outside(issuers.into_iter().map(Arc::new).collect()))
    }

    /// Accepts tokens and cookies that only the back end that issued them can judge.
    pub fn of_backend(backend: Introspection) -> Tokens {
        Tokens(Source::Backend(backend))
    }

    /// Returns the back end that judges credentials, if there is one.
    pub(crate) fn backend(&self) -> Option<&Introspection> {
        match &self.0 {
            Source::Backend(backend) => Some(backend),
            Source::Own(_) | Source::Outside(_) => None,
        }
    }

    /// Issues a token to a user, and returns it with the seconds for which it is good. `None` if tokens come from elsewhere.
    pub fn issue(&self, user: i64, uuid: Option<String>, grant: Grant, jti: String, now: u64) -> Option<(Secret, u64)> {
        self.issue_for(None, user, uuid, grant, jti, now)
    }

    /// Issues a token that is good for this many seconds.
    pub(crate) fn issue_for(
        &self,
        ttl: Option<u64>,
        user: i64,
        uuid: Option<String>,
        grant: Grant,
        jti: String,
        now: u64,
    ) -> Option<(Secret, u64)> {
        let Source::Own(own) = &self.0 else { return None };
        let lifetime = ttl.unwrap_or(own.lifetime);
        let claims = Claims {
            sub: Subject::Text(user.to_string()),
            exp: now + lifetime,
            iat: Some(now),
            jti: Some(jti),
            iss: Some(ISSUER.to_owned()),
            chat_family: grant.family.map(|Family(family)| family),
            chat_generation: Some(grant.generation),
            uuid,
            nbf: None,
            name: None,
            avatar: None,
            aud: None,
            is_first: true,
        };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &own.signs).ok()?;
        Some((Secret::new(token), lifetime))
    }

    /// Checks a token at the time `now`, in seconds since 1970.
    pub(crate) fn verify(&self, token: &Secret, now: u64) -> Result<Claims, Denied> {
        let claims = self.signed(token.reveal())?;
        if claims.exp.saturating_add(self.leeway()) <= now {
            return Err(Denied::Expired);
        }
        let is_ahead = |time: Option<u64>| time.is_some_and(|time| time > now.saturating_add(LEEWAY));
        if is_ahead(claims.nbf) || is_ahead(claims.iat) {
            return Err(Denied::Invalid);
        }
        Ok(claims)
    }

    /// Tells whether this server issues the tokens itself.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.0, Source::Own(_))
    }

    /// Reads the issuers' key files again that have changed.
    pub fn reread(&self) {
        if let Source::Outside(issuers) = &self.0 {
            issuers.iter().for_each(|issuer| issuer.reread());
        }
    }

    /// Fetches key sets from their addresses: those that are missing at once, the others when they are an hour old, so that a key
    /// which its issuer withdraws stops being accepted here.
    pub async fn fetch(&self) {
        let Source::Outside(issuers) = &self.0 else { return };
        let apart = |issuer: &Issuer| if issuer.has_keys() { LONG } else { Duration::ZERO };
        join_all(issuers.iter().map(|issuer| issuer.fetch(apart(issuer)))).await;
    }

    /// Fetches the key set of a token's issuer if its key is unknown, at most once a minute. Returns false if the keys cannot
    /// have changed, so that checking the token again is pointless.
    pub(crate) async fn look_again(&self, token: &Secret) -> bool {
        let Source::Outside(issuers) = &self.0 else { return false };
        let chosen = header(token.reveal()).and_then(|header| Some((issuer_of(issuers, token.reveal())?, header)));
        match chosen {
            Some((chosen, header)) if issuers[chosen].lacks(&header) => {
                issuers[chosen].fetch(APART).await;
                true
            }
            _ => false,
        }
    }

    fn signed(&self, token: &str) -> Result<Claims, Denied> {
        let header = header(token).ok_or(Denied::Invalid)?;
        match &self.0 {
            Source::Own(own) => {
                let mut verified = own.keys.iter().filter_map(|key| decode(token, key, &own.validation).ok());
                verified.next().map(|data| data.claims).ok_or(Denied::Invalid)
            }
            Source::Backend(_) => Err(Denied::Invalid),
            Source::Outside(issuers) => {
                let chosen = issuer_of(issuers, token).ok_or(Denied::Invalid)?;
                if !issuers[chosen].has_keys() {
                    return Err(Denied::Unknown);
                }
                let claims = issuers[chosen].claims(&header, token).ok_or(Denied::Invalid)?;
                Ok(Claims { is_first: chosen == 0, ..claims })
            }
        }
    }

    /// Returns the tolerance for clocks: other machines' may differ from ours.
    fn leeway(&self) -> u64 {
        if self.is_local() { 0 } else { LEEWAY }
    }
}

/// Returns the header of a token; `None` if it has critical extensions (`crit`), none of which is understood here.
fn header(token: &str) -> Option<Header> {
    decode_header(token).ok().filter(|header| header.crit.is_none())
}

/// Returns the issuer that a token names, before its signature is verified: it only chooses the keys that must then verify it.
fn issuer_of(issuers: &[Arc<Issuer>], token: &str) -> Option<usize> {
    #[derive(Deserialize)]
    struct Said {
        iss: String,
    }
    if issuers.len() == 1 {
        return Some(0);
    }
    let said: Said = insecure_decode_claims(token).ok()?;
    issuers.iter().position(|issuer| issuer.expected().issuer.as_deref() == Some(&*said.iss))
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("is_local", &self.is_local()).finish_non_exhaustive()
    }
}

const ISSUER: &str = "chat";
const LEEWAY: u64 = 60;
/// The shortest pause between two fetches that strangers can cause.
const APART: Duration = Duration::from_secs(60);
/// After this time a key set is fetched again.
const LONG: Duration = Duration::from_secs(3_600);

#[cfg(test)]
mod tests;
