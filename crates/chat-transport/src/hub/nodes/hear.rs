//! Hearing other nodes.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::{Envelope, Moved};
use chat_domain::{Event, Head, Time};
use tokio_util::sync::CancellationToken;

use super::super::delivery::{Delivery, Follow, PATIENCE};
use super::super::handle::Hub;
use super::super::past::Past;
use super::Nodes;
use crate::mistakes::planted;

impl Hub {
    /// Hears other nodes until told to stop.
    pub(in crate::hub) async fn listen(&self, stop: &CancellationToken) {
        let Some(nodes) = &self.0.nodes else { return };
        while stop.run_until_cancelled(self.0.inbox.overheard().bell().notified()).await.is_some() {
            self.overhear(nodes, self.now());
        }
    }

    /// Passes on what came from other nodes to the lanes of its rooms.
    pub(in crate::hub) fn overhear(&self, nodes: &Nodes, now: Time) {
        let (envelopes, has_lost) = self.0.inbox.overheard().take();
        let mut fresh = Vec::new();
        {
            let mut numbers = nodes.numbers();
            if has_lost {
                numbers.hearing.missed();
            }
            fresh.extend(
                envelopes.into_iter().filter(|envelope| planted!(Numbers) || numbers.hearing.hear(now, envelope)),
            );
        }
        let mut is_full = false;
        for Envelope { rooms, tells, signs, speaker, .. } in fresh {
            self.metrics().nodes().heard(lag(&rooms, now));
            for moved in rooms {
                // The envelope does not say who came and went there: the journal must be asked.
                is_full |= moved.comes && moved.events.is_empty();
                is_full |= !self.0.inbox.put_heard(moved);
            }
            tells.into_iter().for_each(|tell| self.hear_tell(tell, None));
            if !signs.is_empty() {
                self.hear_signs(nodes, speaker.node, signs, now);
            }
        }
        if is_full {
            nodes.numbers().hearing.missed();
        }
    }

    /// Takes in what other nodes have settled in a shard's rooms.
    pub(in crate::hub) fn hear(&self, shard: usize, heard: Vec<Moved>, now: Time) {
        for moved in heard {
            let past = self.move_people(moved.events.iter());
            let follows = self.delivery(shard).hear(moved, &past, now);
            follows.into_iter().for_each(|follow| self.follow(follow, now));
        }
    }
}

impl Delivery {
    /// Takes in what another node has settled in a room.
    fn hear(&mut self, moved: Moved, past: &Past, now: Time) -> Vec<Follow> {
        let Moved { room, to_seq, moves, events, .. } = moved;
        if events.is_empty() {
            self.stale.mark_room(room);
            if let Some(room) = self.rooms.get_mut(&room) {
                // The envelope has only the numbers, so the events are read at once instead of being waited for.
                room.log.stands_at(Head { seq: to_seq, moves }, now.before(PATIENCE));
            }
            self.ring_waiters(room);
        }
        events.iter().filter_map(|event| self.overhear(event, past, now)).collect()
    }

    /// Takes in an event of a room that is not in memory, because nobody here listens to it.
    fn overhear(&mut self, event: &Arc<Event>, past: &Past, now: Time) -> Option<Follow> {
        match self.rooms.contains_key(&event.room) {
            true => self.publish(event, now),
            false => self.ring_waiters(event.room),
        }
        self.follow(event, past, now)
    }
}

/// Returns how long ago the newest of these events' commands arrived.
fn lag(rooms: &[Moved], now: Time) -> Option<Duration> {
    let asked = rooms.iter().flat_map(|moved| &moved.events).map(|event| event.at).max();
    asked.map(|at| now.since(at))
}
