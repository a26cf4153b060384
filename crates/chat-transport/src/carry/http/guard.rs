//! What every request must bring, and every answer says.

use http::header::{CONNECTION, HOST, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Request, Response, StatusCode, Version};

use super::{Body, empty};

/// The answer to a request that is not to be looked at any further: whoever reads its two hosts, or none, in another way than
/// the proxy before it may be led to answer for somebody else.
pub(super) fn refused<B>(request: &Request<B>) -> Option<Response<Body>> {
    let hosts = request.headers().get_all(HOST).iter().count();
    let good = match request.version() {
        Version::HTTP_09 | Version::HTTP_10 => hosts <= 1,
        Version::HTTP_11 => hosts == 1,
        _ => hosts <= 1 && (hosts == 1 || request.uri().authority().is_some()),
    };
    (!good).then(|| {
        let mut response = empty(StatusCode::BAD_REQUEST);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    })
}

/// A browser takes an answer for what it says it is.
pub(super) fn sealed(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
