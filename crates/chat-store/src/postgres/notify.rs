//! The wire to the other nodes over LISTEN and NOTIFY. It has connections of its own, because NOTIFY within the writing
//! transactions would make all of them wait for each other.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use chat_domain::backplane::{Listener, Wire};
use tokio::sync::{Notify as Bell, mpsc};
use tokio::time::{sleep, timeout};

use super::address::{Address, NAME};
use super::raw::Raw;

/// Who is told about other nodes, once there is somebody.
#[derive(Default)]
pub(super) struct Hearers(OnceLock<Weak<dyn Listener>>);

impl Hearers {
    /// Tells that the rows of these other nodes are fresh.
    pub(super) fn living(&self, nodes: Vec<u64>) {
        if let Some(ears) = self.0.get().and_then(Weak::upgrade) {
            ears.living(nodes);
        }
    }

    pub(super) fn begin(&self, ears: &Arc<dyn Listener>) {
        // The first one stays.
        let _ = self.0.set(Arc::downgrade(ears));
    }
}

/// This node's end of the wire.
pub(super) struct Notifying {
    queue: mpsc::Sender<String>,
    node: u64,
    own: Arc<Own>,
    /// The listener, kept for as long as this node can speak.
    _ears: Arc<dyn Listener>,
}

impl Notifying {
    /// Begins to listen and to speak, and waits until this node hears itself; `None` if it does not.
    pub(super) async fn begin(address: &Address, ears: Arc<dyn Listener>) -> Option<Notifying> {
        let (queue, waiting) = mpsc::channel(MOST_WAITING);
        let own = Arc::new(Own::default());
        let node = address.node().id;
        tokio::spawn(listen(address.clone(), Arc::downgrade(&ears), own.clone()));
        tokio::spawn(speak(address.clone(), waiting));
        let began = Instant::now();
        while began.elapsed() < BEGINS {
            let heard = own.bell.notified();
            // If it is lost, it is said again.
            let _ = queue.try_send(format!("{node:x} "));
            if timeout(AGAIN, heard).await.is_ok() {
                return Some(Notifying { queue, node, own: own.clone(), _ears: ears });
            }
        }
        None
    }
}

impl Wire for Notifying {
    fn longest(&self) -> usize {
        LONGEST
    }

    fn say(&self, texts: Vec<String>) {
        for text in texts {
            // If there is no room, it is lost; the other nodes notice that by its number.
            let _ = self.queue.try_send(format!("{:x} {text}", self.node));
        }
    }

    fn is_well(&self) -> bool {
        self.own.is_heard()
    }
}

/// When this node last heard itself. As long as it does, others are heard, too.
#[derive(Default)]
struct Own {
    bell: Bell,
    heard: Mutex<Option<Instant>>,
}

impl Own {
    fn hears(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.bell.notify_waiters();
    }

    fn is_heard(&self) -> bool {
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.is_some_and(|heard| heard.elapsed() < SILENCE)
    }
}

/// Listens until nobody wants to hear any more. Something may have been missed whenever a new connection is made.
async fn listen(address: Address, weak: Weak<dyn Listener>, own: Arc<Own>) {
    while weak.strong_count() > 0 {
        if let Ok(Ok(raw)) = timeout(PATIENCE, listening(&address, weak.clone(), own.clone())).await {
            if let Some(ears) = weak.upgrade() {
                ears.was_deaf();
            }
            own.hears();
            // The node's own heartbeats come back to it as long as the connection works.
            while !raw.client.is_closed() && own.is_heard() && weak.strong_count() > 0 {
                sleep(GLANCE).await;
            }
        }
        sleep(GLANCE).await;
    }
}

async fn listening(address: &Address, ears: Weak<dyn Listener>, own: Arc<Own>) -> Result<Raw, String> {
    let node = address.node().id;
    let hear = move |payload: &str| match payload.split_once(' ') {
        Some((speaker, _)) if u64::from_str_radix(speaker, 16) == Ok(node) => own.hears(),
        Some((_, text)) => ears.upgrade().into_iter().for_each(|ears| ears.came(text)),
        None => {}
    };
    let raw = address.server().raw(hear).await?;
    let begin = format!("SET application_name = '{NAME} {node:x}'; LISTEN {CHANNEL}");
    raw.client.batch_execute(&begin).await.map_err(|error| error.to_string())?;
    Ok(raw)
}

/// Says what waits, as much as possible in one statement.
async fn speak(address: Address, mut waiting: mpsc::Receiver<String>) {
    let mut raw: Option<Raw> = None;
    while let Some(first) = waiting.recv().await {
        let mut said = vec![first];
        while said.len() < MOST_AT_ONCE
            && let Ok(next) = waiting.try_recv()
        {
            said.push(next);
        }
        if raw.as_ref().is_none_or(|raw| raw.client.is_closed()) {
            raw = timeout(PATIENCE, speaking(&address)).await.ok().and_then(Result::ok);
        }
        let Some(connected) = &raw else {
            sleep(GLANCE).await;
            continue;
        };
        let statement = format!("SELECT pg_notify('{CHANNEL}', said) FROM unnest($1::text[]) said");
        let done = timeout(PATIENCE, connected.client.execute(&statement, &[&said])).await;
        if !matches!(done, Ok(Ok(_))) {
            raw = None;
        }
    }
}

async fn speaking(address: &Address) -> Result<Raw, String> {
    let raw = address.server().raw(|_| {}).await?;
    let begin = format!("SET application_name = '{NAME} {:x}'; SET synchronous_commit = off", address.node().id);
    raw.client.batch_execute(&begin).await.map_err(|error| error.to_string())?;
    Ok(raw)
}

const CHANNEL: &str = "chat_nodes";
/// The longest text: the server takes payloads below 8,000 bytes, and the number of the node comes first.
const LONGEST: usize = 7_999 - 17;
/// The largest number of texts that wait.
const MOST_WAITING: usize = 8192;
/// The largest number of texts in one statement.
const MOST_AT_ONCE: usize = 64;
/// How long a node may take to hear itself at its start, when many others may start, too.
const BEGINS: Duration = Duration::from_secs(20);
/// How long a statement or making a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// After so long without hearing itself, a node's connection is broken: it says something every second.
const SILENCE: Duration = Duration::from_millis(3_500);
const AGAIN: Duration = Duration::from_secs(1);
const GLANCE: Duration = Duration::from_millis(100);
