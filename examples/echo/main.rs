//! An echo server on the machines and WebSockets of the chat server, for protocol test suites.
//!
//! - `/engine.io/` sends every Engine.IO message back, text as text, binary as binary.
//! - `/socket.io/` has the namespaces `/` and `/custom`. It emits `auth` with what came when connecting, and answers `message`
//!   with `message-back`, and `message-with-ack` with an acknowledgement, both with the same arguments.
//! - `/ws` sends every WebSocket message back, up to 16 MiB.

mod echo;
mod host;
mod plain;
mod session;
mod socket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chat_protocol::{engineio, socketio};
use chat_transport::carry::http::{Body, HttpSettings, Peer, empty, serve};
use chat_transport::carry::outbox::{Depot, Limits};
use chat_transport::carry::websocket::FrameLimits;
use chat_transport::socketio::Engines;
use clap::Parser;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use host::Host;

#[derive(Parser)]
struct Args {
    /// The address to listen on; port 0 takes any.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Milliseconds between two pings, and from the handshake to the first.
    #[arg(long, default_value_t = 25_000)]
    ping_interval: u64,
    /// Milliseconds after an unanswered ping until the session ends.
    #[arg(long, default_value_t = 20_000)]
    ping_timeout: u64,
    /// Milliseconds that a session may live without having connected to a namespace.
    #[arg(long, default_value_t = 45_000)]
    connect_timeout: u64,
    /// The most bytes of a message, and of a POST's body.
    #[arg(long, default_value_t = 1_000_000)]
    max_payload: usize,
}

/// What answers requests.
struct Echo {
    engine: Arc<Host>,
    socket: Arc<Engines>,
    depot: Arc<Depot>,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let listener = TcpListener::bind(args.listen).await?;
    println!("listening on {}", listener.local_addr()?);
    let echo = Arc::new(Echo::new(&args));
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            // If the signal cannot be waited for, only a kill ends the example.
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.cancel();
            }
        }
    });
    tokio::spawn({
        let (echo, stop) = (echo.clone(), stop.clone());
        async move { echo.socket.run(stop).await }
    });
    let settings = HttpSettings { drain: Duration::from_secs(1), ..HttpSettings::default() };
    serve(listener, settings, stop, move |request, peer| echo.clone().answer(request, peer)).await;
    Ok(())
}

impl Echo {
    fn new(args: &Args) -> Echo {
        let engine = Arc::new(engineio::EngineSettings {
            ping_interval: args.ping_interval,
            ping_timeout: args.ping_timeout,
            max_packet: args.max_payload,
            max_payload: args.max_payload,
            ..engineio::EngineSettings::default()
        });
        let socket = socketio::SocketIoSettings {
            engine: engine.clone(),
            namespaces: &["/", "/custom"],
            connect_timeout: args.connect_timeout,
            ..socketio::SocketIoSettings::default()
        };
        let depot = Depot::new(Limits { per_socket: 64 << 20, ..Limits::default() });
        let frames = FrameLimits { frame: args.max_payload, message: args.max_payload };
        let socket = Engines::new(socket, frames, depot.clone(), |engine, _, _| socket::serve(engine));
        Echo { engine: Host::new(engine, depot.clone()), socket: Arc::new(socket), depot }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        match request.uri().path() {
            "/engine.io/" => self.engine.clone().answer(request, peer).await,
            "/socket.io/" => self.socket.serve(request, peer).await,
            "/ws" => plain::answer(request, peer, self.depot.clone()),
            _ => empty(StatusCode::NOT_FOUND),
        }
    }
}
