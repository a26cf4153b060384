//! One connection: the PROXY header, TLS, then HTTP/1.1 or HTTP/2.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{sleep, timeout};
use tokio::{pin, select};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::answering::Answering;
use super::listen::Socket;
use super::patient::{Duplex, Patient};
use super::per_address::{Counted, PerAddress};
use super::settings::HttpSettings;
use super::{Body, guard, proxied, unavailable};

/// The other end of a connection. Whoever keeps an upgraded connection must keep this too: it holds the connection's place among
/// [`HttpSettings::connections`].
#[derive(Clone, Debug)]
pub struct Peer {
    /// The client's address, or the one that a trusted proxy names in a PROXY header.
    pub address: SocketAddr,
    /// Whether the client came over TLS, to this server or to that proxy.
    pub is_tls: bool,
    _place: Arc<(OwnedSemaphorePermit, Counted)>,
}

#[cfg(test)]
impl Peer {
    /// Makes a peer for a simulation: it has no address and takes no place.
    pub(crate) fn simulated() -> Peer {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let by_address = super::per_address::PerAddress::new(1, crate::address::Proxies::default());
        let held = by_address.take(address.ip()).expect("the only one");
        let permit = Arc::new(tokio::sync::Semaphore::new(1)).try_acquire_owned().expect("the only one");
        Peer { address, is_tls: false, _place: Arc::new((permit, held)) }
    }
}

/// An accepted connection, with the places that it holds.
pub(super) struct Arrived {
    pub(super) socket: Socket,
    pub(super) address: SocketAddr,
    pub(super) place: OwnedSemaphorePermit,
    pub(super) held: Counted,
}

/// The stream for HTTP. A plain TCP socket has a variant of its own, so that an upgrade can take it out of hyper again.
enum Ready {
    Plain(tokio::net::TcpStream),
    Wrapped(Box<dyn Duplex>, Version),
}

#[derive(Clone, Copy, PartialEq)]
enum Version {
    One,
    Two,
}

/// Serves a connection until it ends, or until the service takes it over by an upgrade.
pub(super) async fn talk<S, F>(
    arrived: Arrived,
    settings: &HttpSettings,
    by_address: &Arc<PerAddress>,
    shutdown: CancellationToken,
    service: S,
) where
    S: Fn(Request<Incoming>, Peer) -> F + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let address = arrived.address;
    let welcome = timeout(settings.header_timeout, welcome(arrived, settings, by_address));
    let welcomed = select! {
        welcomed = welcome => welcomed,
        () = last_call(&shutdown) => return,
    };
    let (ready, peer) = match welcomed {
        Ok(Ok(ready)) => ready,
        Ok(Err(error)) => return debug!(%address, %error, "connection ended before its first request"),
        Err(_) => return debug!(%address, "connection too slow before its first request"),
    };
    let ended = match ready {
        Ready::Plain(stream) => one(stream, peer, settings, shutdown, service).await,
        Ready::Wrapped(stream, Version::One) => one(stream, peer, settings, shutdown, service).await,
        Ready::Wrapped(stream, Version::Two) => two(stream, peer, settings, shutdown, service).await,
    };
    if let Err(error) = ended {
        debug!(%address, %error, "connection ended");
    }
}

/// Does what comes before HTTP: the PROXY header and TLS.
async fn welcome(arrived: Arrived, settings: &HttpSettings, by_address: &Arc<PerAddress>) -> io::Result<(Ready, Peer)> {
    let Arrived { socket, mut address, place, mut held } = arrived;
    let mut stream = match socket {
        Socket::Unix(stream) => {
            let peer = Peer { address, is_tls: false, _place: Arc::new((place, held)) };
            return Ok((Ready::Wrapped(Box::new(stream), Version::One), peer));
        }
        Socket::Tcp(stream) => stream,
    };
    let mut is_tls = false;
    if settings.proxies.trusts(address.ip())
        && let Some(said) = proxied::header(&mut stream).await?
    {
        is_tls = said.is_tls;
        if let Some(client) = said.client {
            address = client;
            held = by_address.take(client.ip()).ok_or_else(|| {
                settings.tally.crowd();
                io::Error::other("its address has enough")
            })?;
        }
    }
    let ready = match &settings.tls {
        None => Ready::Plain(stream),
        Some(tls) => {
            let (stream, speaks_2) = tls.accept(stream).await?;
            is_tls = true;
            Ready::Wrapped(Box::new(stream), if speaks_2 { Version::Two } else { Version::One })
        }
    };
    Ok((ready, Peer { address, is_tls, _place: Arc::new((place, held)) }))
}

async fn one<I, S, F>(
    stream: I,
    peer: Peer,
    settings: &HttpSettings,
    shutdown: CancellationToken,
    service: S,
) -> hyper::Result<()>
where
    I: Duplex,
    S: Fn(Request<Incoming>, Peer) -> F + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let answering = Answering::default();
    let socket = Patient::new(stream, settings.write_timeout, answering.clone());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_buf_size(settings.buffer)
        .serve_connection(TokioIo::new(socket), service_fn(|request| answer(&service, &answering, request, &peer)))
        .with_upgrades();
    until(connection, shutdown, &answering, |connection| connection.graceful_shutdown()).await
}

/// Serves HTTP/2. Its limits protect against clients that open and reset streams quickly, send endless heads, or leave the
/// connection open without using it.
async fn two<I, S, F>(
    stream: I,
    peer: Peer,
    settings: &HttpSettings,
    shutdown: CancellationToken,
    service: S,
) -> hyper::Result<()>
where
    I: Duplex,
    S: Fn(Request<Incoming>, Peer) -> F + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let answering = Answering::default();
    let socket = Patient::new(stream, settings.write_timeout, answering.clone());
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(TAKEN_BACK)
        .max_local_error_reset_streams(MISTAKES)
        .max_header_list_size(HEAD)
        .max_frame_size(FRAME)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(2 * WINDOW)
        .max_send_buf_size(settings.buffer)
        .keep_alive_interval(settings.write_timeout)
        .keep_alive_timeout(settings.header_timeout)
        .serve_connection(TokioIo::new(socket), service_fn(|request| one_of(&service, &answering, request, &peer)));
    let connection = until(connection, shutdown, &answering, |connection| connection.graceful_shutdown());
    select! {
        ended = connection => ended,
        () = answering.given_up(settings.write_timeout) => Ok(()),
    }
}

/// Answers one of several requests on an HTTP/2 connection. If too much waits there already, a long answer is replaced by a 503.
fn one_of<S, F>(
    service: &S,
    answering: &Answering,
    request: Request<Incoming>,
    peer: &Peer,
) -> impl Future<Output = Result<Response<Body>, Infallible>> + Send + use<S, F>
where
    S: Fn(Request<Incoming>, Peer) -> F + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let (answer, answering) = (answer(service, answering, request, peer), answering.clone());
    async move {
        let response = answer.await?;
        Ok(match answering.take_in(response.body().len()) {
            Some(rest) => response.map(|body| body.among(rest)),
            None => guard::sealed(unavailable(Bytes::new())),
        })
    }
}

fn answer<S, F>(
    service: &S,
    answering: &Answering,
    request: Request<Incoming>,
    peer: &Peer,
) -> impl Future<Output = Result<Response<Body>, Infallible>> + Send + use<S, F>
where
    S: Fn(Request<Incoming>, Peer) -> F + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let under_way = answering.begin();
    let answer = match guard::refused(&request) {
        Some(refused) => Err(refused),
        None => Ok(service(request, peer.clone())),
    };
    async move {
        let response = match answer {
            Ok(answer) => answer.await,
            Err(refused) => refused,
        };
        Ok(guard::sealed(response).map(|body| body.ending(under_way)))
    }
}

/// Runs a connection until it ends. Once told to stop, it finishes what is under way. A connection on which nothing was asked yet
/// gets [`LAST_CALL`] for its first request, since it was accepted.
async fn until<C>(
    connection: C,
    shutdown: CancellationToken,
    answering: &Answering,
    finish: impl FnOnce(Pin<&mut C>),
) -> hyper::Result<()>
where
    C: Future<Output = hyper::Result<()>>,
{
    pin!(connection);
    let told = async {
        shutdown.cancelled().await;
        let mut left = LAST_CALL;
        while !answering.has_begun() && !left.is_zero() {
            sleep(LOOK).await;
            left = left.saturating_sub(LOOK);
        }
    };
    select! {
        result = connection.as_mut() => return result,
        () = told => {}
    }
    finish(connection.as_mut());
    connection.await
}

/// Returns [`LAST_CALL`] after the server was told to stop.
async fn last_call(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    sleep(LAST_CALL).await;
}

/// How long a new connection may still send its first request when the server is told to stop.
const LAST_CALL: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(10);
/// How many requests may be under way on one connection: about as many as browsers send.
const STREAMS: u32 = 100;
/// How many streams may be reset before they were processed; with more the connection is closed.
const TAKEN_BACK: usize = 20;
/// How many streams may be ended for a protocol error; with more the connection is closed.
const MISTAKES: usize = 64;
/// The most bytes of a request's head, over all of its frames.
const HEAD: u32 = 16 << 10;
/// The most bytes of a frame.
const FRAME: u32 = 16 << 10;
/// How many bytes of a body may come before it is read.
const WINDOW: u32 = 64 << 10;

#[cfg(test)]
#[path = "tests/windows.rs"]
mod tests;
