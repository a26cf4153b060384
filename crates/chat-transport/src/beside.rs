//! What is served on the same port beside the chat: a page, an embedder's own routes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::carry::http::{Body, Peer};

/// Addresses that are not the chat's, and who answers there.
///
/// It is asked before the routes of the chat, so that an embedder may put its own answer in the place of one of ours; sockets and
/// Socket.IO are never asked for. Whoever claims an address answers there for every method.
pub trait Beside: Send + Sync {
    /// Whether this address is answered here.
    fn claims(&self, path: &str) -> bool;

    /// The answer to a request for one of them.
    fn answer(&self, request: Request<Incoming>, peer: Peer) -> Answering<'_>;
}

/// An answer on its way.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response<Body>> + Send + 'a>>;

/// Who answers beside the chat, on the port for everybody and on the operators'.
#[derive(Clone, Default)]
pub struct Neighbours {
    /// On the port for everybody.
    pub public: Option<Arc<dyn Beside>>,
    /// On the operators' port.
    pub operators: Option<Arc<dyn Beside>>,
}

/// Whoever claims this address.
pub(crate) fn claimant<'a>(beside: &'a Option<Arc<dyn Beside>>, path: &str) -> Option<&'a dyn Beside> {
    beside.as_deref().filter(|beside| beside.claims(path))
}
