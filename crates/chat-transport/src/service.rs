//! Everything that is served on one port: entrances, routes, operators' pages.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chat_protocol::rest::Query;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use matchit::InsertError;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::account::gate::bearer;
use crate::app::App;
use crate::beside::{Neighbours, claimant};
use crate::carry::http::{Body, Peer, empty, respond};
use crate::cluster::{Cluster, PassedOn, Passing};
use crate::connection::closes;
use crate::drain;
use crate::metrics::Now;
use crate::operators::{self, Operators};
use crate::request_id;
use crate::routes::{Routes, asked_features, cors};
use crate::session::Door;
use crate::session::socketio;
use crate::socketio::Engines;

/// Answers every request of a server: of clients, of operators and of other nodes.
pub struct Service {
    app: Arc<App>,
    routes: Routes,
    engines: Arc<Engines>,
    operators: Operators,
    beside: Neighbours,
    /// The other nodes, where the server is one of several.
    cluster: Option<Arc<Cluster>>,
}

impl Service {
    /// Creates the service of a single node. It fails if two routes collide.
    pub fn new(app: Arc<App>) -> Result<Arc<Service>, InsertError> {
        Service::with(app, Neighbours::default())
    }

    /// Creates it with additional routes.
    pub(crate) fn with(app: Arc<App>, beside: Neighbours) -> Result<Arc<Service>, InsertError> {
        Service::among(app, beside, None)
    }

    /// Creates it with additional routes on one of several nodes.
    pub fn among(
        app: Arc<App>,
        beside: Neighbours,
        cluster: Option<Arc<Cluster>>,
    ) -> Result<Arc<Service>, InsertError> {
        let serving = app.clone();
        let depot = app.hub.depot().clone();
        let engines =
            Engines::new(app.settings.socketio.clone(), app.settings.frames, depot, move |engine, address, headers| {
                let features = asked_features(&Query::parse(address.query().unwrap_or_default()), headers);
                socketio::serve(serving.clone(), engine, bearer(headers), features)
            });
        let passing = cluster.clone().map(|cluster| {
            let hub = app.hub.clone();
            Passing::new(cluster, app.hub.closing().clone(), move || hub.metrics().nodes().relayed())
        });
        let engines = Arc::new(engines.among(passing));
        let (routes, operators) = (Routes::new(app.clone())?, Operators::new(app.clone(), cluster.clone())?);
        Ok(Arc::new(Service { app, routes, engines, operators, beside, cluster }))
    }

    /// Answers a client's request. An answer that is an error carries the request's id, by which it can be found in the log.
    pub async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let (proxies, from) = (&self.app.settings.proxies, peer.address.ip());
        let id = request_id::of(request.headers(), proxies.trusts(from));
        let span = request_id::span(&id, proxies.client(from, request.headers()));
        let mut response = self.answer_by_path(request, peer).instrument(span).await;
        self.app.hub.metrics().responded(response.status());
        if response.status().is_client_error() || response.status().is_server_error() {
            response.headers_mut().insert(request_id::HEADER, id);
        }
        response
    }

    async fn answer_by_path(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        if let Some(door) = Door::at(&path) {
            let headers = request.headers().clone();
            let mut response = door.enter(&self.app, request, peer).await;
            cors::allow(self.app.gate.origins(), &headers, response.headers_mut());
            return response;
        }
        if path == "/socket.io/" || path == "/socket.io" {
            return self.socket_io(method, request, peer).await;
        }
        match claimant(&self.beside.public, &path) {
            Some(beside) => beside.answer(request, peer).await,
            None => self.routes.answer(request, &peer).await,
        }
    }

    /// Answers a request that another node passes on for a client or an operator of its own. Refused unless it is signed with the
    /// cluster's secret.
    pub async fn answer_node(&self, mut request: Request<Incoming>, mut peer: Peer) -> Response<Body> {
        let admitted = self.cluster.as_ref().is_some_and(|cluster| cluster.admits(request.headers_mut(), &mut peer));
        if !admitted {
            return empty(StatusCode::UNAUTHORIZED);
        }
        request.extensions_mut().insert(PassedOn);
        match request.uri().path() {
            "/socket.io/" | "/socket.io" => self.engines.serve(request, peer).await,
            path if path.starts_with(operators::PREFIX) => self.operators.answer(request).await,
            _ => empty(StatusCode::NOT_FOUND),
        }
    }

    /// Answers on the operators' port: health, readiness, metrics, the operators' routes, and what was added there.
    pub async fn answer_operator(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        match request.uri().path() {
            "/metrics" => self.metrics(),
            "/healthz" | "/readyz" => self.routes.answer(request, &peer).await,
            path if path.starts_with(operators::PREFIX) => self.operators.answer(request).await,
            path => match claimant(&self.beside.operators, path) {
                Some(beside) => beside.answer(request, peer).await,
                None => empty(StatusCode::NOT_FOUND),
            },
        }
    }

    fn metrics(&self) -> Response<Body> {
        let (depot, hub, (known, unknown)) = (self.app.hub.depot(), &self.app.hub, self.app.gate.looks());
        let now = Now {
            heard: depot.counters().heard.get(),
            known,
            unknown,
            people: hub.people_here(),
            rooms: hub.active_rooms(),
            orders: hub.orders_waiting() as usize,
            busy: self.app.journal.busy(),
            closings: self.app.closings.people(),
            waiting: depot.waiting(),
            doomed: depot.counters().doomed.load(Ordering::Relaxed),
            dropped: depot.counters().dropped.load(Ordering::Relaxed),
            sent: depot.counters().bytes.get(),
            logins: self.app.passwords.waiting(),
            strangers: self.engines.strangers(),
            accepted: self.app.tally.accepted(),
            crowded: self.app.tally.crowded(),
            unaccepted: self.app.tally.failed(),
        };
        match self.app.hub.metrics().text(&now) {
            Ok(text) => respond(StatusCode::OK, HeaderValue::from_static(OPEN_METRICS), text.into()),
            Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// Runs everything that happens beside requests, until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(self.app.run(stop.clone()), self.engines.run(stop));
    }

    /// Lets `/readyz` answer that the server is not ready from now on.
    pub fn leave(&self) {
        self.app.leaving.store(true, Ordering::Relaxed);
    }

    /// Closes all sockets, spread over this time, and tells their clients to come back.
    pub async fn drain(&self, over: Duration) {
        self.leave();
        drain::close_everybody(&self.app, over).await;
        self.app.hub.close_all();
        // Also the Socket.IO sessions that have not authenticated yet.
        self.engines.close_all(closes::GOING_AWAY);
    }

    /// Writes what is still pending about those who were connected. Call it once nobody is served any more.
    pub async fn settle_up(&self) {
        self.app.hub.note_departures().await;
    }

    async fn socket_io(&self, method: Method, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let headers = request.headers().clone();
        let mut response = match method {
            Method::OPTIONS => cors::preflight(&headers, HeaderValue::from_static("GET, POST")),
            _ => self.engines.serve(request, peer).await,
        };
        cors::allow(self.app.gate.origins(), &headers, response.headers_mut());
        response
    }
}

/// The content type of the metrics.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
