//! The operators' API at `/admin/api` on their own address: why somebody did not get a message, who is connected, which settings
//! are in force.

mod all;
mod asked;
mod connections;
mod explain;
mod looks;
mod settings;
mod whom;

use std::sync::Arc;

use chat_protocol::Trouble;
use chat_protocol::rest::answer::{self, admin};
use chat_protocol::rest::{Query, Reply, Tree};
use http::request::Parts;
use http::{Method, Request, Response};
use hyper::body::Incoming;
use matchit::InsertError;

pub use self::settings::{InForce, OperatorSettings};
pub use chat_protocol::rest::answer::admin::Setting;

use self::asked::Asked;
use self::settings::May;
use crate::app::App;
use crate::carry::http::{Body, Found, Router};
use crate::cluster::{Cluster, PassedOn};
use crate::routes::{refuse, report, respond, wrong_method};

/// The beginning of all of its paths.
pub(crate) const PREFIX: &str = "/admin/api/";

/// The operators' API of a server.
pub(crate) struct Operators {
    app: Arc<App>,
    router: Router<Task>,
    /// The other nodes, where there are several.
    cluster: Option<Arc<Cluster>>,
}

/// What can be asked and done.
#[derive(Clone, Copy, Debug)]
enum Task {
    Overview,
    Nodes,
    Settings,
    Connections,
    Close,
    Rooms,
    Room,
    Users,
    User,
    Disconnect,
    Explain,
    Webhooks,
    Reports,
    Erasures,
}

impl Operators {
    /// Creates the routes. It fails if two of them collide, which would be a mistake in this crate.
    pub(crate) fn new(app: Arc<App>, cluster: Option<Arc<Cluster>>) -> Result<Operators, InsertError> {
        let mut router = Router::new();
        for (method, path, task) in TABLE {
            router.route(method.clone(), &format!("{PREFIX}{path}"), *task)?;
        }
        Ok(Operators { app, router, cluster })
    }

    /// Answers an operator's request.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (parts, _) = request.into_parts();
        let told = match self.router.find(&parts.method, parts.uri.path()) {
            Found::Nothing => Err(Trouble::NoRoute),
            Found::MethodNotAllowed(allow) if parts.method != Method::OPTIONS => {
                return wrong_method(Tree::V2, &parts, allow, self.app.now());
            }
            // A preflight request: pages of other origins must not use this API.
            Found::MethodNotAllowed(_) => Err(Trouble::NoMethod),
            Found::Handler(task, params) => match self.admit(&parts) {
                Ok(may) => {
                    let query = Query::parse(parts.uri.query().unwrap_or_default());
                    let asked = Asked { app: &self.app, params, query, may };
                    self.answer_for_all(&asked, *task, &parts).await
                }
                Err(trouble) => Err(trouble),
            },
        };
        told.map_or_else(|trouble| refuse(Tree::V2, &trouble, self.app.now()), respond)
    }

    /// Decides what a request may do. A request that another node has passed on was checked there.
    fn admit(&self, asked: &Parts) -> Result<May, Trouble> {
        match asked.extensions.get::<PassedOn>() {
            Some(_) => Ok(May::Change),
            None => self.app.settings.operators.admit(&asked.headers),
        }
    }
}

impl Asked<'_> {
    async fn answer(&self, task: Task) -> Result<Reply, Trouble> {
        match task {
            Task::Overview => Ok(looks::overview(self).await),
            Task::Nodes => Ok(admin::nodes(&[looks::node(self.app)])),
            Task::Settings => Ok(admin::settings(&self.app.settings.operators.in_force.settings())),
            Task::Connections => connections::page(self).await,
            Task::Close => self.changing().and_then(|()| connections::close(self)),
            Task::Rooms => looks::rooms(self).await,
            Task::Room => looks::room(self).await,
            Task::Users => looks::users(self).await,
            Task::User => looks::user(self).await,
            Task::Disconnect => {
                self.changing()?;
                connections::disconnect(self).await
            }
            Task::Explain => explain::explain(self).await,
            Task::Reports => {
                let before = self.query.report("before", Tree::V2)?;
                let (page, next) = report::page(self.app, &self.query, before).await?;
                Ok(answer::reports_for_operators(&page, next))
            }
            Task::Erasures => looks::erasures(self).await,
            Task::Webhooks => Ok(admin::webhooks(&self.app.subscribers.webhooks().await?)),
        }
    }
}

const TABLE: &[(Method, &str, Task)] = &[
    (Method::GET, "overview", Task::Overview),
    (Method::GET, "nodes", Task::Nodes),
    (Method::GET, "settings", Task::Settings),
    (Method::GET, "connections", Task::Connections),
    (Method::DELETE, "connections/{connection}", Task::Close),
    (Method::GET, "rooms", Task::Rooms),
    (Method::GET, "rooms/{room}", Task::Room),
    (Method::GET, "users", Task::Users),
    (Method::GET, "users/{user}", Task::User),
    (Method::POST, "users/{user}/disconnect", Task::Disconnect),
    (Method::GET, "explain", Task::Explain),
    (Method::GET, "webhooks", Task::Webhooks),
    (Method::GET, "reports", Task::Reports),
    (Method::GET, "erasures", Task::Erasures),
];
