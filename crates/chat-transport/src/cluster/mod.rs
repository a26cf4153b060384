//! The other nodes as they are reached at their own addresses: with what clients ask who came to another node than the one where
//! their session lives, and with what operators ask of all of them.
//!
//! A node shows the others a secret that all have. What is passed on says whose request it is and how it came, and is never passed on
//! again.

mod ask;
mod pass;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chat_domain::backplane::{Neighbour, Whereabouts};
use chat_protocol::engineio::Home;
use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) use self::pass::Passing;
use crate::account::secret::Secret;
use crate::carry::http::Peer;

/// The other nodes as they are reached at their own addresses.
pub struct Cluster {
    node: u64,
    secret: Option<Secret>,
    whereabouts: Arc<dyn Whereabouts>,
    /// When the database was asked last where somebody is whom nobody knew.
    looked: Mutex<Option<Instant>>,
}

/// A mark on a request that another node has passed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PassedOn;

impl Cluster {
    /// This node among those that have this secret; without one nobody passes anything on.
    pub fn new(node: u64, secret: Option<Secret>, whereabouts: Arc<dyn Whereabouts>) -> Cluster {
        Cluster { node, secret, whereabouts, looked: Mutex::new(None) }
    }

    /// The mark of this node.
    pub(crate) fn home(&self) -> Home {
        Home::of(self.node)
    }

    /// Takes off a request what the node said of it that has passed it on; false if that was no node of ours.
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

    /// What this node shows others; nothing if there is no secret.
    fn shown(&self) -> Option<HeaderValue> {
        let mut shown = HeaderValue::from_str(self.secret.as_ref()?.reveal()).ok()?;
        shown.set_sensitive(true);
        Some(shown)
    }

    /// The other nodes that were alive a moment ago.
    fn neighbours(&self) -> Vec<Neighbour> {
        self.whereabouts.neighbours()
    }

    /// Where a node is reached; nothing if it is not alive. One that has begun just now is looked for.
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

    /// Whether the database may be asked again: anybody may name sessions that never were.
    fn may_look(&self) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = looked.is_none_or(|looked| looked.elapsed() >= LOOKS);
        if is_due {
            *looked = Some(Instant::now());
        }
        is_due
    }
}

/// What the cluster has in common.
const SECRET: HeaderName = HeaderName::from_static("x-chat-cluster");
/// Whose connection it was.
const PEER: HeaderName = HeaderName::from_static("x-chat-peer");
/// How they spoke.
const SCHEME: HeaderName = HeaderName::from_static("x-chat-scheme");
/// How often the database is asked for nodes that are not known.
const LOOKS: Duration = Duration::from_millis(100);
