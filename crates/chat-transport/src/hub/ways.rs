//! Traces of orders: from the frame that brought one to the last outbox that took its event.

use chat_domain::{Event, RoomId, Time};
use chat_protocol::traces::Trace;
use chat_protocol::{Entrance, Verb};

use super::map::Map;
use crate::clock;
use crate::metrics::{dialect, event};
use crate::traces::Traces;

/// The orders that are being traced while their event is told.
pub(super) struct Ways {
    traces: Option<Traces>,
    rooms: Map<RoomId, Vec<Way>>,
}

/// One traced order, which was settled.
pub(super) struct Way {
    verb: Verb,
    entrance: Entrance,
    arrived: Time,
    settled: Time,
    seq: u64,
    /// Whether a round has begun since: at its end everybody has been told.
    in_round: bool,
}

impl Ways {
    /// Creates it without any order. Without a place to send traces to, there will never be one.
    pub(super) fn new(traces: Option<Traces>) -> Ways {
        Ways { traces, rooms: Map::default() }
    }

    /// Begins to trace an order, if its event will be told and a trace is due.
    pub(super) fn begin(
        &self,
        event: &Event,
        verb: Verb,
        entrance: Entrance,
        arrived: Time,
        settled: Time,
    ) -> Option<(RoomId, Way)> {
        let traces = self.traces.as_ref().filter(|_| event.change.is_durable())?;
        let way = || Way { verb, entrance, arrived, settled, seq: event.head.seq, in_round: false };
        traces.is_due().then(|| (event.room, way()))
    }

    /// Follows an order through the telling of a room.
    pub(super) fn follow(&mut self, room: RoomId, way: Way) {
        if self.rooms.len() >= MOST {
            self.rooms.clear();
        }
        self.rooms.entry(room).or_default().push(way);
    }

    /// Notes a room's turn: a round began with it, or has ended after telling this many sockets.
    pub(super) fn go_on(&mut self, room: RoomId, has_begun: bool, has_ended: bool, sockets: usize) {
        let Some(ways) = self.rooms.get_mut(&room) else { return };
        if has_begun {
            ways.iter_mut().for_each(|way| way.in_round = true);
        }
        if !has_ended {
            return;
        }
        let told = clock::now();
        for way in ways.extract_if(.., |way| way.in_round) {
            let mut ids = [0; 40];
            let (Some(traces), Ok(())) = (&self.traces, getrandom::fill(&mut ids)) else { continue };
            let Way { verb, entrance, arrived, settled, seq, .. } = way;
            let (verb, dialect) = (event(verb), dialect(entrance));
            traces.put(Trace { ids, verb, dialect, room, seq, arrived, settled, told, sockets });
        }
        if ways.is_empty() {
            self.rooms.remove(&room);
        }
    }
}

/// In how many rooms orders are traced at once. It is seldom more than a few, since a trace ends with its round.
const MOST: usize = 1_000;
