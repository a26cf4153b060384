//! Settings of the operators' API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_protocol::Trouble;
use chat_protocol::rest::answer::admin::Setting;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};

use crate::account::secret::Secret;

/// Settings of the operators' API.
#[derive(Clone, Debug, Default)]
pub struct OperatorSettings {
    /// The token that allows everything. Without one nothing can be changed through this API.
    pub token: Option<Secret>,
    /// Whether looking needs no token. Set it only if the operators' address can be reached from this machine alone.
    pub open: bool,
    /// The settings in force, to be shown.
    pub in_force: InForce,
}

/// The settings in force. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct InForce(Arc<Mutex<Vec<Setting>>>);

impl InForce {
    /// Replaces all of them.
    pub(crate) fn replace(&self, by: Vec<Setting>) {
        *self.settings() = by;
    }

    /// Returns all of them.
    pub(super) fn settings(&self) -> MutexGuard<'_, Vec<Setting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Vec<Setting>> for InForce {
    fn from(settings: Vec<Setting>) -> InForce {
        InForce(Arc::new(Mutex::new(settings)))
    }
}

/// What a request to the operators' API may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    Look,
    Change,
}

impl OperatorSettings {
    /// Decides what a request with these headers may do.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<May, Trouble> {
        let shown = headers.get(AUTHORIZATION).map(|shown| shown.to_str().unwrap_or_default());
        match (shown.map(bearer), &self.token) {
            (Some(shown), Some(token)) if token.is(shown) => Ok(May::Change),
            (Some(_), Some(_)) => Err(Trouble::Unauthorized),
            _ if self.open && is_of_this_machine(headers) => Ok(May::Look),
            (_, Some(_)) => Err(Trouble::Unauthorized),
            (_, None) => Err(Trouble::Forbidden("this needs the server to have an --admin-token, and you to show it")),
        }
    }
}

fn bearer(shown: &str) -> &str {
    let (scheme, token) = shown.split_once(' ').unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" }
}

/// Tells whether the `Host` is an IP address or `localhost`. This guards against DNS rebinding: a page can let its own name
/// resolve to this machine, and would then be allowed to read the answers.
fn is_of_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(name, _)| name) };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.is_empty() || name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with(host: &'static str, shown: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        shown.map(|shown| headers.insert(AUTHORIZATION, HeaderValue::from_static(shown)));
        headers
    }

    #[test]
    fn without_the_token_one_may_look_on_this_machine_alone() {
        let token = Some(Secret::new("an operator's token"));
        let here = OperatorSettings { token: token.clone(), open: true, in_force: InForce::default() };
        let elsewhere = OperatorSettings { open: false, ..here.clone() };
        let without = OperatorSettings { token: None, ..here.clone() };
        let good = with("chat.example", Some("Bearer an operator's token"));
        assert_eq!((here.admit(&good), elsewhere.admit(&good)), (Ok(May::Change), Ok(May::Change)));
        for shown in ["Bearer another", "an operator's token", "Basic abc", ""] {
            assert_eq!(here.admit(&with("localhost", Some(shown))), Err(Trouble::Unauthorized), "{shown}");
        }
        for host in ["127.0.0.1:9464", "[::1]:9464", "[::1]", "localhost:9464", "LOCALHOST", "10.0.0.1"] {
            assert_eq!(
                (here.admit(&with(host, None)), without.admit(&with(host, None))),
                (Ok(May::Look), Ok(May::Look))
            );
            assert_eq!(elsewhere.admit(&with(host, None)), Err(Trouble::Unauthorized));
        }
        for host in ["evil.example", "evil.example:9464", "localhost.evil.example"] {
            assert_eq!(here.admit(&with(host, None)), Err(Trouble::Unauthorized), "{host}");
            assert!(matches!(without.admit(&with(host, None)), Err(Trouble::Forbidden(_))), "{host}");
        }
    }
}
