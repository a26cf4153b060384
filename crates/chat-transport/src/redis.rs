//! The bus between nodes over Redis or Valkey: publish and subscribe, so a node hears only what is published while it is
//! subscribed.
//!
//! Whoever can reach that server could publish anything. Each message is therefore signed with the secret of the cluster.

mod servers;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat_domain::backplane::{Listener, Wire};
use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSub};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};

use self::servers::Servers;
use crate::account::secret::Secret;

/// This node's end of the bus.
pub struct Redis {
    queue: mpsc::Sender<String>,
    signer: Arc<Signer>,
    own: Arc<Own>,
    /// Kept so that the listening task, which holds a weak reference, lives as long as this.
    _ears: Arc<dyn Listener>,
}

/// Signs this node's messages, and checks those of others.
struct Signer {
    node: u64,
    secret: Secret,
}

/// When this node last heard its own messages: as long as they come back, it hears the others' too.
#[derive(Default)]
struct Own {
    heard: Mutex<Option<Instant>>,
    bell: Notify,
}

impl Redis {
    /// Starts listening and publishing, and waits until this node hears itself. Fails with a reason if it does not within
    /// 20 seconds.
    pub async fn begin(
        address: &str,
        channel: String,
        (node, secret): (u64, Secret),
        ears: Arc<dyn Listener>,
    ) -> Result<Redis, String> {
        let servers = Servers::parse(address)?;
        let (queue, waiting) = mpsc::channel(MOST_WAITING);
        let (own, signer) = (Arc::new(Own::default()), Arc::new(Signer { node, secret }));
        tokio::spawn(listen(servers.clone(), channel.clone(), signer.clone(), Arc::downgrade(&ears), own.clone()));
        tokio::spawn(speak(servers, channel, waiting, own.clone()));
        let began = Instant::now();
        while began.elapsed() < BEGINS {
            let heard = own.bell.notified();
            // A failed attempt needs no handling: the next turn of the loop tries again.
            let _ = queue.try_send(signer.signed(""));
            if timeout(AGAIN, heard).await.is_ok() {
                return Ok(Redis { queue, signer, own, _ears: ears });
            }
        }
        Err("what this node publishes there does not come back: is it a Redis or Valkey that allows PUBLISH and SUBSCRIBE?".into())
    }
}

impl Wire for Redis {
    fn longest(&self) -> usize {
        LONGEST
    }

    fn say(&self, texts: Vec<String>) {
        for text in texts {
            // A message that does not fit into the queue is lost. Other nodes notice that by its number.
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

    /// Returns the sender and the text, or `None` if the signature is not the cluster's.
    fn read<'t>(&self, payload: &'t str) -> Option<(u64, &'t str)> {
        let (mark, said) = payload.split_once(' ')?;
        let is_ours = Secret::new(self.mark(said)).is(mark);
        let (node, text) = said.split_once(' ').filter(|_| is_ours)?;
        Some((u64::from_str_radix(node, 16).ok()?, text))
    }

    /// Returns the HMAC-SHA-256 of the text.
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
async fn listen(mut servers: Servers, channel: String, signer: Arc<Signer>, weak: Weak<dyn Listener>, own: Arc<Own>) {
    while weak.strong_count() > 0 {
        if let Ok(Ok(subscribed)) = timeout(PATIENCE, subscribed(&servers, &channel)).await {
            if let Some(ears) = weak.upgrade() {
                ears.was_deaf();
            }
            hear(subscribed, &signer, &weak, &own).await;
        }
        servers.turn();
        sleep(PAUSE).await;
    }
}

async fn subscribed(servers: &Servers, channel: &str) -> redis::RedisResult<PubSub> {
    let mut connection = servers.now().await?.get_async_pubsub().await?;
    connection.subscribe(channel).await?;
    Ok(connection)
}

/// Hears messages until the connection fails or falls silent. Silence means failure, since this node's own heartbeats should come
/// back.
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

/// Publishes what waits, as much as there is at once. If nothing of it is heard for long, the server may have become a replica of
/// another one, so it connects anew.
async fn speak(mut servers: Servers, channel: String, mut waiting: mpsc::Receiver<String>, own: Arc<Own>) {
    let mut connection: Option<(MultiplexedConnection, Instant)> = None;
    while let Some(first) = waiting.recv().await {
        let mut said = redis::pipe();
        said.publish(&channel, first).ignore();
        for _ in 1..MOST_AT_ONCE {
            let Ok(next) = waiting.try_recv() else { break };
            said.publish(&channel, next).ignore();
        }
        if connection.as_ref().is_none_or(|(_, since)| since.elapsed() > SILENCE && !own.is_heard()) {
            let connecting = timeout(PATIENCE, connected(&servers));
            connection = connecting.await.ok().and_then(Result::ok).map(|connected| (connected, Instant::now()));
        }
        let Some((connected, _)) = &mut connection else {
            servers.turn();
            sleep(PAUSE).await;
            continue;
        };
        let done = timeout(PATIENCE, said.query_async::<()>(connected)).await;
        if !matches!(done, Ok(Ok(()))) {
            connection = None;
            servers.turn();
        }
    }
}

async fn connected(servers: &Servers) -> redis::RedisResult<MultiplexedConnection> {
    servers.now().await?.get_multiplexed_async_connection().await
}

/// The block size of SHA-256, in bytes.
const BLOCK: usize = 64;
/// The most bytes that one message may have.
const LONGEST: usize = 1 << 20;
/// How many messages may wait to be published.
const MOST_WAITING: usize = 8192;
/// How many messages are published in one round trip.
const MOST_AT_ONCE: usize = 64;
/// How long a node may take to hear itself at its start, when many others may be starting too.
const BEGINS: Duration = Duration::from_secs(20);
/// How long one exchange with the server may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// After this silence the subscription counts as dead: a node's own heartbeat comes back every second.
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
