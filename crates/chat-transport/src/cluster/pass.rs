//! Passing a client's request on to the node that has its session.

use std::sync::Arc;
use std::time::Duration;

use chat_protocol::engineio::Home;
use http::header::{CONNECTION, EXPECT, HOST, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional_with_sizes;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::ask::reached;
use super::{Cluster, PEER, PassedOn, SCHEME, SECRET};
use crate::carry::http::{Body, Peer};

/// Passes Socket.IO requests on to other nodes.
pub(crate) struct Passing {
    cluster: Arc<Cluster>,
    /// Cancelled when this node has closed all of its own connections.
    closing: CancellationToken,
    count: Box<dyn Fn() + Send + Sync>,
}

impl Passing {
    pub(crate) fn new(
        cluster: Arc<Cluster>,
        closing: CancellationToken,
        count: impl Fn() + Send + Sync + 'static,
    ) -> Passing {
        Passing { cluster, closing, count: Box::new(count) }
    }

    /// Returns this node's mark.
    pub(crate) fn home(&self) -> Home {
        self.cluster.home()
    }

    /// Returns the answer of the node that has the session; `None` if there is no such node, it does not answer, or the request
    /// was passed on already.
    pub(crate) async fn pass(&self, home: Home, request: Request<Incoming>, peer: Peer) -> Option<Response<Body>> {
        if request.extensions().get::<PassedOn>().is_some() {
            return None;
        }
        let address = self.cluster.address(home).await?;
        let (request, upgrading) = self.rewritten(request, &peer)?;
        let mut sender = reached(&address, self.cluster.is_tls).await?;
        (self.count)();
        let mut response = tokio::select! {
            response = sender.send_request(request) => response.ok()?,
            () = self.gone(home) => return None,
        };
        match upgrading {
            Some(client) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                let node = on(&mut response);
                let closing = self.closing.clone();
                tokio::spawn(async move {
                    closing.run_until_cancelled(carry(client, node)).await;
                    drop(peer);
                });
                Some(response.map(|_| Body::default()))
            }
            _ => {
                forget_connection(response.headers_mut());
                Some(response.map(Body::passed))
            }
        }
    }

    /// Rewrites the request for the other node. For an upgrade it also returns what gives the client's connection.
    fn rewritten(&self, mut request: Request<Incoming>, peer: &Peer) -> Option<(Request<Incoming>, Option<OnUpgrade>)> {
        let upgrading = request.headers().contains_key(UPGRADE).then(|| on(&mut request));
        let authority = request.uri().authority().map(|authority| HeaderValue::from_str(authority.as_str()));
        let address = request.uri().path_and_query()?.as_str().parse::<Uri>().ok()?;
        *request.uri_mut() = address;
        *request.version_mut() = Version::HTTP_11;
        let headers = request.headers_mut();
        if upgrading.is_none() {
            forget_connection(headers);
        }
        headers.remove(EXPECT);
        if let (false, Some(authority)) = (headers.contains_key(HOST), authority) {
            headers.insert(HOST, authority.ok()?);
        }
        headers.insert(SECRET, self.cluster.shown()?);
        headers.insert(PEER, HeaderValue::from_str(&peer.address.to_string()).ok()?);
        headers.insert(SCHEME, HeaderValue::from_static(if peer.is_tls { "https" } else { "http" }));
        Some((request, upgrading))
    }

    /// Returns once a node is no longer alive. A frozen node still accepts connections and never answers, so waiting for its
    /// answer is not enough.
    async fn gone(&self, home: Home) {
        let is_there = || self.cluster.neighbours().iter().any(|other| Home::of(other.node) == home);
        loop {
            sleep(GLANCE).await;
            if !is_there() {
                return;
            }
        }
    }
}

/// Copies bytes between a client and a node until either side ends.
async fn carry(client: OnUpgrade, node: OnUpgrade) {
    let (Ok(client), Ok(node)) = tokio::join!(client, node) else { return };
    let (mut client, mut node) = (TokioIo::new(client), TokioIo::new(node));
    if let Err(error) = copy_bidirectional_with_sizes(&mut client, &mut node, BUFFER, BUFFER).await {
        debug!(%error, "a connection that was passed on ended");
    }
}

/// Removes the headers that concern one connection only (hop by hop).
fn forget_connection(headers: &mut HeaderMap) {
    for about in [CONNECTION, TE, TRANSFER_ENCODING, HeaderName::from_static("keep-alive")] {
        headers.remove(about);
    }
}

/// How many bytes are buffered in each direction of an upgraded connection.
const BUFFER: usize = 16 << 10;
/// How often to check that the node which was asked is alive.
const GLANCE: Duration = Duration::from_millis(500);
