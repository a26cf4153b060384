//! Who is at the door: a token, or the cookie with its origin.

use std::time::Duration;

use chat_domain::directory::{Subject, Visitor};
use chat_domain::{Account, Time, UserId, Uuid};
use chat_protocol::Trouble;
use chat_protocol::rest::Query;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Uri};

use super::RouteSettings;
use crate::account::cookie;
use crate::account::secret::Secret;
use crate::account::token::{self, Claims};
use crate::app::App;

/// By which door somebody comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// An ordinary request: a token in its header, or the cookie, with which only pages of our own may change anything.
    Http,
    /// A server-sent stream: the token may also be in the address.
    Stream,
    /// A socket: the same, and the cookie is good on pages of our own only, since nothing else keeps other sites from using it.
    Socket,
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// Who.
    pub account: Account,
    /// By what.
    pub by: By,
}

/// By what somebody was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A token, and until when it is good.
    Token {
        /// The end of it.
        expires: Time,
    },
    /// The cookie session with this digest.
    Cookie {
        /// The digest.
        digest: String,
    },
}

impl Caller {
    /// The user's id.
    pub fn id(&self) -> UserId {
        self.account.person.id()
    }
}

/// Lets somebody in by the credential that a request brings. Where a token comes, it alone counts.
pub async fn authenticate(app: &App, parts: &Parts, how: How, now: Time) -> Result<Caller, Trouble> {
    if let Some(token) = brought_token(parts, how) {
        return authenticate_token(app, &token, now).await;
    }
    let session = cookie::session(&parts.headers).ok_or(Trouble::Unauthorized)?;
    let harmless = how != How::Socket && parts.method.is_safe();
    if !harmless && !from_own_page(&app.settings.http, parts) {
        return Err(Trouble::Forbidden("with a cookie, `Origin` must be this host or an allowed one"));
    }
    let digest = session.digest();
    let account = whose_session(app, digest.clone(), now).await?.ok_or(Trouble::Unauthorized)?;
    Ok(Caller { account, by: By::Cookie { digest } })
}

/// Whose cookie session this is, if it is still good. It lasts longer for being used.
pub(crate) async fn whose_session(app: &App, digest: String, now: Time) -> Result<Option<Account>, Trouble> {
    Ok(app.directory.session(digest, now, now.after(app.settings.http.session_ttl)).await?)
}

/// Lets somebody in by a token, wherever it came from.
pub async fn authenticate_token(app: &App, token: &Secret, now: Time) -> Result<Caller, Trouble> {
    let digest = token.digest();
    if let Some(caller) = app.remembered.caller(&digest, now) {
        return Ok(caller);
    }
    let caller = check(app, token, now).await?;
    app.remembered.remember(digest, &caller, now);
    Ok(caller)
}

async fn check(app: &App, token: &Secret, now: Time) -> Result<Caller, Trouble> {
    let seconds = now.since(Time(0)).as_secs();
    let claims = app.tokens.verify(token, seconds).map_err(|_| Trouble::Unauthorized)?;
    let expires = Time(0).after(Duration::from_secs(claims.exp));
    let account = match app.tokens.is_local() {
        true => local(app, &claims).await?,
        false => app.directory.admit(visitor(claims)?).await?,
    };
    Ok(Caller { account, by: By::Token { expires } })
}

/// A subject as its issuer or a back end writes it.
pub fn subject(text: &str) -> Subject {
    let number = chat_protocol::rest::Tree::Api.user(text);
    match number {
        Some(chat_protocol::rest::Whom::Id(id)) if id.number() < chat_domain::id::FIRST_FOREIGN_USER => {
            Subject::Number(id)
        }
        _ => text.parse::<Uuid>().map_or_else(|_| Subject::Text(text.to_owned()), Subject::Uuid),
    }
}

async fn local(app: &App, claims: &Claims) -> Result<Account, Trouble> {
    let user = claims.sub.number().and_then(UserId::new).ok_or(Trouble::Unauthorized)?;
    app.directory.people(vec![user]).await?.pop().ok_or(Trouble::Unauthorized)
}

fn visitor(claims: Claims) -> Result<Visitor, Trouble> {
    let subject = match claims.sub {
        token::Subject::Number(number) => UserId::new(number)
            .filter(|id| id.number() < chat_domain::id::FIRST_FOREIGN_USER)
            .map_or_else(|| Subject::Text(number.to_string()), Subject::Number),
        token::Subject::Text(text) if text.is_empty() || text.contains('\0') => return Err(Trouble::Unauthorized),
        token::Subject::Text(text) => subject(&text),
    };
    let issuer = claims.iss.unwrap_or_else(|| UNNAMED.to_owned());
    Ok(Visitor { issuer, subject, name: claims.name, username: None, avatar: claims.avatar })
}

fn brought_token(parts: &Parts, how: How) -> Option<Secret> {
    if let Some(token) = bearer(&parts.headers) {
        return Some(token);
    }
    let query = parts.uri.query().filter(|_| how != How::Http)?;
    Query::parse(query).text("token").filter(|token| !token.is_empty()).map(Secret::new)
}

/// The token in a request's header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
}

/// Whether a browser says that one of our own pages has asked, or one of those that the operator trusts.
fn from_own_page(settings: &RouteSettings, parts: &Parts) -> bool {
    let Some(origin) = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else { return false };
    settings.allows_origin(origin) || is_same_host(origin, &parts.headers, &parts.uri)
}

fn is_same_host(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = uri.authority().map(http::uri::Authority::as_str).or(host) else { return false };
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let bare = |host: &str| host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase();
    bare(authority) == bare(host)
}

/// Who vouches where tokens do not say it.
const UNNAMED: &str = "-";

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
    fn the_header_counts_before_the_address_and_the_address_on_sockets_only() {
        let token = |headers: &[_], how| brought_token(&parts(headers), how).map(|token| token.reveal().to_owned());
        assert_eq!(token(&[("authorization", "bearer a")], How::Socket).as_deref(), Some("a"));
        assert_eq!(token(&[("authorization", "Basic a")], How::Stream).as_deref(), Some("b"));
        assert_eq!(token(&[], How::Socket).as_deref(), Some("b"));
        assert_eq!(token(&[], How::Http), None);
    }

    #[test]
    fn only_pages_of_our_own_come_with_the_cookie() {
        let settings =
            RouteSettings { allowed_origins: vec!["https://app.example/".into()], ..RouteSettings::default() };
        let good = |origin: &str| from_own_page(&settings, &parts(&[("host", "Chat.example:80"), ("origin", origin)]));
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
        assert!(!from_own_page(&settings, &parts(&[("host", "chat.example")])));
        let careless = RouteSettings { allowed_origins: vec![String::new()], ..RouteSettings::default() };
        assert!(!from_own_page(&careless, &parts(&[("host", "chat.example"), ("origin", "")])));
    }

    #[test]
    fn subjects_are_numbers_uuids_or_anything_else() {
        assert_eq!(subject("7"), Subject::Number(UserId::new(7).expect("an id")));
        let uuid = "3f333df6-90a4-4fda-8dd3-9485d27cee36";
        assert_eq!(subject(uuid), Subject::Uuid(uuid.parse().expect("a UUID")));
        for text in ["auth0|7", "07", "07x", "4503599627370496", "-7", "0"] {
            assert_eq!(subject(text), Subject::Text(text.into()), "{text}");
        }
    }
}
