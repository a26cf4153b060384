//! Traces for OpenTelemetry: what became of some of what clients ask for. They are made by the hub, and sent from here.

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

/// Sends traces to a collector. Cheap to clone; clones are one.
#[derive(Clone, Debug)]
pub struct Traces {
    to: Sender<Trace>,
    pace: Arc<Mutex<Pace>>,
    per_second: u32,
}

/// How many are made in the second under way.
#[derive(Debug)]
struct Pace {
    second: Instant,
    made: u32,
}

impl Traces {
    /// Sends to the collector at this address (`http://127.0.0.1:4318/v1/traces`), at most so many a second. What it does not take is
    /// lost: nothing waits for a collector.
    pub fn begin(address: Uri, per_second: u32) -> Result<Traces, Unreached> {
        let client = Client::new(ClientSettings::default())?;
        let (to, traces) = channel(MOST);
        tokio::spawn(send(client, address, traces));
        let pace = Pace { second: Instant::now(), made: 0 };
        Ok(Traces { to, pace: Arc::new(Mutex::new(pace)), per_second })
    }

    /// Whether one more is to be made.
    pub(crate) fn is_due(&self) -> bool {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        if pace.second.elapsed() >= Duration::from_secs(1) {
            *pace = Pace { second: Instant::now(), made: 0 };
        }
        pace.made += 1;
        pace.made <= self.per_second
    }

    /// Sends one soon.
    pub(crate) fn put(&self, trace: Trace) {
        // Where too many wait, the collector is slow.
        let _ = self.to.try_send(trace);
    }
}

/// Sends until nobody makes traces any more.
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

/// Traces that wait, and those of one request.
const MOST: usize = 512;
/// How long more are waited for.
const GATHER: Duration = Duration::from_millis(500);
/// A collector that is away loses everything.
static LOST: Sparing = Sparing::new();
