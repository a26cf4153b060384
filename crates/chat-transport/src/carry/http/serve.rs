//! Accepting connections and speaking HTTP/1.1 on them.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    pin, select,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, warn};

use super::answering::Answering;
use super::places::{Held, Places};
use super::tally::Tally;
use super::{Body, Patient, guard};
use crate::address::Proxies;
use crate::sparing::Sparing;

/// How connections are treated.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Connections at a time, upgraded ones included; more wait in the kernel's backlog.
    pub connections: usize,
    /// Connections of an address at a time; it gets no answer on more.
    pub per_address: usize,
    /// Where connections are counted.
    pub tally: Arc<Tally>,
    /// Whose connections are those of many.
    pub proxies: Proxies,
    /// Time for a request's head to come, and for the next one on an idle connection.
    pub header_timeout: Duration,
    /// Time after which a client that does not read its answer, a stream for one, is given up.
    pub write_timeout: Duration,
    /// Bytes of a request's head, and of an answer that hyper holds for a slow client.
    pub buffer: usize,
    /// Time for answers under way to finish once the server is told to stop.
    pub drain: Duration,
}

/// Who is at the other end. Whoever keeps the connection beyond its HTTP days keeps this too: it holds the place
/// among [`HttpSettings::connections`].
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    _place: Arc<(OwnedSemaphorePermit, Held)>,
}

/// How [`serve`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// Every answer was finished.
    Drained,
    /// Some were cut when the time for draining was over.
    Cut,
}

/// Opens an address. After a restart everybody comes back at once, and whom the queue has no room for tries again only
/// seconds later: it is a long one. What the kernel keeps for a connection whose client does not read is bounded, too: left to
/// itself it takes 4 MiB for each before the queue here, and its bound, see anything of it.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // Accepted sockets have it from their listener.
    socket.set_send_buffer_size(KERNEL_QUEUE)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `shutdown`, then lets the answers under way finish, and the upgraded connections that keep their [`Peer`].
///
/// Those are the service's own business: it gets the [`Peer`] and decides what happens to them.
pub async fn serve<S, F>(
    listener: TcpListener,
    settings: HttpSettings,
    shutdown: CancellationToken,
    service: S,
) -> Served
where
    S: Fn(Request<Incoming>, Peer) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(settings.connections));
    let by_address = Places::new(settings.per_address, settings.proxies.clone());
    let cut = CancellationToken::new();
    let _cut_on_drop = cut.clone().drop_guard();
    let tracker = TaskTracker::new();
    while let Some((stream, peer)) = next(&listener, &places, &by_address, &settings.tally, &shutdown).await {
        let (service, shutdown, cut) = (service.clone(), shutdown.clone(), cut.clone());
        let settings = settings.clone();
        tracker.spawn(async move {
            cut.run_until_cancelled(connection(stream, peer, &settings, shutdown, service)).await;
        });
    }
    // Whoever comes now is to ask another server, not to wait for this one.
    drop(listener);
    tracker.close();
    // Upgraded connections keep their places until their last words are out.
    let all = u32::try_from(settings.connections).unwrap_or(u32::MAX);
    let emptied = async {
        tracker.wait().await;
        // Nobody closes the semaphore.
        drop(places.acquire_many(all).await);
    };
    match timeout(settings.drain, emptied).await {
        Ok(()) => Served::Drained,
        Err(_) => Served::Cut,
    }
}

/// The next connection, as soon as there is a place for it; `None` once told to stop.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    by_address: &Arc<Places>,
    tally: &Tally,
    shutdown: &CancellationToken,
) -> Option<(TcpStream, Peer)> {
    loop {
        let place = shutdown.run_until_cancelled(places.clone().acquire_owned()).await?.ok()?;
        match shutdown.run_until_cancelled(listener.accept()).await? {
            Ok((stream, address)) => {
                let Some(held) = by_address.take(address.ip()) else {
                    tally.crowd();
                    debug!(%address, "connection refused: its address has enough");
                    continue;
                };
                // Without this, small frames wait for the peer's delayed acknowledgement.
                if let Err(error) = stream.set_nodelay(true) {
                    debug!(%address, %error, "connection lost before it began");
                    continue;
                }
                tally.accept();
                return Some((stream, Peer { address, _place: Arc::new((place, held)) }));
            }
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                tally.fail();
                if let Some(left_out) = UNACCEPTED.line(std::time::Instant::now()) {
                    warn!(%error, left_out, "cannot accept connections; trying again");
                }
                sleep(PAUSE).await;
            }
        }
    }
}

async fn connection<S, F>(
    stream: TcpStream,
    peer: Peer,
    settings: &HttpSettings,
    shutdown: CancellationToken,
    service: S,
) where
    S: Fn(Request<Incoming>, Peer) -> F,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let address = peer.address;
    let answering = Answering::default();
    let socket = Patient::new(stream, settings.write_timeout, answering.clone());
    let service = service_fn(move |request| {
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
            Ok::<_, Infallible>(guard::sealed(response).map(|body| body.ending(under_way)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_buf_size(settings.buffer)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    pin!(connection);
    let mut result = select! {
        result = connection.as_mut() => Some(result),
        () = shutdown.cancelled() => None,
    };
    if result.is_none() {
        connection.as_mut().graceful_shutdown();
        result = Some(connection.await);
    }
    if let Some(Err(error)) = result {
        debug!(%address, %error, "connection ended");
    }
}

/// A connection that died in the queue says nothing about the next one.
fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

impl Default for HttpSettings {
    fn default() -> Self {
        HttpSettings {
            connections: 100_000,
            per_address: 10_000,
            tally: Arc::default(),
            proxies: Proxies::default(),
            header_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            buffer: 64 << 10,
            drain: Duration::from_secs(10),
        }
    }
}

/// Connections that may wait to be accepted, if the kernel's own limit allows as many.
const BACKLOG: u32 = 16_384;
/// Bytes that the kernel is asked to keep for one connection at most; it counts twice as many for what is around them.
const KERNEL_QUEUE: u32 = 256 << 10;
/// It goes on for as long as there are none.
static UNACCEPTED: Sparing = Sparing::new();
/// Long enough for a file descriptor to come free.
const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_accepted_socket_sends_without_delay() {
        let listener = listen(([127, 0, 0, 1], 0).into()).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (places, shutdown) = (Arc::new(Semaphore::new(10)), CancellationToken::new());
        let by_address = Places::new(10, Proxies::default());
        for _ in 0..10 {
            let _client = TcpStream::connect(address).await.expect("a connection");
            let (stream, _) =
                next(&listener, &places, &by_address, &Tally::default(), &shutdown).await.expect("a connection");
            assert!(stream.nodelay().expect("an option"));
        }
    }

    #[tokio::test]
    async fn the_kernel_keeps_little_for_who_does_not_read() {
        let listener = listen(([127, 0, 0, 1], 0).into()).expect("a port");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(64 << 10).expect("a small buffer");
        let client = socket.connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (places, shutdown) = (Arc::new(Semaphore::new(1)), CancellationToken::new());
        let by_address = Places::new(1, Proxies::default());
        let (stream, _) =
            next(&listener, &places, &by_address, &Tally::default(), &shutdown).await.expect("a connection");
        let mut taken = 0;
        // What the client's side has room for goes over while the other side is asked again.
        while tokio::time::timeout(Duration::from_millis(200), stream.writable()).await.is_ok() {
            taken += stream.try_write(&[0; 8 << 10]).unwrap_or(0);
        }
        assert!(taken < 1 << 20, "{taken} bytes");
        drop(client);
    }
}
