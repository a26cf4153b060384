//! The inbox: where the journal puts what it has settled, and the backplane what it has heard, until the hub takes it in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_domain::backplane::{Ears, Envelope, Moved};
use chat_domain::{Outcome, RoomId, Settled, Sink};
use tokio::sync::Notify;

use super::nodes::Overheard;
use crate::connection::tag::lane_of_tag;
use crate::metrics::Metrics;

/// What was settled or heard and not taken in yet. It has as many lanes as the hub has shards, and everything about one room is
/// in one lane, in order. It is made first, since it is the sink of the journal and the ears of the backplane; the hub is made
/// last.
pub struct Inbox {
    lanes: Box<[Lane]>,
    overheard: Overheard,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Lane {
    settled: Mutex<Waiting>,
    bell: Notify,
    /// How many orders of sockets the journal was given, and how many of them it has settled.
    ordered: AtomicU64,
    answered: AtomicU64,
    /// How many entries were taken in so far.
    done: AtomicU64,
    progress: Notify,
}

#[derive(Default)]
struct Waiting {
    settled: Vec<Settled>,
    /// What other nodes have settled.
    heard: Vec<Moved>,
    /// How many entries came so far.
    came: u64,
}

/// What was taken out of a lane.
pub(super) struct Taken {
    pub(super) settled: Vec<Settled>,
    pub(super) heard: Vec<Moved>,
    came: u64,
}

impl Inbox {
    /// Creates an inbox for a hub with this many shards. Each shard can keep one core busy.
    pub fn new(shards: usize) -> Arc<Inbox> {
        let lanes = (0..shards.clamp(1, MOST_LANES)).map(|_| Lane::default()).collect();
        Arc::new(Inbox { lanes, overheard: Overheard::default(), metrics: Arc::new(Metrics::new()) })
    }

    /// Returns the metrics.
    pub(super) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Returns the number of lanes.
    pub(super) fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// Returns the lane of a room. Numbers are mixed, since rooms with neighbouring numbers are often busy together.
    pub(super) fn lane(&self, room: RoomId) -> usize {
        let spread = (room.number() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        spread as usize % self.lanes.len()
    }

    /// Returns the bell that rings when something is new in a lane.
    pub(super) fn bell(&self, lane: usize) -> &Notify {
        &self.lanes[lane].bell
    }

    /// Notes that an order was given whose outcome will come in this lane.
    pub(super) fn expect(&self, lane: usize) {
        self.lanes[lane].ordered.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells whether outcomes are still expected in a lane: what they bring may go out in one write with what is there.
    pub(super) fn expects(&self, lane: usize) -> bool {
        let lane = &self.lanes[lane];
        lane.answered.load(Ordering::Relaxed) < lane.ordered.load(Ordering::Relaxed)
    }

    /// Returns how many orders of sockets are not settled yet.
    pub(super) fn waiting(&self) -> u64 {
        let waiting = |lane: &Lane| {
            let answered = lane.answered.load(Ordering::Relaxed);
            lane.ordered.load(Ordering::Relaxed).saturating_sub(answered)
        };
        self.lanes.iter().map(waiting).sum()
    }

    /// Takes everything out of a lane. Call [`Inbox::done`] when the hub has taken it in.
    pub(super) fn take(&self, lane: usize) -> Taken {
        let mut waiting = self.lanes[lane].waiting();
        let (settled, heard) = (std::mem::take(&mut waiting.settled), std::mem::take(&mut waiting.heard));
        Taken { settled, heard, came: waiting.came }
    }

    /// Returns what came from other nodes.
    pub(super) fn overheard(&self) -> &Overheard {
        &self.overheard
    }

    /// Adds what another node has settled. Returns false if too much waits: then it is lost, and must be found by comparing.
    pub(super) fn put_heard(&self, moved: Moved) -> bool {
        let lane = &self.lanes[self.lane(moved.room)];
        let mut waiting = lane.waiting();
        let has_room = waiting.heard.len() < MOST_HEARD;
        if has_room {
            waiting.came += 1;
            waiting.heard.push(moved);
        }
        drop(waiting);
        lane.bell.notify_one();
        has_room
    }

    /// Notes that what was taken out is known to the hub now.
    pub(super) fn done(&self, lane: usize, came: u64) {
        self.lanes[lane].done.store(came, Ordering::Release);
        self.lanes[lane].progress.notify_waiters();
    }

    /// Ends a lane: nobody takes anything out of it any more, and nobody waits for that.
    pub(super) fn end(&self, lane: usize) {
        self.done(lane, u64::MAX);
    }

    /// Waits until the hub knows everything that was settled before the call, or has stopped.
    pub(super) async fn caught_up(&self) {
        for lane in &self.lanes {
            let came = lane.waiting().came;
            loop {
                let mut progress = std::pin::pin!(lane.progress.notified());
                progress.as_mut().enable();
                if lane.done.load(Ordering::Acquire) >= came {
                    break;
                }
                progress.await;
            }
        }
    }

    /// Returns the lane of an outcome: that of its room if it is an event, otherwise the one in the order's tag. `None` if nobody
    /// waits for it and it tells nothing.
    fn lane_for(&self, settled: &Settled) -> Option<usize> {
        match settled.result.as_ref().ok().and_then(Outcome::event) {
            Some(event) => Some(self.lane(event.room)),
            None => settled.origin.map(|origin| lane_of_tag(origin.tag) % self.lanes.len()),
        }
    }
}

impl Sink for Inbox {
    fn settled(&self, answers: Vec<Settled>) {
        let mut by_lane: Vec<Vec<Settled>> = self.lanes.iter().map(|_| Vec::new()).collect();
        for settled in answers {
            if let Some(origin) = settled.origin {
                self.lanes[lane_of_tag(origin.tag) % self.lanes.len()].answered.fetch_add(1, Ordering::Relaxed);
            }
            if let Some(lane) = self.lane_for(&settled) {
                by_lane[lane].push(settled);
            }
        }
        for (lane, settled) in self.lanes.iter().zip(by_lane).filter(|(_, settled)| !settled.is_empty()) {
            lane.put(settled);
        }
    }

    fn took(&self, orders: usize, span: Duration) {
        self.metrics.stored(orders, span);
    }

    fn recalled(&self, remembered: usize, facts: usize) {
        self.metrics.recalled(remembered, facts);
    }
}

impl Ears for Inbox {
    fn heard(&self, envelope: Envelope) {
        self.overheard.put(envelope);
    }

    fn was_deaf(&self) {
        self.overheard.lost();
    }

    fn living(&self, nodes: Vec<u64>) {
        self.overheard.living(nodes);
    }
}

impl Lane {
    fn put(&self, settled: Vec<Settled>) {
        let mut waiting = self.waiting();
        waiting.came += settled.len() as u64;
        waiting.settled.extend(settled);
        drop(waiting);
        self.bell.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Tells whether nothing was taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.heard.is_empty()
    }

    /// Returns the number for [`Inbox::done`].
    pub(super) fn came(&self) -> u64 {
        self.came
    }
}

/// A tag has room for this many lanes.
const MOST_LANES: usize = 256;
/// How many entries from other nodes may wait in a lane.
const MOST_HEARD: usize = 4096;
