//! The page of the chat: built files, compressed and embedded, with a strict content security policy.

use std::sync::Arc;

use chat_domain::Directory;
use chat_transport::beside::{Answering, Beside};
use chat_transport::carry::http::{Body, Peer, empty, json, respond, unavailable};
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::config::{Config, Registration};

/// The page of the chat, and what it asks before anybody has logged in.
pub(crate) struct Page {
    directory: Arc<dyn Directory>,
    registration: bool,
    policy: HeaderValue,
}

/// The operators' page.
pub(crate) struct OperatorsPage;

/// A file that `web/embed.mjs` has prepared.
struct File {
    path: &'static str,
    tag: &'static str,
    content_type: &'static str,
    zipped: bool,
    content: &'static [u8],
}

impl Page {
    /// A page over the people of a directory, which brings files to this site beside its own.
    pub(crate) fn new(directory: Arc<dyn Directory>, config: &Config, bucket: Option<String>) -> Page {
        let policy = policy(&config.frame_ancestors, bucket);
        let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(POLICY));
        let registration = config.registration == Registration::Open;
        Page { directory, registration, policy }
    }

    async fn answer(&self, request: &Request<Incoming>) -> Response<Body> {
        match file(request.uri().path()) {
            _ if !is_read(request) => only_read(),
            Some(file) => file.answer(request.headers(), self.policy.clone()),
            None => self.about().await,
        }
    }

    /// Answers whether there are no people yet, in which case the page offers to create the first account.
    async fn about(&self) -> Response<Body> {
        match self.directory.search(String::new(), None, 1).await {
            Ok(people) => {
                let (first, registration) = (people.is_empty(), self.registration);
                let mut answer = json(StatusCode::OK, format!(r#"{{"first":{first},"registration":{registration}}}"#));
                answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                answer
            }
            Err(_) => unavailable("{}"),
        }
    }
}

impl Beside for Page {
    fn claims(&self, path: &str) -> bool {
        path == ABOUT || path != OPERATORS && file(path).is_some()
    }

    fn answer(&self, request: Request<Incoming>, _: Peer) -> Answering<'_> {
        Box::pin(async move { self.answer(&request).await })
    }
}

impl Beside for OperatorsPage {
    fn claims(&self, path: &str) -> bool {
        path == "/" || path == ICON || path.starts_with(ASSETS) && file(path).is_some()
    }

    fn answer(&self, request: Request<Incoming>, _: Peer) -> Answering<'_> {
        let path = if request.uri().path() == "/" { OPERATORS } else { request.uri().path() };
        let answer = match file(path) {
            Some(file) if is_read(&request) => file.answer(request.headers(), HeaderValue::from_static(POLICY)),
            _ => only_read(),
        };
        Box::pin(std::future::ready(answer))
    }
}

/// The policy of a page that these sites may show, and that brings files there.
fn policy(ancestors: &[String], bucket: Option<String>) -> String {
    let mut policy = POLICY.to_owned();
    if !ancestors.is_empty() {
        policy = policy.replace("ancestors 'none'", &format!("ancestors {}", ancestors.join(" ")));
    }
    if let Some(bucket) = bucket {
        policy.push_str(&format!("; connect-src 'self' {bucket}"));
    }
    policy
}

fn is_read(request: &Request<Incoming>) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn only_read() -> Response<Body> {
    let mut refusal = empty(StatusCode::METHOD_NOT_ALLOWED);
    refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    refusal
}

fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

impl File {
    fn answer(&self, asked: &HeaderMap, policy: HeaderValue) -> Response<Body> {
        let known =
            asked.get(IF_NONE_MATCH).is_some_and(|tags| tags.to_str().is_ok_and(|tags| tags.contains(self.tag)));
        let content_type = HeaderValue::from_static(self.content_type);
        let mut answer = if known {
            empty(StatusCode::NOT_MODIFIED)
        } else {
            respond(StatusCode::OK, content_type, self.content.into())
        };
        let headers = answer.headers_mut();
        // A file below /assets/ has a name that changes with its content.
        let kept = if self.path.starts_with(ASSETS) { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
        headers.insert(ETAG, HeaderValue::from_static(self.tag));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        if self.zipped && !known {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        answer
    }
}

/// What a page asks before anybody has logged in.
const ABOUT: &str = "/page.json";
/// Where the operators' page is among the files. On the operators' address it is at the root.
const OPERATORS: &str = "/operators";
const ICON: &str = "/favicon.svg";
const ASSETS: &str = "/assets/";
/// Scripts and styles come from here only; pictures and recordings from anywhere, as messages name them.
const POLICY: &str = "default-src 'self'; img-src 'self' http: https: data: blob:; media-src 'self' http: https: blob:; \
                      object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const FILES: &[File] = include!("../web/built/files.rs");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_there_and_its_scripts_are_kept_for_good() {
        let page = file("/").expect("a page").answer(&HeaderMap::new(), HeaderValue::from_static(POLICY));
        assert_eq!(page.headers()[CACHE_CONTROL], "no-cache");
        let script = FILES.iter().find(|file| file.path.ends_with(".js")).expect("a script");
        let answer = script.answer(&HeaderMap::new(), HeaderValue::from_static(POLICY));
        assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip");
        assert!(answer.headers()[CACHE_CONTROL].to_str().is_ok_and(|kept| kept.contains("immutable")));
    }

    #[test]
    fn the_operators_page_is_theirs_alone() {
        assert!(file(OPERATORS).is_some() && file(ICON).is_some());
        assert!(OperatorsPage.claims("/") && OperatorsPage.claims(ICON));
        assert!(!OperatorsPage.claims("/dialects") && !OperatorsPage.claims("/page.json"));
    }

    #[test]
    fn who_has_it_is_not_sent_it_again() {
        let page = file("/").expect("a page");
        let mut asked = HeaderMap::new();
        asked.insert(IF_NONE_MATCH, HeaderValue::from_static(page.tag));
        assert_eq!(page.answer(&asked, HeaderValue::from_static(POLICY)).status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn the_policy_lets_no_foreign_and_no_inner_script_run() {
        assert!(POLICY.starts_with("default-src 'self';"));
        for loose in ["unsafe-", "script-src", "style-src", "*"] {
            assert!(!POLICY.contains(loose), "{loose}");
        }
    }
}
