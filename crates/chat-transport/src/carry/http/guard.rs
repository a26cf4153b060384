//! What is required of every request, and added to every answer.

use http::header::{CONNECTION, HOST, X_CONTENT_TYPE_OPTIONS};
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode, Version};

use super::{Body, empty};

/// Returns the answer to a request that must not be processed: one with several hosts or none. A proxy before us might read such
/// a request as one for another host, and so mix up its clients' answers.
pub(super) fn refused<B>(request: &Request<B>) -> Option<Response<Body>> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let good = match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host(host),
        // Old proxies check the health of a server with HTTP/1.0 and no host. That answer is the same for every host.
        (None, None) if request.version() <= Version::HTTP_10 => matches!(request.uri().path(), "/healthz" | "/readyz"),
        // From HTTP/2 on, the host stands in the address.
        (None, None) => request.version() > Version::HTTP_11 && request.uri().authority().is_some(),
        (_, Some(_)) => false,
    };
    (!good).then(|| {
        let mut response = empty(StatusCode::BAD_REQUEST);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    })
}

fn is_host(host: &HeaderValue) -> bool {
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
}

/// Adds the header that stops browsers from guessing another type of content than the answer names.
pub(super) fn sealed(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Adds that header to an answer that hyper made itself. `None` if the bytes are not one whole head.
pub(super) fn sealed_head(bytes: &[u8]) -> Option<Vec<u8>> {
    let whole = bytes.starts_with(b"HTTP/1.") && bytes.ends_with(b"\r\n\r\n");
    let line = bytes.windows(2).position(|end| end == b"\r\n").filter(|_| whole)? + 2;
    let (first, rest) = bytes.split_at(line);
    Some([first, b"x-content-type-options: nosniff\r\n", rest].concat())
}
