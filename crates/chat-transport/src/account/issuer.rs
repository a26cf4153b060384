//! Issuers of tokens other than this server, and the keys with which their tokens are verified.

mod remote;

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::Uri;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode};
use tracing::{info, warn};

use self::remote::Remote;
use super::claims::Claims;
use super::secret::Secret;
use crate::client::Client;

/// An issuer with an algorithm and keys of its own. The algorithm is fixed here and never read from a token.
pub struct Issuer {
    algorithm: Algorithm,
    validation: Validation,
    expected: Expected,
    source: KeySource,
    held: Mutex<Held>,
    remote: Option<Remote>,
}

/// The claims that an issuer's tokens must have.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The required `iss` claim.
    pub issuer: Option<String>,
    /// The required `aud` claim.
    pub audience: Option<String>,
}

/// Where an issuer's keys come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// Shared secrets. A token signed with any of them is good.
    Secrets(Vec<Secret>),
    /// A PEM file with a public key.
    PublicKey(PathBuf),
    /// A file with a JWKS document.
    KeySet(PathBuf),
    /// The address of a JWKS document. There are no keys until [`Tokens::fetch`](super::token::Tokens::fetch) has fetched it.
    Address(Uri, Box<Client>),
}

/// A signature algorithm that may be chosen: HS256, RS256, ES256 or EdDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned(Algorithm);

/// Why an issuer's keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    /// The algorithm is none of HS256, RS256, ES256 and EdDSA.
    #[error("unknown algorithm {0:?}: HS256, RS256, ES256 and EdDSA are known")]
    Algorithm(String),
    /// The algorithm does not fit this kind of key. A public key taken for a shared secret would let everybody sign.
    #[error("{0:?} is not for this sort of key: HS256 takes a secret, the others a public key or a key set")]
    Unfit(Algorithm),
    /// The file cannot be read.
    #[error("cannot read {0}: {1}")]
    Unread(String, std::io::Error),
    /// The key set could not be fetched from its address.
    #[error("no key set at {0}: {1}")]
    Unreached(Uri, String),
    /// The key is malformed, or not for the algorithm.
    #[error("unusable key: {0}")]
    Key(#[from] jsonwebtoken::errors::Error),
    /// The key set is not a JWKS document.
    #[error("unusable key set: {0}")]
    Set(#[from] serde_json::Error),
    /// The key set has no key for the algorithm.
    #[error("the key set holds no key for {0:?}; another algorithm is chosen by --jwt-algorithm")]
    NoKey(Algorithm),
}

struct Held {
    keys: Arc<[Key]>,
    /// The file's time and size when it was read.
    stamp: Option<(SystemTime, u64)>,
}

struct Key {
    /// The key id by which a token's header may name it.
    id: Option<String>,
    key: DecodingKey,
}

impl Issuer {
    /// Opens an issuer with these keys. Without a chosen algorithm it is the key's own, HS256 for a secret, and RS256 for a key
    /// set.
    pub fn open(source: KeySource, chosen: Option<Pinned>, expected: Expected) -> Result<Issuer, BadKey> {
        let algorithm = match (&source, chosen) {
            (KeySource::Secrets(_), None | Some(Pinned(Algorithm::HS256))) => Algorithm::HS256,
            (KeySource::Secrets(_), Some(Pinned(other))) => return Err(BadKey::Unfit(other)),
            (_, Some(Pinned(Algorithm::HS256))) => return Err(BadKey::Unfit(Algorithm::HS256)),
            (_, Some(Pinned(chosen))) => chosen,
            (KeySource::PublicKey(path), None) => kind(&read(path)?),
            (KeySource::KeySet(_) | KeySource::Address(..), None) => Algorithm::RS256,
        };
        let stamp = source.file().and_then(stamp);
        let held = Mutex::new(Held { keys: source.keys(algorithm)?, stamp });
        let remote = match &source {
            KeySource::Address(address, client) => Some(Remote::new(address.clone(), Client::clone(client))),
            _ => None,
        };
        Ok(Issuer { algorithm, validation: validation(algorithm, &expected), expected, source, held, remote })
    }

    /// Returns the claims that its tokens must have.
    pub(super) fn expected(&self) -> &Expected {
        &self.expected
    }

    /// Returns the claims of a token that this issuer has signed. If the token names a key, only that key and keys without an id
    /// are tried.
    pub(super) fn claims(&self, header: &Header, token: &str) -> Option<Claims> {
        let keys = self.held().keys.clone();
        let asked = |key: &&Key| key.id.is_none() || header.kid.is_none() || key.id == header.kid;
        let mut verified = keys.iter().filter(asked).filter_map(|key| decode(token, &key.key, &self.validation).ok());
        verified.next().map(|data| data.claims)
    }

    /// Tells whether a new key set might help: the keys come from an address, and the one that the token names is not among them.
    pub(super) fn lacks(&self, header: &Header) -> bool {
        let knows = |key: &Key| header.kid.is_some() && key.id == header.kid;
        self.remote.is_some() && !self.held().keys.iter().any(knows)
    }

    /// Tells whether there are keys: not before an address was reached for the first time.
    pub(super) fn has_keys(&self) -> bool {
        !self.held().keys.is_empty()
    }

    /// Fetches the key set from its address, unless that was done less than `apart` ago. Whoever comes meanwhile waits for the
    /// same fetch. If it fails, the keys stay as they are.
    pub(super) async fn fetch(self: &Arc<Issuer>, apart: Duration) {
        let issuer = self.clone();
        let fetching = tokio::spawn(async move {
            let Some(remote) = &issuer.remote else { return };
            let Some(mut turn) = remote.turn(apart).await else { return };
            let document = turn.document().await.map_err(|why| BadKey::Unreached(remote.address.clone(), why));
            match document.and_then(|document| key_set(&document, issuer.algorithm)) {
                Ok(keys) => {
                    info!(keys = keys.len(), "the keys at {} are fetched", remote.address);
                    issuer.held().keys = keys;
                }
                Err(error) => warn!(%error, "the keys stay as they were"),
            }
        });
        // It runs as a task of its own, so that it is finished even if the caller goes away. The task can fail only when the
        // runtime ends.
        let _ = fetching.await;
    }

    /// Reads the file again if its time or size has changed. If the new one cannot be used, the keys stay as they are.
    pub(crate) fn reread(&self) {
        let Some(path) = self.source.file() else { return };
        let now = stamp(path);
        if now.is_none() || now == self.held().stamp {
            return;
        }
        let keys = self.source.keys(self.algorithm);
        let mut held = self.held();
        held.stamp = now;
        match keys {
            Ok(keys) => {
                held.keys = keys;
                info!("the keys in {} are read again", path.display());
            }
            Err(error) => warn!(%error, "the keys in {} stay as they were", path.display()),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeySource {
    fn file(&self) -> Option<&Path> {
        match self {
            KeySource::Secrets(_) | KeySource::Address(..) => None,
            KeySource::PublicKey(path) | KeySource::KeySet(path) => Some(path),
        }
    }

    fn keys(&self, algorithm: Algorithm) -> Result<Arc<[Key]>, BadKey> {
        match self {
            KeySource::Secrets(secrets) => {
                let key = |secret: &Secret| DecodingKey::from_secret(secret.reveal().as_bytes());
                Ok(secrets.iter().map(|secret| Key { id: None, key: key(secret) }).collect())
            }
            KeySource::PublicKey(path) => {
                let pem = read(path)?;
                let key = match algorithm {
                    Algorithm::RS256 => DecodingKey::from_rsa_pem(&pem)?,
                    Algorithm::ES256 => DecodingKey::from_ec_pem(&pem)?,
                    Algorithm::EdDSA => DecodingKey::from_ed_pem(&pem)?,
                    other => return Err(BadKey::Unfit(other)),
                };
                Ok([Key { id: None, key }].into())
            }
            KeySource::KeySet(path) => key_set(&read(path)?, algorithm),
            KeySource::Address(..) => Ok([].into()),
        }
    }
}

/// Returns the keys of a JWKS document that fit the algorithm. Others are left out silently: a set may serve several purposes.
fn key_set(document: &[u8], algorithm: Algorithm) -> Result<Arc<[Key]>, BadKey> {
    let set: JwkSet = serde_json::from_slice(document)?;
    let fitting = set.keys.iter().filter(|jwk| fits(algorithm, jwk));
    let keys = fitting.map(|jwk| Ok(Key { id: jwk.common.key_id.clone(), key: DecodingKey::from_jwk(jwk)? }));
    let keys = keys.collect::<Result<Arc<[Key]>, BadKey>>()?;
    if keys.is_empty() { Err(BadKey::NoKey(algorithm)) } else { Ok(keys) }
}

fn fits(algorithm: Algorithm, jwk: &Jwk) -> bool {
    let named = jwk.common.key_algorithm.map(|named| named.to_string());
    let fits_kind = DecodingKey::from_jwk(jwk).is_ok_and(|key| key.family() == algorithm.family());
    fits_kind && named.is_none_or(|named| named.parse() == Ok(algorithm))
}

/// Returns the algorithm for a public key. For anything else RS256, whose attempt to read it yields the right error.
fn kind(pem: &[u8]) -> Algorithm {
    match () {
        () if DecodingKey::from_ed_pem(pem).is_ok() => Algorithm::EdDSA,
        () if DecodingKey::from_ec_pem(pem).is_ok() => Algorithm::ES256,
        () => Algorithm::RS256,
    }
}

fn validation(algorithm: Algorithm, expected: &Expected) -> Validation {
    let mut validation = Validation::new(algorithm);
    // Not by the library, which would read the machine's clock: `Tokens::verify` compares the times with a time that is passed
    // in.
    validation.validate_exp = false;
    validation.validate_aud = expected.audience.is_some();
    // `sub` is not required here, since the library knows it as a string only. `Claims` cannot be read without it anyway.
    let required = ["exp"].into_iter();
    let (issuer, audience) = (expected.issuer.iter().map(|_| "iss"), expected.audience.iter().map(|_| "aud"));
    validation.set_required_spec_claims(&required.chain(issuer).chain(audience).collect::<Vec<_>>());
    validation.iss = expected.issuer.clone().map(|issuer| [issuer].into());
    validation.aud = expected.audience.clone().map(|audience| [audience].into());
    validation
}

fn read(path: &Path) -> Result<Vec<u8>, BadKey> {
    fs::read(path).map_err(|error| BadKey::Unread(path.display().to_string(), error))
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let data = fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

impl FromStr for Pinned {
    type Err = BadKey;

    fn from_str(name: &str) -> Result<Pinned, BadKey> {
        let known = [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
        let found = name.parse().ok().filter(|algorithm| known.contains(algorithm));
        found.map(Pinned).ok_or_else(|| BadKey::Algorithm(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
