//! The ways of those orders of which a trace is made: from a frame to the last outbox.

use chat_domain::{Event, RoomId, Time};
use chat_protocol::traces::Trace;
use chat_protocol::{Entrance, Verb};

use super::map::Map;
use crate::clock;
use crate::metrics::{dialect, event};
use crate::traces::Traces;

/// What was settled and is being told, where it is followed.
pub(super) struct Ways {
    traces: Option<Traces>,
    rooms: Map<RoomId, Vec<Way>>,
}

/// The way of one order so far: it was settled.
pub(super) struct Way {
    verb: Verb,
    entrance: Entrance,
    arrived: Time,
    settled: Time,
    seq: u64,
    /// A round has begun since, at whose end everybody has been told.
    in_round: bool,
}

impl Ways {
    /// None yet; with nowhere for traces to go, never any.
    pub(super) fn new(traces: Option<Traces>) -> Ways {
        Ways { traces, rooms: Map::default() }
    }

    /// The way of an order by which this happened and which is to be told, if a trace is to be made of it.
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

    /// Follows what is to be told in a room.
    pub(super) fn follow(&mut self, room: RoomId, way: Way) {
        if self.rooms.len() >= MOST {
            self.rooms.clear();
        }
        self.rooms.entry(room).or_default().push(way);
    }

    /// A room had its turn: a round began with it, or has come to its end and so many sockets were told.
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

/// Rooms in which something is followed: few, since a trace is over within a round.
const MOST: usize = 1_000;
