//! The HTTP trees, from a request to its answer. All addresses come from [`chat_protocol::rest::TABLE`].

mod account;
mod belongings;
mod call;
mod chat;
pub(crate) mod cors;
mod document;
mod download;
mod endings;
mod events;
mod file;
mod find;
mod member;
mod message;
mod moderation;
mod notification;
mod of_user;
mod pin;
mod poll;
mod push;
mod reaction;
mod refusal;
pub(crate) mod report;
mod roulette;
mod server;
mod settings;
mod webhook;
mod whom;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use chat_domain::Time;
use chat_protocol::Trouble;
use chat_protocol::rest::{ASYNCAPI, Access, Reply, Route, TABLE, Tree, answer, openapi};
use http::header::{ALLOW, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response};
use hyper::body::Incoming;
use matchit::InsertError;

pub(crate) use self::call::asked_features;
pub use self::refusal::refuse;
pub(crate) use self::refusal::respond;
pub use self::settings::RouteSettings;

use self::call::{Answered, Call, Target};
use self::document::Document;
use self::refusal::refuse_to;
use crate::account::caller::How;
use crate::app::App;
use crate::carry::http::{Body, Found, Peer, Router, Unread, read};

/// All HTTP routes, except for streams and sockets.
pub(crate) struct Routes {
    app: Arc<App>,
    router: Router<Target>,
    openapi: Document,
    asyncapi: Document,
}

impl Routes {
    /// Creates all routes of the table.
    pub(crate) fn new(app: Arc<App>) -> Result<Routes, InsertError> {
        let mut router = Router::new();
        // Without a key the back ends' tree does not exist, not even for `OPTIONS`.
        let keyless = app.settings.http.api_keys.is_empty();
        for entry in TABLE.iter().filter(|entry| !(keyless && entry.access == Access::Key)) {
            let method = method(entry.method);
            for (tree, path) in entry.addresses() {
                let target = Target { tree, route: entry.route, access: entry.access };
                router.route(method.clone(), &path, target)?;
            }
        }
        for (tree, path) in file::called_done() {
            router.borrow(Method::GET, &path, Target { tree, route: Route::File, access: Access::Open })?;
        }
        Ok(Routes { app, router, openapi: Document::new(openapi::document()), asyncapi: Document::new(ASYNCAPI) })
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Incoming>, peer: &Peer) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let mut response = self.answer_anywhere(&parts, body, peer).await;
        cors::allow(self.app.gate.origins(), &parts.headers, response.headers_mut());
        response
    }

    async fn answer_anywhere(&self, parts: &Parts, body: Incoming, peer: &Peer) -> Response<Body> {
        let (path, now) = (parts.uri.path(), self.app.now());
        let tree = Tree::of_path(path);
        match self.router.find(&parts.method, path) {
            Found::MethodNotAllowed(allow) => wrong_method(tree, parts, allow, now),
            Found::Nothing => refuse(tree, &Trouble::NoRoute, now),
            Found::Handler(target, params) => {
                let call = Call::new(&self.app, *target, params, parts, peer, now);
                match target.route {
                    Route::OpenApi => return self.openapi.answer(&parts.headers),
                    Route::AsyncApi => return self.asyncapi.answer(&parts.headers),
                    Route::Upload => return told(Box::pin(file::upload(&call, body)).await, tree, now),
                    Route::Uploaded => return told(file::uploaded(&call).await, tree, now),
                    Route::ExportUser => return told(Box::pin(belongings::export(&call, &self.app)).await, tree, now),
                    Route::File => return told(Box::pin(download::file(&call)).await, tree, now),
                    _ => {}
                }
                let features = call.features;
                // Boxed: a connection that has been upgraded would otherwise keep the room for this large future.
                match Box::pin(self.admit(call, parts, body)).await {
                    Ok(answered) => answered.into_response(),
                    Err(trouble) => refuse_to(tree, features, &trouble, now),
                }
            }
        }
    }

    /// Authenticates the caller, reads the body and answers.
    async fn admit(&self, mut call: Call<'_>, parts: &Parts, body: Incoming) -> Result<Answered, Trouble> {
        let http = &self.app.settings.http;
        let caller = match call.target.access {
            Access::Open => None,
            Access::User => Some(self.app.gate.authenticate(parts, How::Http, call.now).await?),
            Access::Key => http.admit_key(&parts.headers).map(|()| None)?,
        };
        let limit = if call.target.access == Access::Key { http.server_body } else { http.body };
        call.body = read(&parts.headers, body, limit, http.patience).await.map_err(unread)?;
        match caller {
            Some(caller) => call.as_user(&caller).await,
            None => call.as_anybody().await,
        }
    }
}

impl Call<'_> {
    /// Answers what needs no user.
    async fn as_anybody(&self) -> Result<Answered, Trouble> {
        match self.target.route {
            Route::Register => account::register(self).await,
            Route::Login => account::login(self).await,
            Route::Refresh => account::refresh(self).await,
            Route::Logout => account::logout(self).await,
            Route::Notify => server::notify(self).await.map(Answered::from),
            Route::PostLiked => server::post_liked(self).await.map(Answered::from),
            Route::PostCommented => server::post_commented(self).await.map(Answered::from),
            Route::ServerChat => server::open_chat(self).await.map(Answered::from),
            Route::KeepMessages => server::keep_messages(self).await.map(Answered::from),
            Route::ServerSend => server::send(self).await.map(Answered::from),
            Route::Events => events::pull(self).await.map(Answered::from),
            Route::Subscribe => webhook::subscribe(self).await.map(Answered::from),
            Route::Webhooks => webhook::list(self).await.map(Answered::from),
            Route::Webhook => webhook::show(self).await.map(Answered::from),
            Route::Unsubscribe => webhook::unsubscribe(self).await.map(Answered::from),
            Route::Rotate => webhook::rotate(self).await.map(Answered::from),
            Route::Reports => report::list(self).await.map(Answered::from),
            Route::ResolveReport => report::resolve(self).await.map(Answered::from),
            Route::IssueToken => server::issue_token(self).await.map(Answered::from),
            Route::Introduce => server::introduce(self).await.map(Answered::from),
            Route::EraseUser => endings::erase_user(self).await.map(Answered::from),
            Route::ShowUser => endings::show_user(self).await.map(Answered::from),
            Route::Disconnect => server::disconnect(self).await.map(Answered::from),
            Route::Suspend | Route::Unsuspend => server::suspension(self).await.map(Answered::from),
            Route::Healthz => Ok(answer::health(None).into()),
            Route::Readyz => Ok(self.ready().await.into()),
            _ => Err(Trouble::Unauthorized),
        }
    }

    async fn ready(&self) -> Reply {
        let stays = !self.app.leaving.load(Ordering::Relaxed);
        let store = stays && self.app.journal.ready().await.is_ok();
        answer::health(Some(answer::Health { store, backplane: self.app.hub.reaches_nodes() }))
    }
}

impl Answered {
    fn into_response(self) -> Response<Body> {
        let mut response = respond(self.reply);
        if let Some(cookie) = self.cookie {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }
}

/// Answers with bytes, or with a refusal in the tree's words.
fn told(answer: Result<Response<Body>, Trouble>, tree: Tree, now: Time) -> Response<Body> {
    answer.unwrap_or_else(|trouble| refuse(tree, &trouble, now))
}

/// Answers a request whose method its address does not take.
pub(crate) fn wrong_method(tree: Tree, asked: &Parts, allow: HeaderValue, now: Time) -> Response<Body> {
    if asked.method == Method::OPTIONS {
        return cors::preflight(&asked.headers, allow);
    }
    let mut response = refuse(tree, &Trouble::NoMethod, now);
    response.headers_mut().insert(ALLOW, allow);
    response
}

fn unread(unread: Unread) -> Trouble {
    match unread {
        Unread::TooLarge => Trouble::BodyTooLarge,
        Unread::TooSlow | Unread::Broken => Trouble::Malformed(unread.to_string()),
    }
}

fn method(method: chat_protocol::rest::Method) -> Method {
    match method {
        chat_protocol::rest::Method::Get => Method::GET,
        chat_protocol::rest::Method::Post => Method::POST,
        chat_protocol::rest::Method::Put => Method::PUT,
        chat_protocol::rest::Method::Patch => Method::PATCH,
        chat_protocol::rest::Method::Delete => Method::DELETE,
        chat_protocol::rest::Method::Head => Method::HEAD,
    }
}
