//! The hub, as the rest of the server sees it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chat_domain::backplane::{Spent, Tell};
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

/// The hub of one node. Cheap to clone; clones are the same hub.
///
/// Each of its machines (the shards, people, chat lists) has a lock of its own, and none is held while another is taken: methods
/// here call one machine after the other. The locks of sockets and outboxes come below all of them.
#[derive(Clone)]
pub struct Hub(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) inbox: Arc<Inbox>,
    shards: Box<[Shard]>,
    people: Mutex<People>,
    /// Rings when presence waits to be told.
    pub(super) presence: Notify,
    /// Rings when a message has mentioned somebody.
    pub(super) owes: Notify,
    /// Rings when messages must be deleted.
    pub(super) purges: Notify,
    lists: Mutex<Lists>,
    /// Rooms of which something must be read from the journal.
    pub(super) missing: Missing,
    /// The other nodes, where there are several.
    pub(super) nodes: Option<Nodes>,
    pub(super) told: Told<Tell>,
    /// What people have done on other nodes of what has a rate.
    pub(super) spent: Told<Spent>,
    pub(super) sockets: Sockets,
    pub(super) settings: HubSettings,
    pub(super) depot: Arc<Depot>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) directory: Arc<dyn Directory>,
    /// The epoch of the database, as known here.
    pub(super) epoch: AtomicU64,
    next_socket: AtomicU64,
    /// When this hub was created.
    pub(super) began: Time,
    pub(super) closing: CancellationToken,
}

/// The rooms that one task tells.
struct Shard {
    delivery: Mutex<Delivery>,
    holdback: Holdback,
}

impl Hub {
    /// Creates a hub over the journal that fills this inbox.
    pub fn new(
        settings: HubSettings,
        depot: Arc<Depot>,
        inbox: Arc<Inbox>,
        journal: Arc<dyn Journal>,
        directory: Arc<dyn Directory>,
    ) -> Hub {
        Hub::among(settings, depot, inbox, journal, directory, None)
    }

    /// Creates a hub of one node among several that share the journal.
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
            spent: Told::default(),
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

    /// Returns the time by this server's clock.
    pub fn now(&self) -> Time {
        self.0.depot.time()
    }

    /// Returns the time of the monotonic clock, for pauses.
    pub(super) fn instant(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    /// Returns the metrics.
    pub(crate) fn metrics(&self) -> &Metrics {
        self.0.inbox.metrics()
    }

    /// Returns a number for a new socket.
    pub(crate) fn next_socket(&self) -> u64 {
        self.0.next_socket.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns what all outboxes share.
    pub(crate) fn depot(&self) -> &Arc<Depot> {
        &self.0.depot
    }

    /// Returns the epoch of the database, as known here.
    pub(crate) fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    /// Returns when messages must be deleted; also at once if that was asked for since the last call.
    pub(crate) async fn wants_a_purge(&self) {
        self.0.purges.notified().await;
    }

    /// Asks for messages to be deleted.
    pub(crate) fn purge(&self) {
        self.0.purges.notify_one();
    }

    /// Returns when a message has mentioned somebody; also at once if that happened since the last call.
    pub(crate) async fn owes_notifications(&self) {
        self.0.owes.notified().await;
    }

    /// Returns the token that is cancelled when the server stops.
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }

    /// Returns the number of shards.
    pub(super) fn shards(&self) -> usize {
        self.0.shards.len()
    }

    /// Locks a shard. No lock of another machine may be taken meanwhile.
    pub(super) fn delivery(&self, shard: usize) -> MutexGuard<'_, Delivery> {
        self.0.shards[shard].delivery.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the shard of a room.
    pub(super) fn delivery_of(&self, room: RoomId) -> MutexGuard<'_, Delivery> {
        self.delivery(self.0.inbox.lane(room))
    }

    /// Returns the orders to a shard's rooms that are held back.
    pub(super) fn holdback(&self, shard: usize) -> &Holdback {
        &self.0.shards[shard].holdback
    }

    /// Locks the people. No lock of another machine may be taken meanwhile.
    pub(super) fn people(&self) -> MutexGuard<'_, People> {
        self.0.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the chat lists. No lock of another machine may be taken meanwhile.
    pub(super) fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
