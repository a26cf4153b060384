//! The issuers of access tokens: this server itself, or those that the operator names.

use std::path::PathBuf;
use std::time::Duration;

use chat_store::Store;
use chat_transport::account::introspection::Introspection;
use chat_transport::account::issuer::{Expected, Issuer, KeySource, Pinned};
use chat_transport::account::secret::Secret;
use chat_transport::account::token::Tokens;
use chat_transport::client::{Client, ClientSettings};
use http::Uri;

use crate::config::{Config, Jwks};
use crate::secrets;

/// The settings of an issuer.
#[derive(Clone, Debug, Default)]
pub(crate) struct IssuerConfig {
    /// The required `iss` claim.
    pub(crate) issuer: Option<String>,
    /// The required `aud` claim.
    pub(crate) audience: Option<String>,
    pub(crate) algorithm: Option<Pinned>,
    pub(crate) public_key: Option<PathBuf>,
    pub(crate) jwks: Option<Jwks>,
    pub(crate) secrets: Vec<Secret>,
}

/// Returns what verifies access tokens.
pub(crate) fn tokens(config: &Config) -> Result<Tokens, String> {
    let issuers = all(config)?;
    if let Some(address) = &config.introspect_url {
        let backend = Introspection::new(address.clone(), name(config)?, config.introspect_every.0);
        return Ok(Tokens::of_backend(backend.map_err(|error| error.to_string())?));
    }
    if issuers.is_empty() {
        return Ok(Tokens::local(&secrets::of_tokens(config)?, config.access_token_ttl.0.as_secs()));
    }
    Ok(Tokens::outside(issuers.into_iter().map(open).collect::<Result<_, _>>()?))
}

/// Checks that the issuers' keys can be used, without creating anything.
pub(crate) fn check(config: &Config) -> Result<(), String> {
    all(config)?.into_iter().try_for_each(|issuer| open(issuer).map(|_| ()))
}

/// Returns the issuer by whose subjects people are known; empty for this server itself.
pub(crate) fn name(config: &Config) -> Result<String, String> {
    let first = all(config)?.into_iter().next();
    if let Some(address) = &config.introspect_url {
        return Ok(config.jwt_issuer.clone().unwrap_or_else(|| origin(address)));
    }
    Ok(first.map_or(String::new(), |issuer| issuer.issuer.unwrap_or_else(|| UNNAMED.to_owned())))
}

/// Returns the scheme, host and port of an address.
fn origin(address: &Uri) -> String {
    let (scheme, authority) = (address.scheme_str().unwrap_or_default(), address.authority());
    // Without a user name and password.
    let host = authority.map(|authority| authority.as_str().rsplit('@').next().unwrap_or_default());
    format!("{scheme}://{}", host.unwrap_or_default())
}

/// Returns all issuers, first the one of the top-level settings. Empty if this server issues the tokens itself.
pub(crate) fn all(config: &Config) -> Result<Vec<IssuerConfig>, String> {
    if config.introspect_url.is_some() {
        let others = config.jwt_public_key.is_some() || config.jwks.is_some() || !config.issuers.is_empty();
        return if others { Err(TWO_WAYS.into()) } else { Ok(Vec::new()) };
    }
    let all: Vec<IssuerConfig> = named(config)?.into_iter().chain(config.issuers.iter().cloned()).collect();
    let names: Vec<&str> = all.iter().filter_map(|issuer| issuer.issuer.as_deref()).collect();
    if all.len() > 1 && names.len() < all.len() {
        return Err("of several issuers each needs jwt_issuer: their tokens are told apart by it".into());
    }
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, name)) => Err(format!("there are two issuers called `{name}`")),
        None => Ok(all),
    }
}

/// Returns the issuer of the top-level settings.
pub(crate) fn named(config: &Config) -> Result<Option<IssuerConfig>, String> {
    let named = IssuerConfig {
        issuer: config.jwt_issuer.clone(),
        audience: config.jwt_audience.clone(),
        algorithm: config.jwt_algorithm,
        public_key: config.jwt_public_key.clone(),
        jwks: config.jwks.clone(),
        secrets: secrets::given(config)?,
    };
    if named.issuer.is_some() || named.public_key.is_some() || named.jwks.is_some() {
        return Ok(Some(named));
    }
    if named.audience.is_some() || named.algorithm.is_some() {
        return Err("--jwt-audience and --jwt-algorithm are an issuer's: name it with --jwt-issuer".into());
    }
    Ok(None)
}

fn open(issuer: IssuerConfig) -> Result<Issuer, String> {
    let source = match (issuer.public_key, issuer.jwks, issuer.secrets) {
        (Some(path), None, secrets) if secrets.is_empty() => KeySource::PublicKey(path),
        (None, Some(jwks), secrets) if secrets.is_empty() => key_set(jwks)?,
        (None, None, secrets) if !secrets.is_empty() => KeySource::Secrets(secrets),
        (None, None, _) => return Err("an issuer needs --jwt-secret, --jwt-public-key or --jwks".into()),
        _ => return Err("an issuer has one of --jwt-secret, --jwt-public-key and --jwks".into()),
    };
    let expected = Expected { issuer: issuer.issuer, audience: issuer.audience };
    Issuer::open(source, issuer.algorithm, expected).map_err(|error| error.to_string())
}

fn key_set(jwks: Jwks) -> Result<KeySource, String> {
    match jwks {
        Jwks::File(path) => Ok(KeySource::KeySet(path)),
        Jwks::Address(address) => {
            let settings = ClientSettings { patience: PATIENCE, ..ClientSettings::default() };
            let client = Client::new(settings).map_err(|error| error.to_string())?;
            Ok(KeySource::Address(address, Box::new(client)))
        }
    }
}

/// Fails if the people of this database are known by another issuer's subjects, unless the operator adopts them.
pub(crate) async fn belongs(store: &Store, config: &Config) -> Result<(), String> {
    let issuer = name(config)?;
    let other = store.belong(issuer.clone(), config.adopt_issuer).await.map_err(|failure| failure.to_string())?;
    let shown = |issuer: &str| if issuer.is_empty() { "this server itself".to_owned() } else { format!("`{issuer}`") };
    match other {
        None => Ok(()),
        Some(other) => Err(format!(
            "the people in this database are vouched for by {}, not by {}: the same subject would be somebody else; use another \
             database, or --adopt-issuer if they are the same people",
            shown(&other),
            shown(&issuer),
        )),
    }
}

const TWO_WAYS: &str =
    "--introspect-url asks the back end about every credential: leave out --jwks and the other settings of an issuer";
/// How long an issuer's address may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The name of an issuer that has none.
const UNNAMED: &str = "-";
