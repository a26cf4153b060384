//! The hub as everybody else has it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chat_domain::{Directory, Journal, RoomId, Time};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::delivery::Delivery;
use super::holdback::Holdback;
use super::inbox::Inbox;
use super::lists::Lists;
use super::nodes::{Among, Nodes, Told};
use super::people::People;
use super::settings::HubSettings;
use super::sockets::Sockets;
use super::to_read::Missing;
use crate::carry::outbox::Depot;
use crate::metrics::Metrics;

/// The hub of one node. Cheap to clone.
///
/// Its machines have a lock each, and none is held while another's is taken: what they have to do with one another, the methods
/// here do step by step.
#[derive(Clone)]
pub struct Hub(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) inbox: Arc<Inbox>,
    shards: Box<[Shard]>,
    people: Mutex<People>,
    /// Rings when somebody's presence is to be told.
    pub(super) presence: Notify,
    /// Rings when a message owes notifications.
    pub(super) owes: Notify,
    /// Rings when a ban wants messages erased.
    pub(super) purges: Notify,
    lists: Mutex<Lists>,
    /// Rooms of which something is to be read.
    pub(super) missing: Missing,
    /// The other nodes, if there may be some.
    pub(super) nodes: Option<Nodes>,
    pub(super) told: Told,
    pub(super) sockets: Sockets,
    pub(super) settings: HubSettings,
    pub(super) depot: Arc<Depot>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) directory: Arc<dyn Directory>,
    /// The life of the database that is known here.
    pub(super) epoch: AtomicU64,
    next_socket: AtomicU64,
    /// When this hub was made.
    pub(super) began: Time,
    pub(super) closing: CancellationToken,
}

/// Some of the rooms, which one task tells.
struct Shard {
    delivery: Mutex<Delivery>,
    holdback: Holdback,
}

impl Hub {
    /// A hub that nobody has joined, over the journal that fills this inbox.
    pub fn new(
        settings: HubSettings,
        depot: Arc<Depot>,
        inbox: Arc<Inbox>,
        journal: Arc<dyn Journal>,
        directory: Arc<dyn Directory>,
    ) -> Hub {
        Hub::among(settings, depot, inbox, journal, directory, None)
    }

    /// The same among others, which share the journal.
    pub fn among(
        settings: HubSettings,
        depot: Arc<Depot>,
        inbox: Arc<Inbox>,
        journal: Arc<dyn Journal>,
        directory: Arc<dyn Directory>,
        others: Option<Among>,
    ) -> Hub {
        let (epoch, shards, began) = (journal.epoch(), inbox.lanes(), depot.time());
        let shard = |_| Shard {
            delivery: Mutex::new(Delivery::new(&settings, inbox.metrics().clone(), epoch, shards, others.is_some())),
            holdback: Holdback::default(),
        };
        Hub(Arc::new(Shared {
            shards: (0..shards).map(shard).collect(),
            people: Mutex::new(People::new(&settings, epoch, others.is_some())),
            presence: Notify::new(),
            owes: Notify::new(),
            purges: Notify::new(),
            lists: Mutex::default(),
            missing: Missing::default(),
            told: Told::default(),
            nodes: others.map(|among| Nodes::new(among, epoch)),
            sockets: Sockets::default(),
            inbox,
            settings,
            depot,
            journal,
            directory,
            epoch: AtomicU64::new(epoch),
            next_socket: AtomicU64::new(1),
            began,
            closing: CancellationToken::new(),
        }))
    }

    /// The moment, as this server has it.
    pub fn now(&self) -> Time {
        self.0.depot.time()
    }

    /// The moment on the clock of timers, which never goes back.
    pub(super) fn instant(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    /// The figures for operators.
    pub(crate) fn metrics(&self) -> &Metrics {
        self.0.inbox.metrics()
    }

    /// A number for a new socket.
    pub(crate) fn next_socket(&self) -> u64 {
        self.0.next_socket.fetch_add(1, Ordering::Relaxed)
    }

    /// The outboxes' shared part.
    pub(crate) fn depot(&self) -> &Arc<Depot> {
        &self.0.depot
    }

    /// The life of the database that is known here.
    pub(crate) fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    /// Comes when a ban wants messages erased, also one since this was last waited for.
    pub(crate) async fn wants_a_purge(&self) {
        self.0.purges.notified().await;
    }

    /// Says that it does.
    pub(crate) fn purge(&self) {
        self.0.purges.notify_one();
    }

    /// Comes when a message was settled that mentions somebody, also one since this was last waited for.
    pub(crate) async fn owes_notifications(&self) {
        self.0.owes.notified().await;
    }

    /// Tells when the server goes away.
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }

    /// How many shards there are.
    pub(super) fn shards(&self) -> usize {
        self.0.shards.len()
    }

    /// The rooms of a shard. Nobody takes another lock while holding it.
    pub(super) fn delivery(&self, shard: usize) -> MutexGuard<'_, Delivery> {
        self.0.shards[shard].delivery.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rooms of the shard that this one is in.
    pub(super) fn delivery_of(&self, room: RoomId) -> MutexGuard<'_, Delivery> {
        self.delivery(self.0.inbox.lane(room))
    }

    /// The orders to a shard's rooms that are held back.
    pub(super) fn holdback(&self, shard: usize) -> &Holdback {
        &self.0.shards[shard].holdback
    }

    /// Who is here. Nobody takes another lock while holding it.
    pub(super) fn people(&self) -> MutexGuard<'_, People> {
        self.0.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pace of chat lists. Nobody takes another lock while holding it.
    pub(super) fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
