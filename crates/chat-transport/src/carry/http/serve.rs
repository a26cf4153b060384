//! Accepting connections.

use std::{future::Future, io, sync::Arc, time::Duration};

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, warn};

use super::Body;
use super::listen::Listener;
use super::per_address::PerAddress;
use super::settings::HttpSettings;
use super::talk::{Arrived, Peer, talk};
use super::tally::Tally;
use crate::sparing::Sparing;

/// How [`serve`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// All answers were finished.
    Drained,
    /// Some were cut off, because the time for draining was over.
    Cut,
}

/// Accepts connections and serves them until `shutdown`. Then it waits, up to the time for draining, for the answers under way
/// and for upgraded connections.
///
/// An upgraded connection counts as open while its [`Peer`] is kept. Ending it is up to the service.
pub async fn serve<S, F>(
    listener: impl Into<Listener>,
    settings: HttpSettings,
    shutdown: CancellationToken,
    service: S,
) -> Served
where
    S: Fn(Request<Incoming>, Peer) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let listener = listener.into();
    let places = Arc::new(Semaphore::new(settings.connections));
    let by_address = PerAddress::new(settings.per_address, settings.proxies.clone());
    let cut = CancellationToken::new();
    let _cut_on_drop = cut.clone().drop_guard();
    let tracker = TaskTracker::new();
    while let Some(arrived) = next(&listener, &places, &by_address, &settings.tally, &shutdown).await {
        let (service, shutdown, cut) = (service.clone(), shutdown.clone(), cut.clone());
        let (settings, by_address) = (settings.clone(), by_address.clone());
        tracker.spawn(async move {
            cut.run_until_cancelled(talk(arrived, &settings, &by_address, shutdown, service)).await;
        });
    }
    // Closed at once, so that new clients are refused and turn to another server instead of waiting for this one.
    drop(listener);
    tracker.close();
    // Each open connection holds one permit, an upgraded one until its last bytes are sent: all permits together mean that none
    // is open.
    let all = u32::try_from(settings.connections).unwrap_or(u32::MAX);
    let emptied = async {
        tracker.wait().await;
        // An error would mean a closed semaphore, and nobody closes it.
        drop(places.acquire_many(all).await);
    };
    match timeout(settings.drain, emptied).await {
        Ok(()) => Served::Drained,
        Err(_) => Served::Cut,
    }
}

/// Waits for a free place, then for a connection; `None` once told to stop.
async fn next(
    listener: &Listener,
    places: &Arc<Semaphore>,
    by_address: &Arc<PerAddress>,
    tally: &Tally,
    shutdown: &CancellationToken,
) -> Option<Arrived> {
    loop {
        let place = shutdown.run_until_cancelled(places.clone().acquire_owned()).await?.ok()?;
        match shutdown.run_until_cancelled(listener.accept()).await? {
            Ok((socket, address)) => {
                let Some(held) = by_address.take(address.ip()) else {
                    tally.crowd();
                    debug!(%address, "connection refused: its address has enough");
                    continue;
                };
                if let Err(error) = socket.hurry() {
                    debug!(%address, %error, "connection lost before it began");
                    continue;
                }
                tally.accept();
                return Some(Arrived { socket, address, place, held });
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

/// Tells whether an error of `accept` is about that one connection, which died in the backlog, and not about the listener.
fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Limits the log to one line a second: for as long as file descriptors are missing, every attempt fails.
static UNACCEPTED: Sparing = Sparing::new();
/// The pause after a failed `accept`, in which a file descriptor may become free.
const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use tokio::net::{TcpSocket, TcpStream};

    use super::super::listen::{Socket, listen};
    use super::*;
    use crate::address::Proxies;

    /// Accepts the next connection of a listener, with the guard that holds its place.
    async fn accepted(listener: &Listener, places: &Arc<PerAddress>) -> (TcpStream, impl Drop + use<>) {
        let (all, shutdown) = (Arc::new(Semaphore::new(1)), CancellationToken::new());
        let arrived = next(listener, &all, places, &Tally::default(), &shutdown).await.expect("a connection");
        let Socket::Tcp(stream) = arrived.socket else { panic!("a TCP socket") };
        (stream, arrived.held)
    }

    #[tokio::test]
    async fn every_accepted_socket_sends_without_delay() {
        let listener = listen(([127, 0, 0, 1], 0).into()).expect("a port");
        let address = listener.local_addr().expect("an address");
        let by_address = PerAddress::new(10, Proxies::default());
        for _ in 0..10 {
            let _client = TcpStream::connect(address).await.expect("a connection");
            let (stream, _held) = accepted(&listener, &by_address).await;
            assert!(stream.nodelay().expect("an option"));
        }
    }

    #[tokio::test]
    async fn the_kernel_keeps_little_for_who_does_not_read() {
        let listener = listen(([127, 0, 0, 1], 0).into()).expect("a port");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(64 << 10).expect("a small buffer");
        let client = socket.connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let by_address = PerAddress::new(1, Proxies::default());
        let (stream, _held) = accepted(&listener, &by_address).await;
        let mut taken = 0;
        // Bytes that the peer's buffers still have room for move on while this is repeated.
        while tokio::time::timeout(Duration::from_millis(200), stream.writable()).await.is_ok() {
            taken += stream.try_write(&[0; 8 << 10]).unwrap_or(0);
        }
        assert!(taken < 1 << 20, "{taken} bytes");
        drop(client);
    }
}
