//! An id for each request, by which the lines of the log about it can be found.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries the id.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Returns the id that a trusted proxy has given, or a new one.
pub(crate) fn of(headers: &HeaderMap, from_proxy: bool) -> HeaderValue {
    let given = headers.get(&HEADER).filter(|id| from_proxy && is_plain(id.as_bytes()));
    given.cloned().unwrap_or_else(fresh)
}

/// Opens the span whose fields stand in every line of the log about the request.
pub(crate) fn span(id: &HeaderValue, from: IpAddr) -> tracing::Span {
    tracing::info_span!("request", id = id.to_str().unwrap_or_default(), %from)
}

/// Returns a new id that is cheap to make and does not repeat those of an earlier life of the server.
fn fresh() -> HeaderValue {
    static LIFE: OnceLock<u32> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let life = LIFE.get_or_init(|| getrandom::u32().unwrap_or_default());
    let id = format!("{life:08x}-{:x}", NEXT.fetch_add(1, Ordering::Relaxed));
    HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("-"))
}

/// Tells whether an id from outside can stand in a line of the log without forging anything else there.
fn is_plain(id: &[u8]) -> bool {
    (1..=64).contains(&id.len()) && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trusted_proxy_names_requests_and_nobody_else() {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_static("edge-7"));
        assert_eq!(of(&headers, true), "edge-7");
        let own = of(&headers, false);
        assert!(own != "edge-7" && own != of(&headers, false), "{own:?}");
        headers.insert(HEADER, HeaderValue::from_static("two words"));
        assert_ne!(of(&headers, true), "two words");
    }
}
