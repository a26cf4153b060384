//! Several nodes in this process, over a journal and a bus in memory. The bus loses every fifth envelope, which the nodes notice
//! by the numbers and by comparing with the journal.

use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chat_domain::around::Around;
use chat_domain::backplane::{Ears, Envelope, Speaker};
use chat_domain::memory::InMemory;
use chat_domain::memory::bus::Bus;
use chat_domain::{Answer, Head, Journal, Limits, Order, Outcome, Rate, RoomId, Settled, Sink};
use chat_transport::account::secret::Secret;
use chat_transport::account::token::Tokens;
use chat_transport::app::ServerSettings;
use chat_transport::carry::http::listen;
use chat_transport::hub::{Among, Inbox};
use chat_transport::rates::RateSettings;
use chat_transport::server::Builder;
use futures_util::FutureExt;
use tokio::task::spawn_local;
use tokio_util::sync::CancellationToken;

use crate::Trouble;

/// Nodes that serve one chat.
pub(crate) struct Memory(Vec<Running>);

struct Running {
    address: SocketAddr,
    /// Kept here, since the bus only borrows it.
    _ears: Arc<dyn Ears>,
}

/// The common journal, as one node uses it: the node hears the outcomes of its own orders only.
struct Own {
    memory: Arc<InMemory>,
    inbox: Arc<Inbox>,
    is_deaf: bool,
}

/// What one node hears of the others.
struct Ear {
    inbox: Arc<Inbox>,
    is_deaf: bool,
    came: AtomicU64,
}

/// The memory's own sink, which drops everything: each node is told by its own journal.
struct Nobody;

impl Memory {
    /// Starts this many on free ports. Deaf ones neither hear each other nor find anything when they compare.
    pub(crate) fn start(count: u64, are_deaf: bool) -> Result<Memory, Trouble> {
        let memory = Arc::new(InMemory::new(Limits::default(), Arc::new(Nobody)));
        let bus = Bus::new();
        let nodes = (1..=count).map(|number| start(number, &bus, &memory, are_deaf));
        Ok(Memory(nodes.collect::<Result<_, _>>()?))
    }

    /// Returns their addresses.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.0.iter().map(|node| node.address).collect()
    }
}

fn start(number: u64, bus: &Bus, memory: &Arc<InMemory>, is_deaf: bool) -> Result<Running, Trouble> {
    let inbox = Inbox::new(1);
    let journal = Arc::new(Own { memory: memory.clone(), inbox: inbox.clone(), is_deaf });
    let ears: Arc<dyn Ears> = Arc::new(Ear { inbox: inbox.clone(), is_deaf, came: AtomicU64::new(0) });
    let speaker = Speaker { cluster: 1, epoch: memory.epoch(), node: number, life: 1 };
    let among = Among { speaker, channels: 1, backplane: bus.join(number, &ears) };
    let tokens = Tokens::local(&[Secret::new("the same for all of these nodes, 32 bytes")], 24 * 3_600);
    let server = Builder::new(inbox, journal, memory.clone(), tokens).settings(settings()).among(among).build()?;
    let listener = listen(([127, 0, 0, 1], 0).into())?;
    let address = listener.local_addr()?;
    // It runs until this process ends.
    spawn_local(async move { server.serve(listener, CancellationToken::new()).await });
    Ok(Running { address, _ears: ears })
}

/// Returns settings with high rates: clients that are cut off again and again do more than people do.
fn settings() -> ServerSettings {
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
    let rates =
        RateSettings { messages: rate, changes: rate, replays: rate, typing: rate, logins: rate, addresses: rate };
    ServerSettings { rates, ..ServerSettings::default() }
}

impl Around for Own {
    fn inner(&self) -> &dyn Journal {
        &*self.memory
    }

    fn execute(&self, order: Order) -> Answer<'_, Outcome> {
        Box::pin(async move {
            let (origin, result) = (order.origin, self.memory.execute(order).await);
            self.inbox.settled(vec![Settled { origin, result: result.clone() }]);
            result
        })
    }

    fn submit(&self, order: Order) {
        // The memory answers at once.
        let _ = Around::execute(self, order).now_or_never();
    }

    fn heads(&self, rooms: Vec<RoomId>) -> Answer<'_, Vec<(RoomId, Head)>> {
        if self.is_deaf { Box::pin(ready(Ok(Vec::new()))) } else { self.inner().heads(rooms) }
    }
}

impl Ears for Ear {
    fn heard(&self, envelope: Envelope) {
        let is_lost = self.came.fetch_add(1, Ordering::Relaxed) % LOST == LOST - 1;
        if !is_lost && !self.is_deaf {
            self.inbox.heard(envelope);
        }
    }

    fn was_deaf(&self) {
        self.inbox.was_deaf();
    }

    fn living(&self, nodes: Vec<u64>) {
        self.inbox.living(nodes);
    }
}

impl Sink for Nobody {
    fn settled(&self, _: Vec<Settled>) {}
}

/// One envelope in so many is lost.
const LOST: u64 = 5;
