//! Other routes on the port of the chat: the page, and an embedder's own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::carry::http::{Body, Peer};

/// Routes that are not the chat's, and the handler behind them.
///
/// It is asked before the REST routes of the chat, so that an embedder can replace one of them. WebSockets, streams and Socket.IO
/// always remain the chat's. A claimed address is answered here for every method.
pub trait Beside: Send + Sync {
    /// Tells whether this path is answered here.
    fn claims(&self, path: &str) -> bool;

    /// Answers a request for a path that was claimed.
    fn answer(&self, request: Request<Incoming>, peer: Peer) -> Answering<'_>;
}

/// The future of an answer.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response<Body>> + Send + 'a>>;

/// The additional routes on the public port and on the operators' port.
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
