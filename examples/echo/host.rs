//! The sessions of one address, and the way of a request to its session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chat_protocol::engineio::packet::ends;
use chat_protocol::engineio::{self, EngineSettings, Reject, Request as Asked, Sid, Transport};
use chat_transport::carry::http::{Body, JSON, Peer, Unread, empty, read, respond};
use chat_transport::carry::outbox::Depot;
use chat_transport::carry::websocket::{FrameLimits, Handshake, Upgrading};
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use crate::echo::{EngineEcho, random_sid};
use crate::session::{self, Call};

/// All sessions of one address.
pub(crate) struct Host {
    settings: Arc<EngineSettings>,
    sessions: Mutex<HashMap<Sid, mpsc::Sender<Call>>>,
    depot: Arc<Depot>,
}

/// The body of an answer, or why there is none.
pub(crate) type Answer = Result<Bytes, Reject>;

impl Host {
    pub(crate) fn new(settings: Arc<EngineSettings>, depot: Arc<Depot>) -> Arc<Self> {
        Arc::new(Self { settings, sessions: Mutex::default(), depot })
    }

    pub(crate) async fn answer(self: Arc<Self>, mut request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let handshake = Handshake::of(&mut request).ok();
        let query = request.uri().query().unwrap_or_default();
        let asked = Asked::parse(request.method().as_str(), query, handshake.is_some());
        match (asked, handshake) {
            (Err(reject), _) => refuse(reject),
            (Ok(Asked::Handshake(Transport::Polling)), _) => poll(&self.open()).await,
            (Ok(Asked::Poll(sid)), _) => match self.find(&sid) {
                Some(session) => poll(&session).await,
                None => refuse(Reject::UnknownSid),
            },
            (Ok(Asked::Post(sid)), _) => match self.find(&sid) {
                Some(session) => self.post(&session, request).await,
                None => refuse(Reject::UnknownSid),
            },
            (Ok(Asked::Handshake(Transport::WebSocket)), Some(handshake)) => self.join(self.open(), handshake, peer),
            (Ok(Asked::WebSocket(sid)), Some(handshake)) => match self.find(&sid) {
                Some(session) => self.join(session, handshake, peer),
                None => refuse(Reject::UnknownSid),
            },
            (Ok(Asked::Handshake(Transport::WebSocket) | Asked::WebSocket(_)), None) => refuse(Reject::BadRequest),
        }
    }

    pub(crate) fn forget(&self, sid: &Sid) {
        self.sessions().remove(sid);
    }

    fn open(self: &Arc<Self>) -> mpsc::Sender<Call> {
        let sid = random_sid();
        let (sender, calls) = mpsc::channel(CALLS);
        self.sessions().insert(sid, sender.clone());
        let machine = EngineEcho::new(engineio::Session::new(self.settings.clone(), sid));
        tokio::spawn(session::run(self.clone(), sid, machine, calls));
        sender
    }

    fn find(&self, sid: &Sid) -> Option<mpsc::Sender<Call>> {
        self.sessions().get(sid).cloned()
    }

    async fn post(&self, session: &mpsc::Sender<Call>, request: Request<Incoming>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        match read(&parts.headers, body, self.settings.max_payload, PATIENCE).await {
            Ok(body) => {
                if ends(&body) {
                    sleep(LAST_POLL).await;
                }
                ask(session, |answer| Call::Post(body, answer)).await
            }
            Err(Unread::TooLarge) => refuse(Reject::TooLarge),
            Err(unread) => empty(unread.status()),
        }
    }

    /// Answers the handshake, then passes the socket to its session.
    fn join(&self, session: mpsc::Sender<Call>, handshake: Handshake, peer: Peer) -> Response<Body> {
        let (response, upgrading) = handshake.accept();
        tokio::spawn(hand_over(session, upgrading, self.settings.max_payload, self.depot.clone(), peer));
        response
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Sid, mpsc::Sender<Call>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn hand_over(session: mpsc::Sender<Call>, upgrading: Upgrading, limit: usize, depot: Arc<Depot>, peer: Peer) {
    let limits = FrameLimits { frame: limit, message: limit };
    let Some(socket) = upgrading.finish(limits, depot, 0).await else { return };
    if let Err(mpsc::error::SendError(Call::WebSocket(socket, _))) = session.send(Call::WebSocket(socket, peer)).await {
        socket.shut(PATIENCE).await;
    }
}

async fn poll(session: &mpsc::Sender<Call>) -> Response<Body> {
    ask(session, Call::Poll).await
}

async fn ask(session: &mpsc::Sender<Call>, call: impl FnOnce(oneshot::Sender<Answer>) -> Call) -> Response<Body> {
    let (sender, answer) = oneshot::channel();
    // An error means that the session is gone; then the answer's channel closes.
    let _ = session.send(call(sender)).await;
    match answer.await {
        Ok(Ok(body)) => respond(StatusCode::OK, TEXT, body),
        Ok(Err(reject)) => refuse(reject),
        Err(_) => refuse(Reject::UnknownSid),
    }
}

fn refuse(reject: Reject) -> Response<Body> {
    let status = StatusCode::from_u16(reject.status()).unwrap_or(StatusCode::BAD_REQUEST);
    respond(status, JSON, Bytes::from_static(reject.body().as_bytes()))
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");
/// How many requests may wait for one session.
const CALLS: usize = 8;
/// How long a poll may take to come that a client sent together with the end of its session.
const LAST_POLL: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_secs(5);
