//! How connections are treated.

use std::sync::Arc;
use std::time::Duration;

use super::tally::Tally;
use super::tls::Tls;
use crate::address::Proxies;

/// How connections are treated.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Connections at a time, upgraded ones included; more wait in the kernel's backlog.
    pub connections: usize,
    /// Connections of an address at a time; it gets no answer on more.
    pub per_address: usize,
    /// Where connections are counted.
    pub tally: Arc<Tally>,
    /// Whose connections are those of many, and whose PROXY headers count.
    pub proxies: Proxies,
    /// The certificates, where TLS is spoken. Unix sockets are always plain.
    pub tls: Option<Tls>,
    /// Time for a request's head to come, and for the next one on an idle connection; also for TLS, and what a proxy says.
    pub header_timeout: Duration,
    /// Time after which a client that does not read its answer, a stream for one, is given up.
    pub write_timeout: Duration,
    /// Bytes of a request's head, and of an answer that hyper holds for a slow client.
    pub buffer: usize,
    /// Time for answers under way to finish once the server is told to stop.
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
