mod guard;
mod streams;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::carry::{
    outbox::{Close, Depot, Limits, Outbox},
    websocket::{self, FrameLimits, Handshake},
};

const PATIENCE: Duration = Duration::from_secs(10);

/// A small service with a route of each kind.
#[derive(Clone)]
struct Toy {
    depot: Arc<Depot>,
    streams: Arc<std::sync::Mutex<Vec<Arc<Outbox>>>>,
    release: Arc<Notify>,
    waiting: Arc<Semaphore>,
    ended: Arc<AtomicUsize>,
}

struct Running {
    toy: Toy,
    address: std::net::SocketAddr,
    shutdown: CancellationToken,
    served: JoinHandle<Served>,
}

struct Ended(Arc<AtomicUsize>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Toy {
    async fn answer(self, mut request: Request<Incoming>, peer: Peer) -> Response<Body> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/hello") => json(StatusCode::OK, "{}"),
            (&Method::POST, "/echo") => {
                let (parts, body) = request.into_parts();
                match read(&parts.headers, body, 1000, Duration::from_millis(200)).await {
                    Ok(body) => respond(StatusCode::OK, JSON, body),
                    Err(unread) => empty(unread.status()),
                }
            }
            (_, "/wait") => {
                self.waiting.add_permits(1);
                self.release.notified().await;
                json(StatusCode::OK, "released")
            }
            (_, "/stream") => {
                let outbox = Outbox::queued(self.depot.clone(), 1);
                outbox.offer(Bytes::from_static(b"data: first\n\n"));
                self.streams.lock().expect("streams").push(outbox.clone());
                stream(outbox, Ended(self.ended.clone()))
            }
            _ => match Handshake::of(&mut request) {
                Ok(handshake) => self.talk(handshake, peer),
                Err(refused) => empty(refused.status()),
            },
        }
    }

    fn talk(self, handshake: Handshake, peer: Peer) -> Response<Body> {
        let (response, upgrading) = handshake.accept();
        tokio::spawn(async move {
            let _place = peer;
            let Some(mut socket) = upgrading.finish(FrameLimits::default(), self.depot, 1).await else { return };
            while let websocket::Incoming::Text(text) = socket.next().await {
                socket.outbox().offer(websocket::text(&text));
            }
            socket.shut(PATIENCE).await;
        });
        response
    }
}

async fn run(settings: HttpSettings) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let shutdown = CancellationToken::new();
    let toy = Toy {
        depot: Depot::new(Limits::default()),
        streams: Arc::default(),
        release: Arc::default(),
        waiting: Arc::new(Semaphore::new(0)),
        ended: Arc::default(),
    };
    let service = {
        let toy = toy.clone();
        move |request, peer| toy.clone().answer(request, peer)
    };
    let served = tokio::spawn(serve(listener, settings, shutdown.clone(), service));
    Running { toy, address, shutdown, served }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// Sends one request on a connection of its own, and reads everything that comes.
    async fn ask(&self, request: &str) -> String {
        let mut client = self.connect().await;
        client.write_all(request.as_bytes()).await.expect("to write");
        rest(&mut client).await
    }
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("in time")
}

async fn rest(client: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset counts as an end.
    let _ = soon(client.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn until(client: &mut TcpStream, end: &str) -> String {
    let mut answer = String::new();
    while !answer.ends_with(end) {
        answer.push(soon(client.read_u8()).await.expect("more bytes") as char);
    }
    answer
}

const HELLO: &str = "GET /hello HTTP/1.1\r\nhost: x\r\n\r\n";

fn post(body: &str) -> String {
    format!("POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let server = run(HttpSettings::default()).await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.write_all(HELLO.as_bytes()).await.expect("to write");
        let answer = until(&mut client, "{}").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("application/json"), "{answer}");
    }
}

#[tokio::test]
async fn slow_heads_are_cut_and_so_are_idle_connections() {
    let server = run(HttpSettings { header_timeout: Duration::from_millis(100), ..HttpSettings::default() }).await;
    let mut client = server.connect().await;
    client.write_all(b"GET /hello HTTP/1.1\r\nhost: ").await.expect("to write");
    assert!(!rest(&mut client).await.contains("200 OK"));
    let mut client = server.connect().await;
    client.write_all(HELLO.as_bytes()).await.expect("to write");
    assert!(rest(&mut client).await.ends_with("{}"));
}

#[tokio::test]
async fn bodies_are_read_up_to_their_limit() {
    let server = run(HttpSettings::default()).await;
    let fitting = "x".repeat(1000);
    assert!(server.ask(&post(&fitting)).await.ends_with(&fitting));
    assert!(server.ask(&post("")).await.starts_with("HTTP/1.1 200"));
    assert!(server.ask(&post(&"x".repeat(1001))).await.starts_with("HTTP/1.1 413"));
    let chunked = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("1f4\r\n{}\r\n", "y".repeat(500));
    let body = |chunks: usize| format!("{chunked}{}0\r\n\r\n", chunk.repeat(chunks));
    assert!(server.ask(&body(2)).await.ends_with(&"y".repeat(1000)));
    assert!(server.ask(&body(3)).await.starts_with("HTTP/1.1 413"));
    // More than the kernel buffers: a client that is still sending must get its answer nevertheless.
    assert!(server.ask(&post(&"x".repeat(4 << 20))).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn who_asks_before_saying_too_much_is_answered_at_once() {
    let server = run(HttpSettings::default()).await;
    let head =
        |length| post("").replace("content-length: 0", &format!("content-length: {length}\r\nexpect: 100-continue"));
    assert!(server.ask(&head(1001)).await.starts_with("HTTP/1.1 413"));
    let mut client = server.connect().await;
    client.write_all(head(2).as_bytes()).await.expect("a head");
    assert!(soon(until(&mut client, "\r\n\r\n")).await.starts_with("HTTP/1.1 100"));
    client.write_all(b"{}").await.expect("a body");
    assert!(soon(rest(&mut client)).await.ends_with("{}"));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_awaited_for_ever() {
    let server = run(HttpSettings::default()).await;
    let answer = server.ask(&post("").replace("content-length: 0", "content-length: 10")).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    // A body whose announced length is too large is refused for that, even if it does not come.
    let answer = server.ask(&post("").replace("content-length: 0", "content-length: 1001")).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn shutting_down_finishes_what_was_begun() {
    let server = run(HttpSettings::default()).await;
    let (mut busy, mut idle) = (server.connect().await, server.connect().await);
    idle.write_all(HELLO.as_bytes()).await.expect("to write");
    until(&mut idle, "{}").await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("to write");
    soon(server.toy.waiting.acquire()).await.expect("the request").forget();
    server.shutdown.cancel();
    assert_eq!(rest(&mut idle).await, "");
    server.toy.release.notify_one();
    assert!(rest(&mut busy).await.ends_with("released"));
    assert_eq!(soon(server.served).await.expect("the server"), Served::Drained);
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn shutting_down_does_not_wait_for_ever() {
    let server = run(HttpSettings { drain: Duration::from_millis(50), ..HttpSettings::default() }).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("to write");
    soon(server.toy.waiting.acquire()).await.expect("the request").forget();
    server.shutdown.cancel();
    assert_eq!(soon(server.served).await.expect("the server"), Served::Cut);
    assert_eq!(rest(&mut busy).await, "");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let server = run(HttpSettings { connections: 1, ..HttpSettings::default() }).await;
    let mut first = server.connect().await;
    first.write_all(HELLO.as_bytes()).await.expect("to write");
    until(&mut first, "{}").await;
    let mut second = server.connect().await;
    second.write_all(HELLO.as_bytes()).await.expect("to write");
    assert!(timeout(Duration::from_millis(50), second.read_u8()).await.is_err());
    drop(first);
    until(&mut second, "{}").await;
}

#[tokio::test]
async fn a_websocket_outlives_its_http_days() {
    use futures_util::{SinkExt, StreamExt};
    let server = run(HttpSettings { header_timeout: Duration::from_millis(50), ..HttpSettings::default() }).await;
    let url = format!("ws://{}/ws", server.address);
    let (mut client, response) =
        tokio_tungstenite::client_async(url, server.connect().await).await.expect("a handshake");
    assert_eq!(response.status(), 101);
    // Told to stop, the server ends its HTTP connections; an upgraded one goes on.
    server.shutdown.cancel();
    client.send("hello".into()).await.expect("to send");
    let echo = soon(client.next()).await.expect("an echo").expect("an echo");
    assert_eq!(echo.to_text().expect("text"), "hello");
    assert!(!server.served.is_finished());
    client.close(None).await.expect("to close");
    drop(client);
    assert_eq!(soon(server.served).await.expect("the server"), Served::Drained);
}

#[tokio::test]
async fn a_refused_handshake_is_an_ordinary_answer() {
    let server = run(HttpSettings::default()).await;
    let request = "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 12\r\n\r\n";
    let mut client = server.connect().await;
    client.write_all(request.as_bytes()).await.expect("to write");
    assert!(until(&mut client, "\r\n\r\n").await.starts_with("HTTP/1.1 426"));
    client.write_all(HELLO.as_bytes()).await.expect("to write");
    until(&mut client, "{}").await;
}
