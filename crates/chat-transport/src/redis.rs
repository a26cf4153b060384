//! The way to the other nodes over Redis or Valkey: what is published there is heard by whoever is subscribed at that moment.
//!
//! Whoever reaches that server could say anything: what is said is signed with the secret of the cluster.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat_domain::backplane::{Listener, Wire};
use futures_util::StreamExt;
use redis::Client;
use redis::aio::{MultiplexedConnection, PubSub};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};

use crate::account::secret::Secret;

/// This node's end of the bus.
pub struct Redis {
    queue: mpsc::Sender<String>,
    signer: Arc<Signer>,
    own: Arc<Own>,
    /// Who hears, for as long as somebody may speak.
    _ears: Arc<dyn Listener>,
}

/// Writes who says something in front of it, and who may.
struct Signer {
    node: u64,
    secret: Secret,
}

/// When this node last heard itself, by which it knows that it hears.
#[derive(Default)]
struct Own {
    heard: Mutex<Option<Instant>>,
    bell: Notify,
}

impl Redis {
    /// Begins to listen and to speak, and waits until this node hears itself; what is wrong if it does not.
    pub async fn begin(
        address: &str,
        channel: String,
        (node, secret): (u64, Secret),
        ears: Arc<dyn Listener>,
    ) -> Result<Redis, String> {
        let client = Client::open(address).map_err(|error| error.to_string())?;
        let (queue, waiting) = mpsc::channel(MOST_WAITING);
        let (own, signer) = (Arc::new(Own::default()), Arc::new(Signer { node, secret }));
        tokio::spawn(listen(client.clone(), channel.clone(), signer.clone(), Arc::downgrade(&ears), own.clone()));
        tokio::spawn(speak(client, channel, waiting));
        let began = Instant::now();
        while began.elapsed() < BEGINS {
            let heard = own.bell.notified();
            // What is lost here is said again.
            let _ = queue.try_send(signer.signed(""));
            if timeout(AGAIN, heard).await.is_ok() {
                return Ok(Redis { queue, signer, own, _ears: ears });
            }
        }
        Err("what is published there is not heard".into())
    }
}

impl Wire for Redis {
    fn longest(&self) -> usize {
        LONGEST
    }

    fn say(&self, texts: Vec<String>) {
        for text in texts {
            // What there is no room for is lost, which the others notice by its number.
            let _ = self.queue.try_send(self.signer.signed(&text));
        }
    }

    fn is_well(&self) -> bool {
        self.own.is_heard()
    }
}

impl Signer {
    fn signed(&self, text: &str) -> String {
        let said = format!("{:x} {text}", self.node);
        format!("{} {said}", self.mark(&said))
    }

    /// Who says what, if it was said by one of ours.
    fn read<'t>(&self, payload: &'t str) -> Option<(u64, &'t str)> {
        let (mark, said) = payload.split_once(' ')?;
        let is_ours = Secret::new(self.mark(said)).is(mark);
        let (node, text) = said.split_once(' ').filter(|_| is_ours)?;
        Some((u64::from_str_radix(node, 16).ok()?, text))
    }

    /// HMAC with SHA-256.
    fn mark(&self, said: &str) -> String {
        let mut key = [0; BLOCK];
        let secret = self.secret.reveal().as_bytes();
        match secret.len() <= BLOCK {
            true => key[..secret.len()].copy_from_slice(secret),
            false => key[..32].copy_from_slice(&Sha256::digest(secret)),
        }
        let inner = Sha256::new().chain_update(key.map(|byte| byte ^ 0x36)).chain_update(said).finalize();
        URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(key.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize())
    }
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

/// Listens until nobody wants to hear any more. Each new subscription may have missed something.
async fn listen(client: Client, channel: String, signer: Arc<Signer>, weak: Weak<dyn Listener>, own: Arc<Own>) {
    while weak.strong_count() > 0 {
        if let Ok(Ok(subscribed)) = timeout(PATIENCE, subscribed(&client, &channel)).await {
            if let Some(ears) = weak.upgrade() {
                ears.was_deaf();
            }
            hear(subscribed, &signer, &weak, &own).await;
        }
        sleep(PAUSE).await;
    }
}

async fn subscribed(client: &Client, channel: &str) -> redis::RedisResult<PubSub> {
    let mut connection = client.get_async_pubsub().await?;
    connection.subscribe(channel).await?;
    Ok(connection)
}

/// Hears until the connection ends, or this node does not hear itself any more: its own heartbeats come back to it.
async fn hear(mut subscribed: PubSub, signer: &Signer, weak: &Weak<dyn Listener>, own: &Own) {
    let mut messages = subscribed.on_message();
    while let Ok(Some(message)) = timeout(SILENCE, messages.next()).await {
        let Some(ears) = weak.upgrade() else { return };
        let payload = message.get_payload::<String>().unwrap_or_default();
        match signer.read(&payload) {
            Some((node, _)) if node == signer.node => own.hears(),
            Some((_, text)) => ears.came(text),
            None => {}
        }
    }
}

/// Says what waits, as much as there is at once.
async fn speak(client: Client, channel: String, mut waiting: mpsc::Receiver<String>) {
    let mut connection: Option<MultiplexedConnection> = None;
    while let Some(first) = waiting.recv().await {
        let mut said = redis::pipe();
        said.publish(&channel, first).ignore();
        for _ in 1..MOST_AT_ONCE {
            let Ok(next) = waiting.try_recv() else { break };
            said.publish(&channel, next).ignore();
        }
        if connection.is_none() {
            let connecting = timeout(PATIENCE, client.get_multiplexed_async_connection());
            connection = connecting.await.ok().and_then(Result::ok);
        }
        let Some(connected) = &mut connection else {
            sleep(PAUSE).await;
            continue;
        };
        let done = timeout(PATIENCE, said.query_async::<()>(connected)).await;
        if !matches!(done, Ok(Ok(()))) {
            connection = None;
        }
    }
}

/// How much SHA-256 takes in at a time.
const BLOCK: usize = 64;
/// Nobody says so much at once.
const LONGEST: usize = 1 << 20;
/// What waits to be said at most.
const MOST_WAITING: usize = 8192;
/// What is said at once at most.
const MOST_AT_ONCE: usize = 64;
/// How long a node may take to hear itself when it begins, with many others beginning beside it.
const BEGINS: Duration = Duration::from_secs(20);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A node says something every second.
const SILENCE: Duration = Duration::from_millis(3_500);
const AGAIN: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(secret: &str) -> Signer {
        Signer { node: 0x1f, secret: Secret::new(secret) }
    }

    #[test]
    fn a_mark_is_that_of_the_standard() {
        // RFC 4231, test cases 2 and 6, with their texts.
        let hex = |secret: &[u8], said: &str| {
            let secret = String::from_utf8_lossy(secret).into_owned();
            let mark = Signer { node: 0, secret: Secret::new(secret) }.mark(said);
            let bytes = URL_SAFE_NO_PAD.decode(mark).expect("base64");
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(
            hex(b"Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn only_what_has_the_mark_of_the_cluster_is_heard() {
        let ours = signer("the secret of this cluster");
        let said = ours.signed("{} and more");
        assert_eq!(ours.read(&said), Some((0x1f, "{} and more")));
        assert_eq!(signer("another secret").read(&said), None);
        assert_eq!(ours.read(&said.replace("more", "less")), None);
        assert_eq!(ours.read(&signer(&"long ".repeat(20)).signed("x")), None);
        for nonsense in ["", " ", "a", "a b", "a b c"] {
            assert_eq!(ours.read(nonsense), None);
        }
    }
}
