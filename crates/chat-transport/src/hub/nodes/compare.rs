//! Comparing the heads of rooms with the journal's, which finds whatever was missed.

use std::time::Duration;

use chat_domain::{Failure, RoomId, Time};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use super::super::delivery::Delivery;
use super::super::handle::Hub;
use super::{Nodes, Numbers};

impl Hub {
    /// Does what time requires among nodes: sends this node's heartbeat, and notices missed envelopes and dead nodes.
    pub(in crate::hub) fn pass_among_nodes(&self, now: Time) {
        let Some(nodes) = &self.0.nodes else { return };
        self.beat(now);
        if let Some(living) = self.0.inbox.overheard().take_living() {
            let dead = nodes.numbers().hearing.living(now, &living);
            for (node, heard) in dead {
                info!(node, "another node is gone");
                // The grace of its people begins with its last sign of life.
                self.lose_node(node, heard);
            }
        }
        if nodes.is_in_doubt(now) {
            nodes.doubt.notify_one();
        }
        self.metrics().nodes().missed(nodes.numbers().hearing.holes());
    }

    /// Compares whenever there is a doubt, until told to stop.
    pub(in crate::hub) async fn compare_in_doubt(&self, stop: &CancellationToken) {
        let Some(nodes) = &self.0.nodes else { return };
        while stop.run_until_cancelled(nodes.doubt.notified()).await.is_some() {
            if let Err(failure) = self.compare().await {
                debug!(%failure, "rooms were not compared with the journal");
                nodes.numbers().hearing.missed();
            }
        }
    }

    /// Compares all rooms with listeners, and reads what was told to people.
    pub(in crate::hub) async fn compare(&self) -> Result<(), Failure> {
        self.metrics().nodes().compared();
        let rooms: Vec<Vec<RoomId>> = (0..self.shards()).map(|shard| self.delivery(shard).rooms_in_doubt()).collect();
        self.compare_rooms(rooms.concat()).await?;
        match &self.0.nodes {
            Some(nodes) => self.read_tells(nodes).await,
            None => Ok(()),
        }
    }

    /// Compares the rooms that came into memory since the last call: what other nodes said of them just before was not noted.
    pub(in crate::hub) async fn compare_new_rooms(&self) -> Result<(), Failure> {
        if self.0.nodes.is_none() {
            return Ok(());
        }
        let mut rooms = Vec::new();
        (0..self.shards()).for_each(|shard| rooms.extend(std::mem::take(&mut self.delivery(shard).new_rooms)));
        self.compare_rooms(rooms).await
    }

    async fn compare_rooms(&self, rooms: Vec<RoomId>) -> Result<(), Failure> {
        for some in rooms.chunks(AT_ONCE) {
            let heads = self.0.journal.heads(some.to_vec()).await?;
            let now = self.now();
            for (room, head) in heads {
                if let Some(room) = self.delivery_of(room).rooms.get_mut(&room) {
                    room.log.stands_at(head, now);
                }
            }
        }
        Ok(())
    }
}

impl Delivery {
    /// Returns the rooms with listeners. A long poll for a room that is not in memory asks the journal itself.
    fn rooms_in_doubt(&mut self) -> Vec<RoomId> {
        let waiters = std::mem::take(&mut self.waiters);
        waiters.values().for_each(|waiter| waiter.notify_waiters());
        self.rooms.iter().filter(|(_, room)| !room.subs.is_empty()).map(|(id, _)| *id).collect()
    }
}

impl Nodes {
    /// Tells whether it is time to compare: after a doubt, and from time to time without one, more often while no other node is
    /// heard.
    pub(in crate::hub) fn is_in_doubt(&self, now: Time) -> bool {
        let Numbers { hearing, sweep, .. } = &mut *self.numbers();
        let is_quiet = hearing.last().is_some_and(|last| now.since(last) >= QUIET);
        let pause = if is_quiet { SWEEP_QUIET } else { SWEEP };
        if now.has_been(*sweep.get_or_insert(now), pause) {
            hearing.missed();
        }
        let compares = hearing.compares(now);
        if compares {
            *sweep = Some(now);
        }
        compares
    }
}

/// How many rooms are asked for in one query.
const AT_ONCE: usize = 1000;
/// How often everything is compared while other nodes are heard.
const SWEEP: Duration = Duration::from_secs(30);
/// How often while none is heard.
const SWEEP_QUIET: Duration = Duration::from_millis(3_500);
/// After this silence the other nodes count as not heard. Heartbeats come every second.
const QUIET: Duration = Duration::from_secs(3);
