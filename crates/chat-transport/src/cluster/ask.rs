//! Asking another node one question, on a connection of its own.

use std::time::Duration;

use bytes::Bytes;
use chat_domain::backplane::Neighbour;
use futures_util::future::join_all;
use http::header::HOST;
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Body;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::debug;

use super::{Cluster, SECRET, tls};
use crate::app::named;

/// A node's answer; `None` if it gave none in time.
pub(crate) type Said = Option<(StatusCode, Bytes)>;

impl Cluster {
    /// Asks all other nodes the same.
    pub(crate) async fn ask_all(&self, path: &str) -> Vec<(u64, Said)> {
        let asking = self.neighbours().into_iter().map(|Neighbour { node, address }| async move {
            let Some(address) = address else { return (node, None) };
            (node, self.ask(&address, Method::GET, path).await)
        });
        join_all(asking).await
    }

    /// Returns the number of the node that operators know by this UUID.
    pub(crate) fn named(&self, name: &str) -> Option<u64> {
        let nodes = self.neighbours().into_iter().map(|other| other.node);
        nodes.into_iter().find(|node| named(*node).to_string() == name)
    }

    /// Asks the node with this number.
    pub(crate) async fn ask_one(&self, node: u64, method: Method, path: &str) -> Said {
        let known = self.neighbours().into_iter().find(|other| other.node == node);
        self.ask(&known?.address?, method, path).await
    }

    async fn ask(&self, address: &str, method: Method, path: &str) -> Said {
        timeout(ANSWERS, self.asked(address, method, path)).await.ok().flatten()
    }

    async fn asked(&self, address: &str, method: Method, path: &str) -> Said {
        let host = HeaderValue::from_str(parted(address).0).ok()?;
        let request = Request::builder().method(method).uri(path).header(HOST, host);
        let request = request.header(SECRET, self.shown()?).body(Empty::<Bytes>::new()).ok()?;
        let response = reached(address, self.is_tls).await?.send_request(request).await.ok()?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LONGEST).collect().await.ok()?;
        Some((status, body.to_bytes()))
    }
}

/// Connects to a node; `None` if that fails or takes too long, or if it does not speak TLS where `is_tls` wants that.
pub(super) async fn reached<B>(address: &str, is_tls: bool) -> Option<SendRequest<B>>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (at, mark) = parted(address);
    let stream = timeout(CONNECTS, TcpStream::connect(at)).await.ok()?.ok()?;
    stream.set_nodelay(true).ok()?;
    match mark {
        Some(mark) => speaks(timeout(CONNECTS, tls::connected(stream, mark)).await.ok()??).await,
        None if is_tls => None,
        None => speaks(stream).await,
    }
}

async fn speaks<B>(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Option<SendRequest<B>>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (sender, connection) = Builder::new().max_buf_size(BUFFER).handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            debug!(%error, "a connection to another node ended");
        }
    });
    Some(sender)
}

/// Returns where a node is, and the mark of its key if it speaks TLS.
fn parted(address: &str) -> (&str, Option<&str>) {
    address.split_once('#').map_or((address, None), |(at, mark)| (at, Some(mark)))
}

/// A node that does not answer an operator within this time counts as missing.
const ANSWERS: Duration = Duration::from_secs(1);
/// How long connecting may take.
const CONNECTS: Duration = Duration::from_secs(2);
/// How many bytes of an answer or request are buffered on their way.
const BUFFER: usize = 64 << 10;
/// How many bytes an answer may have.
const LONGEST: usize = 16 << 20;
