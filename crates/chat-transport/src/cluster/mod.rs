//! Requests between nodes: a client's request that came to another node than the one with its session, and what operators ask of
//! all nodes.
//!
//! A node authenticates itself with the secret that all nodes of the cluster share. A passed-on request carries the client's
//! address and scheme. It is never passed on a second time.

mod ask;
mod pass;
mod tls;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chat_domain::backplane::{Neighbour, Whereabouts};
use chat_protocol::engineio::Home;
use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) use self::pass::Passing;
pub use self::tls::NodeTls;
use crate::account::secret::Secret;
use crate::carry::http::Peer;

/// The other nodes, at the private addresses where they can be reached.
pub struct Cluster {
    node: u64,
    secret: Option<Secret>,
    /// Whether it speaks with others by TLS alone.
    is_tls: bool,
    whereabouts: Arc<dyn Whereabouts>,
    /// When the database was last asked for a node that is not known here.
    looked: Mutex<Option<Instant>>,
}

/// Marks a request that another node has passed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PassedOn;

impl Cluster {
    /// Creates the cluster as this node sees it. Without a secret no request is passed on in either direction; with `is_tls` none
    /// to a node that does not speak TLS.
    pub fn new(node: u64, secret: Option<Secret>, is_tls: bool, whereabouts: Arc<dyn Whereabouts>) -> Cluster {
        Cluster { node, secret, is_tls, whereabouts, looked: Mutex::new(None) }
    }

    /// Returns this node's mark, which stands in the ids of its Socket.IO sessions.
    pub(crate) fn home(&self) -> Home {
        Home::of(self.node)
    }

    /// Checks that a request comes from a node of this cluster, and removes what that node has added; `peer` becomes the client.
    /// Returns false if the secret is wrong or missing.
    pub(crate) fn admits(&self, headers: &mut HeaderMap, peer: &mut Peer) -> bool {
        let shown = headers.remove(&SECRET);
        let shown = shown.as_ref().and_then(|shown| shown.to_str().ok());
        let (Some(secret), Some(shown)) = (&self.secret, shown) else { return false };
        let (address, scheme) = (headers.remove(&PEER), headers.remove(&SCHEME));
        let address = address.and_then(|address| address.to_str().ok()?.parse::<SocketAddr>().ok());
        if let Some(address) = address {
            (peer.address, peer.is_tls) = (address, scheme.is_some_and(|scheme| scheme == "https"));
        }
        secret.is(shown)
    }

    /// Returns the header by which this node authenticates itself; `None` without a secret.
    fn shown(&self) -> Option<HeaderValue> {
        let mut shown = HeaderValue::from_str(self.secret.as_ref()?.reveal()).ok()?;
        shown.set_sensitive(true);
        Some(shown)
    }

    /// Returns the other nodes that were alive a moment ago.
    fn neighbours(&self) -> Vec<Neighbour> {
        self.whereabouts.neighbours()
    }

    /// Returns a node's address; `None` if it is not alive. The database is asked about a node that is not known yet, since it
    /// may just have begun.
    async fn address(&self, home: Home) -> Option<String> {
        let of = |all: Vec<Neighbour>| all.into_iter().find(|other| Home::of(other.node) == home);
        if home == self.home() {
            return None;
        }
        match of(self.neighbours()) {
            Some(known) => known.address,
            None if self.may_look() => of(self.whereabouts.look().await.ok()?)?.address,
            None => None,
        }
    }

    /// Tells whether the database may be asked again. Strangers can make up session ids, so this is limited to once in [`LOOKS`].
    fn may_look(&self) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = looked.is_none_or(|looked| looked.elapsed() >= LOOKS);
        if is_due {
            *looked = Some(Instant::now());
        }
        is_due
    }
}

/// The header with the secret of the cluster.
const SECRET: HeaderName = HeaderName::from_static("x-chat-cluster");
/// The header with the client's address.
const PEER: HeaderName = HeaderName::from_static("x-chat-peer");
/// The header with the scheme that the client used.
const SCHEME: HeaderName = HeaderName::from_static("x-chat-scheme");
/// The shortest time between two questions to the database about unknown nodes.
const LOOKS: Duration = Duration::from_millis(100);
