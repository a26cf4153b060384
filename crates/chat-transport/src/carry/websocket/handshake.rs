//! The opening handshake, and taking the socket back from hyper after it.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{Depot, FrameLimits, Outbox, WebSocket};
use crate::carry::http::{Duplex, Patient};

/// A valid request for a WebSocket that has not been answered yet.
#[derive(Debug)]
pub struct Handshake {
    accept: HeaderValue,
    upgrade: OnUpgrade,
}

/// Why a request cannot become a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not ask for a WebSocket.
    #[error("not a WebSocket request")]
    NotAsked,
    /// It asks for a version other than 13.
    #[error("Sec-WebSocket-Version must be 13")]
    Version,
    /// Its key is not 16 bytes in base64.
    #[error("Sec-WebSocket-Key must be 16 bytes in base64")]
    Key,
}

/// A socket that hyper still holds until the answer is sent.
#[derive(Debug)]
pub struct Upgrading(OnUpgrade);

impl Handshake {
    /// Checks a request. To refuse it for another reason, answer it and drop this.
    pub fn of<B>(request: &mut Request<B>) -> Result<Handshake, Refused> {
        let headers = request.headers();
        if !asks(request) {
            return Err(Refused::NotAsked);
        }
        if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            return Err(Refused::Version);
        }
        let accept = accept(headers).ok_or(Refused::Key)?;
        Ok(Handshake { accept, upgrade: hyper::upgrade::on(request) })
    }

    /// Returns the 101 answer, and the socket that is free once the answer is sent.
    pub fn accept<B: Default>(self) -> (Response<B>, Upgrading) {
        let mut response = Response::new(B::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept);
        (response, Upgrading(self.upgrade))
    }
}

impl Refused {
    /// Returns the status of the refusal. [`Refused::Version`] also needs the header that [`Refused::header`] returns.
    pub fn status(self) -> StatusCode {
        match self {
            Refused::NotAsked | Refused::Version => StatusCode::UPGRADE_REQUIRED,
            Refused::Key => StatusCode::BAD_REQUEST,
        }
    }

    /// Returns the header that tells the client what would be accepted.
    pub fn header(self) -> Option<(http::HeaderName, HeaderValue)> {
        match self {
            Refused::NotAsked => Some((UPGRADE, HeaderValue::from_static("websocket"))),
            Refused::Version => Some((SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))),
            Refused::Key => None,
        }
    }
}

impl Upgrading {
    /// Waits until the answer is sent, and takes the socket over; `None` if the client went away first.
    pub async fn finish(self, limits: FrameLimits, depot: Arc<Depot>, owner: u64) -> Option<WebSocket> {
        let upgraded = self.0.await.ok()?;
        Some(take_over(upgraded, limits, depot, owner))
    }
}

impl Upgrading {
    /// As [`finish`](Self::finish), with an outbox that only queues and already holds the first frames.
    pub(crate) async fn join(self, limits: FrameLimits, outbox: Arc<Outbox>) -> Option<WebSocket> {
        let upgraded = self.0.await.ok()?;
        Some(match taken(upgraded) {
            Taken::Plain(stream, early) => WebSocket::join(outbox, stream, early, limits),
            Taken::Wrapped(stream, early) => WebSocket::wrap(outbox, stream, early, limits),
        })
    }
}

/// A socket that was taken out of hyper's hands, with the bytes that hyper had read beyond the request.
enum Taken {
    Plain(TcpStream, Bytes),
    Wrapped(Box<dyn Duplex>, Bytes),
}

fn take_over(upgraded: Upgraded, limits: FrameLimits, depot: Arc<Depot>, owner: u64) -> WebSocket {
    match taken(upgraded) {
        Taken::Plain(stream, early) => WebSocket::new(stream, early, limits, depot, owner),
        Taken::Wrapped(stream, early) => WebSocket::over(stream, early, limits, depot, owner),
    }
}

/// Takes a socket, plain or over TLS, out of hyper's wrapping, which costs 4 KiB. A stream of another kind keeps it.
fn taken(upgraded: Upgraded) -> Taken {
    let upgraded = match upgraded.downcast::<TokioIo<Patient<TcpStream>>>() {
        Ok(parts) => return Taken::Plain(parts.io.into_inner().into_inner(), parts.read_buf),
        Err(upgraded) => upgraded,
    };
    match upgraded.downcast::<TokioIo<Patient<Box<dyn Duplex>>>>() {
        Ok(parts) => Taken::Wrapped(parts.io.into_inner().into_inner(), parts.read_buf),
        Err(upgraded) => Taken::Wrapped(Box::new(TokioIo::new(upgraded)), Bytes::new()),
    }
}

fn asks<B>(request: &Request<B>) -> bool {
    request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && names(request.headers(), CONNECTION, "upgrade")
        && names(request.headers(), UPGRADE, "websocket")
}

/// Tells whether a comma-separated header contains this token.
fn names(headers: &HeaderMap, header: http::HeaderName, token: &str) -> bool {
    let values = headers.get_all(header);
    values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|named| named.trim().eq_ignore_ascii_case(token))
}

/// Returns the answer to the key; `None` if the key is not 16 bytes in base64, that is 22 digits and `==`.
fn accept(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else { return None };
    let digits = key.as_bytes().strip_suffix(b"==")?;
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if digits.len() != 22 || !digits.iter().all(base64) {
        return None;
    }
    HeaderValue::try_from(derive_accept_key(key.as_bytes())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::new(());
        for (name, value) in headers {
            let name = http::HeaderName::try_from(*name).expect("a header name");
            request.headers_mut().append(name, HeaderValue::try_from(*value).expect("a header value"));
        }
        request
    }

    const GOOD: [(&str, &str); 4] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn without(name: &str, instead: &[(&str, &str)]) -> Result<(), Refused> {
        let kept: Vec<_> = GOOD.iter().filter(|(header, _)| *header != name).chain(instead).copied().collect();
        Handshake::of(&mut request(&kept)).map(|_| ())
    }

    #[test]
    fn the_rfc_s_example_is_accepted() {
        let handshake = Handshake::of(&mut request(&GOOD)).expect("a proper request");
        let (response, _) = handshake.accept::<()>();
        assert_eq!(response.status(), 101);
        assert_eq!(response.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(!response.headers().contains_key("sec-websocket-extensions"));
    }

    #[test]
    fn each_missing_or_wrong_header_is_named() {
        assert_eq!(without("connection", &[]), Err(Refused::NotAsked));
        assert_eq!(without("upgrade", &[("upgrade", "h2c")]), Err(Refused::NotAsked));
        assert_eq!(without("sec-websocket-version", &[("sec-websocket-version", "8")]), Err(Refused::Version));
        assert_eq!(without("sec-websocket-key", &[]), Err(Refused::Key));
        assert_eq!(without("sec-websocket-key", &[("sec-websocket-key", "c2hvcnQ=")]), Err(Refused::Key));
        assert_eq!(without("", &[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")]), Err(Refused::Key));
    }
}
