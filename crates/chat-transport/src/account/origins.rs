//! The pages that may use the cookie.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri};

/// Origins of others whose pages the operator trusts like our own.
#[derive(Debug, Default)]
pub(crate) struct Origins(RwLock<Vec<String>>);

impl From<Vec<String>> for Origins {
    /// Keeps origins as browsers spell them: `https://chat.example`.
    fn from(origins: Vec<String>) -> Origins {
        Origins(RwLock::new(origins))
    }
}

impl Origins {
    /// Replaces the trusted origins.
    pub(crate) fn replace(&self, origins: Vec<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = origins;
    }

    fn all(&self) -> RwLockReadGuard<'_, Vec<String>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether pages from this origin are trusted. Our own origin is not in the list.
    pub(crate) fn allow(&self, origin: &str) -> bool {
        !origin.is_empty()
            && self.all().iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
    }

    /// Tells whether no other origin is trusted.
    pub(crate) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    /// Tells whether a request comes from a page of our own or from a trusted origin, as far as its browser says.
    pub(super) fn are_own(&self, parts: &Parts) -> bool {
        let origin = only(&parts.headers).and_then(|origin| origin.to_str().ok());
        origin.is_some_and(|origin| self.allow(origin) || is_same_host(origin, &parts.headers, &parts.uri))
    }
}

/// Returns the `Origin` of a request. `None` if there are several: a proxy before us may have checked another one than we would.
pub(crate) fn only(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut origins = headers.get_all(ORIGIN).iter();
    origins.next().filter(|_| origins.next().is_none())
}

fn is_same_host(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = uri.authority().map(http::uri::Authority::as_str).or(host) else { return false };
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let bare = |host: &str| host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase();
    !authority.is_empty() && bare(authority) == bare(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request = headers
            .iter()
            .fold(http::Request::get("/ws?token=b"), |request, (name, value)| request.header(*name, *value));
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn only_pages_of_our_own_come_with_the_cookie() {
        let origins = Origins::from(vec!["https://app.example/".into()]);
        let good = |origin: &str| origins.are_own(&parts(&[("host", "Chat.example:80"), ("origin", origin)]));
        for origin in ["http://chat.example", "http://chat.example:80", "https://app.example"] {
            assert!(good(origin), "{origin}");
        }
        for origin in [
            "null",
            "http://chat.example.evil",
            "http://chat.example:81",
            "https://app.example:8443",
            "chat.example",
            "",
        ] {
            assert!(!good(origin), "{origin}");
        }
        assert!(!origins.are_own(&parts(&[("host", "chat.example")])));
        for second in ["http://chat.example", "https://evil.example"] {
            let two = [("host", "chat.example"), ("origin", "http://chat.example"), ("origin", second)];
            assert!(!origins.are_own(&parts(&two)), "{second}");
        }
        assert!(!origins.are_own(&parts(&[("host", ""), ("origin", "http://")])));
        let careless = Origins::from(vec![String::new()]);
        assert!(!careless.are_own(&parts(&[("host", "chat.example"), ("origin", "")])));
    }
}
