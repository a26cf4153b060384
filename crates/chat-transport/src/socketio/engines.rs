//! All sessions of a Socket.IO address, and the requests for them.

mod book;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chat_protocol::engineio::packet::ends;
use chat_protocol::engineio::{Input, Reject, Request as Asked, Sid, Strangers, Transport};
use chat_protocol::socketio::SocketIoSettings;
use http::header::UPGRADE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use self::book::Book;
use super::Engine;
use super::answers::{Aborted, polled, refused};
use crate::carry::http::{Body, Peer, Unread, empty, read, respond, unavailable};
use crate::carry::outbox::{Close, Depot, Outbox};
use crate::carry::websocket::{self, FrameLimits, Handshake, WebSocket};
use crate::cluster::Passing;

/// All sessions of a Socket.IO address. Requests open sessions and bring what clients say.
pub struct Engines {
    settings: Arc<SocketIoSettings>,
    frames: FrameLimits,
    depot: Arc<Depot>,
    open: Opener,
    book: Mutex<Book>,
    /// Passes requests on to other nodes, where there are some.
    passing: Option<Passing>,
    bell: Notify,
}

/// Starts the application for a new session.
type Opener = Box<dyn Fn(Arc<Engine>, &Uri, &HeaderMap) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

impl Engines {
    /// Creates it without sessions. `open` starts a future that serves a new session until that ends.
    pub fn new<F>(
        settings: SocketIoSettings,
        frames: FrameLimits,
        depot: Arc<Depot>,
        open: impl Fn(Arc<Engine>, &Uri, &HeaderMap) -> F + Send + Sync + 'static,
    ) -> Engines
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let strangers = Strangers::new(settings.engine.max_strangers);
        Engines {
            settings: Arc::new(settings),
            frames,
            depot,
            open: Box::new(move |engine, address, headers| Box::pin(open(engine, address, headers))),
            book: Mutex::new(Book { engines: HashMap::new(), due: BTreeSet::new(), strangers }),
            passing: None,
            bell: Notify::new(),
        }
    }

    /// Lets requests for sessions of other nodes be passed on.
    pub(crate) fn among(self, passing: Option<Passing>) -> Engines {
        Engines { passing, ..self }
    }

    /// Answers a request.
    pub async fn serve(self: &Arc<Self>, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let query = request.uri().query().unwrap_or_default();
        match Asked::parse(request.method().as_str(), query, wants_web_socket(request.headers())) {
            Err(reject) => refused(reject),
            Ok(Asked::Handshake(Transport::Polling)) => match self.new_session(request.uri(), request.headers()) {
                Some(engine) => self.poll(engine).await,
                None => unavailable("{}"),
            },
            Ok(Asked::Handshake(Transport::WebSocket)) => self.web_socket(None, request, peer),
            Ok(Asked::WebSocket(sid)) => match self.find(&sid) {
                Some(engine) => self.web_socket(Some(engine), request, peer),
                None => self.elsewhere(&sid, request, peer).await,
            },
            Ok(Asked::Poll(sid)) => match self.find(&sid) {
                Some(engine) => self.poll(engine).await,
                None => self.elsewhere(&sid, request, peer).await,
            },
            Ok(Asked::Post(sid)) => match self.find(&sid) {
                Some(engine) => self.post(&engine, request).await,
                None => self.elsewhere(&sid, request, peer).await,
            },
        }
    }

    /// Answers a request for a session that is not here. If its node is gone, the session is too.
    async fn elsewhere(&self, sid: &Sid, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let Some(passing) = &self.passing else { return refused(Reject::UnknownSid) };
        let passed = Box::pin(passing.pass(sid.home(), request, peer)).await;
        passed.unwrap_or_else(|| refused(Reject::UnknownSid))
    }

    /// Ticks sessions when they need it, until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        while stop.run_until_cancelled(self.wait()).await.is_some() {
            self.tick();
        }
    }

    /// Returns the number of sessions whose user is not known.
    pub(crate) fn strangers(&self) -> usize {
        self.book().strangers.len()
    }

    /// Ends all sessions because the server is stopping.
    pub fn close_all(&self, close: Close) {
        let engines: Vec<Arc<Engine>> = self.book().engines.values().cloned().collect();
        engines.iter().for_each(|engine| engine.close(close));
    }

    async fn poll(&self, engine: Arc<Engine>) -> Response<Body> {
        let guard = Aborted(Some(engine.clone()));
        let answer = engine.poll();
        self.note(&engine);
        let answer = answer.await;
        guard.answered();
        polled(answer)
    }

    async fn post(&self, engine: &Arc<Engine>, request: Request<Incoming>) -> Response<Body> {
        let limit = self.settings.engine.max_payload;
        let (parts, body) = request.into_parts();
        let body = match read(&parts.headers, body, limit, PATIENCE).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return refused(Reject::TooLarge),
            Err(unread) => return empty(unread.status()),
        };
        engine.room().await;
        if ends(&body) {
            sleep(LAST_POLL).await;
        }
        let told = engine.handle(Input::Post(body));
        self.note(engine);
        match told.post {
            Some(Ok(())) => respond(StatusCode::OK, HeaderValue::from_static("text/html"), Bytes::from_static(b"ok")),
            Some(Err(reject)) => refused(reject),
            None => refused(Reject::BadRequest),
        }
    }

    fn web_socket(
        self: &Arc<Self>,
        engine: Option<Arc<Engine>>,
        mut request: Request<Incoming>,
        peer: Peer,
    ) -> Response<Body> {
        let Ok(handshake) = Handshake::of(&mut request) else { return refused(Reject::BadRequest) };
        let is_new = engine.is_none();
        let Some(engine) = engine.or_else(|| self.new_session(request.uri(), request.headers())) else {
            return unavailable("{}");
        };
        let (response, upgrading) = handshake.accept();
        let engines = self.clone();
        let taken_over = Box::pin(upgrading.join(self.frames, Outbox::queued(self.depot.clone(), 0)));
        tokio::spawn(async move {
            match taken_over.await {
                Some(socket) => engines.carry(engine, socket).await,
                // A session that is not new may have another WebSocket, so it does not end.
                None if is_new => engines.tell(&engine, Input::WebSocketClosed),
                None => {}
            }
            drop(peer);
        });
        response
    }

    /// Reads a WebSocket for a session until either ends. Whatever takes time is boxed, so that idle connections keep no room for
    /// it in their future.
    async fn carry(&self, engine: Arc<Engine>, mut socket: WebSocket) {
        let told = engine.web_socket(socket.outbox().clone());
        self.note(&engine);
        if told.refuse_socket {
            let close = Close::new(1000, "");
            socket.outbox().offer_last(websocket::close_frame(close.code, ""), close);
            return Box::pin(socket.shut(GOODBYE)).await;
        }
        loop {
            let input = match socket.next().await {
                websocket::Incoming::Text(text) => Input::WebSocketText(text.into()),
                websocket::Incoming::Binary(bytes) => Input::WebSocketBinary(bytes),
                websocket::Incoming::Closed(_) => break,
            };
            self.tell(&engine, input);
            if engine.is_crowded() {
                socket.during(Box::pin(engine.room())).await;
            }
        }
        self.tell(&engine, Input::WebSocketClosed);
        drop(engine);
        Box::pin(socket.shut(GOODBYE)).await;
    }

    fn new_session(&self, address: &Uri, headers: &HeaderMap) -> Option<Arc<Engine>> {
        let mut random = [0; 15];
        self.depot.fill(&mut random).then_some(())?;
        let sid = match &self.passing {
            Some(passing) => Sid::at(passing.home(), *random.first_chunk()?),
            None => Sid::new(random),
        };
        let engine = Engine::new(self.settings.clone(), sid, self.depot.clone());
        self.book().engines.insert(sid, engine.clone());
        self.note(&engine);
        tokio::spawn((self.open)(engine.clone(), address, headers));
        Some(engine)
    }

    fn tell(&self, engine: &Arc<Engine>, input: Input) {
        engine.handle(input);
        self.note(engine);
    }

    fn find(&self, sid: &Sid) -> Option<Arc<Engine>> {
        self.book().engines.get(sid).cloned()
    }

    /// Plans the next tick of a session, and forgets one that is over.
    fn note(&self, engine: &Arc<Engine>) {
        let mut book = self.book();
        let is_over = engine.is_over();
        let oldest = match is_over || engine.is_known() {
            true => {
                book.know(engine);
                None
            }
            false => book.count(engine),
        };
        if is_over {
            book.engines.remove(engine.sid());
            return;
        }
        let due = engine.due.load(Ordering::Relaxed);
        let noted = engine.noted.load(Ordering::Relaxed);
        // If it is due later than planned, the plan stays: the early tick finds nothing to do and plans anew.
        if due < noted {
            book.due.remove(&(noted, *engine.sid()));
            book.due.insert((due, *engine.sid()));
            engine.noted.store(due, Ordering::Relaxed);
            self.bell.notify_one();
        }
        drop(book);
        if let Some(oldest) = oldest {
            self.tell(&oldest, Input::End);
        }
    }

    async fn wait(&self) {
        let next = self.book().due.first().map(|(due, _)| *due);
        let Some(next) = next else { return self.bell.notified().await };
        let until = Instant::now() + Duration::from_millis(next.saturating_sub(self.depot.now()));
        tokio::select! {
            biased;
            () = sleep_until(until) => {}
            () = self.bell.notified() => {}
        }
    }

    fn tick(&self) {
        let now = self.depot.now();
        let due: Vec<Arc<Engine>> = {
            let mut book = self.book();
            let later = book.due.split_off(&(now + 1, Sid::new([0; 15])));
            let due = std::mem::replace(&mut book.due, later);
            due.iter().filter_map(|(_, sid)| book.engines.get(sid).cloned()).collect()
        };
        for engine in due {
            engine.noted.store(u64::MAX, Ordering::Relaxed);
            self.tell(&engine, Input::Tick);
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells whether a request is for a WebSocket. Some clients offer HTTP/2 in the same header with every request, which is ignored.
fn wants_web_socket(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// How long a poll may take to come that a client sent together with the end of its session.
const LAST_POLL: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_secs(10);
const GOODBYE: Duration = Duration::from_secs(30);
