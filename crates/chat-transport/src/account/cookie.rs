//! The session cookie.

use http::{HeaderMap, HeaderValue, header::COOKIE};

use super::secret::Secret;

/// The cookie's name, which is Django's.
pub(crate) const NAME: &str = "sessionid";

/// Returns the session cookie of a request, if it has one.
pub(crate) fn session(headers: &HeaderMap) -> Option<Secret> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, session) = pairs.find(|(name, session)| *name == NAME && !session.is_empty())?;
    Some(Secret::new(session.trim_matches('"')))
}

/// Returns the `Set-Cookie` value that begins or prolongs a session for this many seconds. `secure` must be true exactly over
/// TLS: over plain HTTP a browser would not send a secure cookie back.
pub(crate) fn keep(session: &Secret, seconds: u64, secure: bool) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!(
        "{NAME}={}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{}",
        session.reveal(),
        if secure { "; Secure" } else { "" },
    ))
    .ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Returns the `Set-Cookie` value that ends a session.
pub(crate) fn forget(secure: bool) -> HeaderValue {
    HeaderValue::from_static(if secure {
        "sessionid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    } else {
        "sessionid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(values: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(COOKIE, HeaderValue::from_static(value));
        }
        session(&headers).map(|session| session.reveal().to_owned())
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        assert_eq!(brought(&["csrftoken=x; sessionid=abc; a=b"]).as_deref(), Some("abc"));
        assert_eq!(brought(&["csrftoken=x", "sessionid=\"abc\""]).as_deref(), Some("abc"));
        assert_eq!(brought(&["xsessionid=abc; sessionid="]), None);
        assert_eq!(brought(&[]), None);
    }

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let value = keep(&Secret::new("abc"), 60, true).expect("a header");
        assert_eq!(value, "sessionid=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(value.is_sensitive());
        assert!(!keep(&Secret::new("abc"), 60, false).expect("a header").to_str().expect("text").contains("Secure"));
        assert_eq!(keep(&Secret::new("a\nb"), 60, false), None);
    }
}
