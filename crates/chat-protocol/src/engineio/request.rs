use super::Sid;

/// What an HTTP request to the Engine.IO address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// A new session.
    Handshake(Transport),
    /// A poll: the answer is whatever the session has to say, and may take a while.
    Poll(Sid),
    /// A POST whose body has packets of the client.
    Post(Sid),
    /// A WebSocket that is to take over from polling.
    WebSocket(Sid),
}

/// The two ways to carry a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTP requests, each held until there is something to say.
    Polling,
    /// One WebSocket for both directions.
    WebSocket,
}

/// Why a request is refused, with the code, message and status of the reference server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// `transport` is missing or unknown.
    #[error("Transport unknown")]
    UnknownTransport,
    /// No session has this `sid`, or not any more.
    #[error("Session ID unknown")]
    UnknownSid,
    /// A handshake must be a GET.
    #[error("Bad handshake method")]
    BadHandshakeMethod,
    /// The session cannot take this request in its present state.
    #[error("Bad request")]
    BadRequest,
    /// The server does not let this client in.
    #[error("Forbidden")]
    Forbidden,
    /// `EIO` is missing or not 4.
    #[error("Unsupported protocol version")]
    UnsupportedVersion,
    /// The body is longer than allowed.
    #[error("Payload too large")]
    TooLarge,
}

impl Request {
    /// Reads what a request asks for: from its method, the query of its address, and whether it asks for a WebSocket.
    /// If a parameter is given twice, the first one counts.
    pub fn parse(method: &str, query: &str, upgrade: bool) -> Result<Self, Reject> {
        let transport = match parameter(query, "transport") {
            Some("polling") => Transport::Polling,
            Some("websocket") => Transport::WebSocket,
            _ => return Err(Reject::UnknownTransport),
        };
        if parameter(query, "EIO") != Some("4") {
            return Err(Reject::UnsupportedVersion);
        }
        let sid = match parameter(query, "sid") {
            None | Some("") => None,
            Some(sid) => Some(sid.parse().map_err(|_| Reject::UnknownSid)?),
        };
        match (sid, transport, method) {
            (None, _, other) if other != "GET" => Err(Reject::BadHandshakeMethod),
            _ if upgrade != (transport == Transport::WebSocket) => Err(Reject::BadRequest),
            (None, transport, _) => Ok(Self::Handshake(transport)),
            (Some(sid), Transport::WebSocket, "GET") => Ok(Self::WebSocket(sid)),
            (Some(sid), Transport::Polling, "GET") => Ok(Self::Poll(sid)),
            (Some(sid), Transport::Polling, "POST") => Ok(Self::Post(sid)),
            _ => Err(Reject::BadRequest),
        }
    }
}

impl Reject {
    /// Returns the HTTP status of the answer.
    pub fn status(self) -> u16 {
        match self {
            Self::Forbidden => 403,
            Self::TooLarge => 413,
            _ => 400,
        }
    }

    /// Returns the JSON body of the answer.
    pub fn body(self) -> &'static str {
        match self {
            Self::UnknownTransport => r#"{"code":0,"message":"Transport unknown"}"#,
            Self::UnknownSid => r#"{"code":1,"message":"Session ID unknown"}"#,
            Self::BadHandshakeMethod => r#"{"code":2,"message":"Bad handshake method"}"#,
            Self::BadRequest => r#"{"code":3,"message":"Bad request"}"#,
            Self::Forbidden => r#"{"code":4,"message":"Forbidden"}"#,
            Self::UnsupportedVersion => r#"{"code":5,"message":"Unsupported protocol version"}"#,
            Self::TooLarge => r#"{"code":3,"message":"Payload too large"}"#,
        }
    }
}

/// Returns a parameter's value, without undoing percent-encoding: all known values are plain ASCII.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "AAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn requests_are_told_apart() {
        let sid = SID.parse().expect("20 characters");
        let with_sid = |transport: &str| format!("EIO=4&transport={transport}&sid={SID}&t=x1");
        for (method, query, upgrade, request) in [
            ("GET", "EIO=4&transport=polling".into(), false, Request::Handshake(Transport::Polling)),
            ("GET", "t=1&transport=websocket&EIO=4".into(), true, Request::Handshake(Transport::WebSocket)),
            ("GET", with_sid("polling"), false, Request::Poll(sid)),
            ("POST", with_sid("polling"), false, Request::Post(sid)),
            ("GET", with_sid("websocket"), true, Request::WebSocket(sid)),
            ("GET", "EIO=4&transport=polling&sid=".into(), false, Request::Handshake(Transport::Polling)),
        ] {
            assert_eq!(Request::parse(method, &query, upgrade), Ok(request), "{method} {query}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let sid = format!("EIO=4&transport=polling&sid={SID}");
        for (method, query, upgrade, reject) in [
            ("GET", "", false, Reject::UnknownTransport),
            ("GET", "EIO=4", false, Reject::UnknownTransport),
            ("GET", "EIO=4&transport=abc", false, Reject::UnknownTransport),
            ("GET", "EIO=4&transport", false, Reject::UnknownTransport),
            ("GET", "transport=polling", false, Reject::UnsupportedVersion),
            ("GET", "EIO=abc&transport=polling", false, Reject::UnsupportedVersion),
            ("GET", "EIO=3&transport=websocket", true, Reject::UnsupportedVersion),
            ("GET", "EIO=4&transport=polling&sid=__proto__", false, Reject::UnknownSid),
            ("POST", "EIO=4&transport=polling", false, Reject::BadHandshakeMethod),
            ("PUT", "EIO=4&transport=polling", false, Reject::BadHandshakeMethod),
            ("GET", "EIO=4&transport=websocket", false, Reject::BadRequest),
            ("GET", "EIO=4&transport=polling", true, Reject::BadRequest),
            ("PUT", &sid, false, Reject::BadRequest),
        ] {
            assert_eq!(Request::parse(method, query, upgrade), Err(reject), "{method} {query}");
        }
    }

    #[test]
    fn bodies_say_the_message() {
        for reject in [
            Reject::UnknownTransport,
            Reject::UnknownSid,
            Reject::BadHandshakeMethod,
            Reject::BadRequest,
            Reject::Forbidden,
            Reject::UnsupportedVersion,
            Reject::TooLarge,
        ] {
            let body: serde_json::Value = serde_json::from_str(reject.body()).expect("JSON");
            assert_eq!(body["message"], reject.to_string());
            assert!(body["code"].is_u64());
        }
    }
}
