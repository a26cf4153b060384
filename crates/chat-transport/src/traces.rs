//! Sending traces to an OpenTelemetry collector. The hub makes them, for a part of what clients ask.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chat_protocol::traces::{Trace, exported};
use http::header::CONTENT_TYPE;
use http::{Request, Uri};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep;
use tracing::warn;

use crate::carry::http::JSON;
use crate::client::{Client, ClientSettings, Unreached};
use crate::sparing::Sparing;

/// The queue of traces to a collector. Cheap to clone; clones share the queue.
#[derive(Clone, Debug)]
pub struct Traces {
    to: Sender<Trace>,
    pace: Arc<Mutex<Pace>>,
    per_second: u32,
}

/// How many traces were made in the current second.
#[derive(Debug)]
struct Pace {
    second: Instant,
    made: u32,
}

impl Traces {
    /// Starts sending to a collector (`http://127.0.0.1:4318/v1/traces`), at most `per_second` traces. A trace that the collector
    /// does not take is lost: nothing waits for it.
    pub fn begin(address: Uri, per_second: u32) -> Result<Traces, Unreached> {
        let client = Client::new(ClientSettings::default())?;
        let (to, traces) = channel(MOST);
        tokio::spawn(send(client, address, traces));
        let pace = Pace { second: Instant::now(), made: 0 };
        Ok(Traces { to, pace: Arc::new(Mutex::new(pace)), per_second })
    }

    /// Tells whether one more trace may be made in this second, and counts it.
    pub(crate) fn is_due(&self) -> bool {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        if pace.second.elapsed() >= Duration::from_secs(1) {
            *pace = Pace { second: Instant::now(), made: 0 };
        }
        pace.made += 1;
        pace.made <= self.per_second
    }

    /// Queues a trace. It is dropped if the queue is full.
    pub(crate) fn put(&self, trace: Trace) {
        // A full queue means that the collector is slow, and a trace is not worth waiting for.
        let _ = self.to.try_send(trace);
    }
}

/// Sends traces until all senders are gone.
async fn send(client: Client, address: Uri, mut traces: Receiver<Trace>) {
    let mut some = Vec::new();
    while traces.recv_many(&mut some, MOST).await > 0 {
        sleep(GATHER).await;
        while some.len() < MOST
            && let Ok(trace) = traces.try_recv()
        {
            some.push(trace);
        }
        let mut request = Request::new(Bytes::from(exported(&some)));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = address.clone();
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        let problem = match client.send(request).await {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = problem
            && let Some(left_out) = LOST.line(Instant::now())
        {
            warn!(why, left_out, lost = some.len(), "the collector takes no traces");
        }
        some.clear();
    }
}

/// How many traces may wait, and how many one request carries.
const MOST: usize = 512;
/// How long to gather more traces for the same request.
const GATHER: Duration = Duration::from_millis(500);
/// Limits the log to one line a second while the collector is away.
static LOST: Sparing = Sparing::new();
