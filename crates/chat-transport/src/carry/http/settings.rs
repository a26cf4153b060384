//! Settings of connections.

use std::sync::Arc;
use std::time::Duration;

use super::tally::Tally;
use super::tls::Tls;
use crate::address::Proxies;

/// Limits and timeouts of connections.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// How many connections may be open, upgraded ones included. More wait in the kernel's backlog.
    pub connections: usize,
    /// How many connections one address may have. Further ones are closed without an answer.
    pub per_address: usize,
    /// Where connections are counted.
    pub tally: Arc<Tally>,
    /// The trusted proxies: their connections are not counted as one client's, and their PROXY headers are believed.
    pub proxies: Proxies,
    /// The certificates, where TLS is spoken. Unix sockets are always plain.
    pub tls: Option<Tls>,
    /// The time in which a request's head must come, also the first part of the next one on an idle connection, the TLS
    /// handshake, and a PROXY header.
    pub header_timeout: Duration,
    /// The time after which a client is dropped that does not read its answer or stream.
    pub write_timeout: Duration,
    /// The most bytes of a request's head, and of an answer that hyper buffers for a slow client.
    pub buffer: usize,
    /// The time for answers under way to finish once the server is told to stop.
    pub drain: Duration,
}

impl Default for HttpSettings {
    fn default() -> Self {
        HttpSettings {
            connections: 100_000,
            per_address: 10_000,
            tally: Arc::default(),
            proxies: Proxies::default(),
            tls: None,
            header_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            buffer: 64 << 10,
            drain: Duration::from_secs(10),
        }
    }
}
