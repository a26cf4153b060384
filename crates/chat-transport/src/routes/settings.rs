//! Settings of the HTTP trees.

use std::time::{Duration, Instant};

use chat_protocol::Trouble;
use http::HeaderMap;
use tracing::warn;

use crate::account::secret::Secret;
use crate::sparing::Sparing;

/// Settings of the HTTP trees.
#[derive(Clone, Debug)]
pub struct RouteSettings {
    /// Other origins whose pages may use the cookie, spelled as browsers do: `https://chat.example`.
    pub allowed_origins: Vec<String>,
    /// The keys of trusted back ends. Without any, their tree does not exist.
    pub api_keys: Vec<Secret>,
    /// Whether people may register themselves.
    pub registration: bool,
    /// Whether the cookie is sent over TLS only.
    pub secure_cookie: bool,
    /// How long a cookie session lasts after it was last used.
    pub session_ttl: Duration,
    /// How long a refresh token is good.
    pub refresh_ttl: Duration,
    /// The issuer under which users are known whom back ends introduce: that of their tokens, or empty for this server.
    pub issuer: String,
    /// The most bytes of a user's request body.
    pub body: usize,
    /// The most bytes of a back end's request body.
    pub server_body: usize,
    /// How long a body may take to come.
    pub patience: Duration,
}

impl Default for RouteSettings {
    fn default() -> RouteSettings {
        RouteSettings {
            allowed_origins: Vec::new(),
            api_keys: Vec::new(),
            registration: true,
            secure_cookie: false,
            session_ttl: Duration::from_secs(14 * 24 * 3600),
            refresh_ttl: Duration::from_secs(30 * 24 * 3600),
            issuer: String::new(),
            body: 64 << 10,
            server_body: 1 << 20,
            patience: Duration::from_secs(10),
        }
    }
}

impl RouteSettings {
    /// Lets a back end in by its key. All keys are compared, so that the time does not tell which one was nearly right.
    pub(super) fn admit_key(&self, headers: &HeaderMap) -> Result<(), Trouble> {
        let shown = headers.get("x-api-key").and_then(|key| key.to_str().ok()).filter(|key| !key.is_empty());
        let shown = shown.ok_or(Trouble::Denied("an API key is needed, in the header `X-Api-Key`"))?;
        let good = self.api_keys.iter().fold(false, |good, key| key.is(shown) | good);
        if good {
            return Ok(());
        }
        if let Some(left_out) = REFUSED.line(Instant::now()) {
            warn!(left_out, "an API key was refused");
        }
        Err(Trouble::Denied("this API key is not one of those that are good here"))
    }
}

/// Limits the log to one line a second: anybody can send bad keys.
static REFUSED: Sparing = Sparing::new();
