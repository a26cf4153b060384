//! Telling other nodes.

use std::sync::Arc;

use chat_domain::backplane::Moved;
use chat_domain::{Change, Event, RoomId, Time};

use super::super::handle::Hub;
use super::super::people::People;
use super::super::weight::weight;
use super::Own;

impl Hub {
    /// Tells other nodes what was settled here.
    pub(in crate::hub) fn tell_nodes(&self, happened: Vec<Arc<Event>>) {
        let Some(nodes) = self.0.nodes.as_ref().filter(|_| !happened.is_empty()) else { return };
        // Published under the lock, so that envelopes leave in the order of their numbers.
        let mut numbers = nodes.numbers();
        for light in lightly(happened) {
            let envelopes = numbers.saying.envelopes(by_room(light));
            nodes.publish(&numbers, envelopes);
        }
    }

    /// Sends this node's heartbeat, with the number of envelopes so far.
    pub(super) fn beat(&self, now: Time) {
        let Some(nodes) = &self.0.nodes else { return };
        let mut beats = nodes.numbers().saying.heartbeats(now);
        if let Some(beat) = beats.first_mut() {
            beat.signs.extend(self.people().own.as_ref().map(Own::count));
            nodes.among.backplane.publish(beats);
        }
    }

    /// Tells whether the bus works; `None` for a single node.
    pub(crate) fn reaches_nodes(&self) -> Option<bool> {
        self.0.nodes.as_ref().map(|nodes| nodes.among.backplane.is_well())
    }

    /// Returns this node's number; `None` for a single node.
    pub(crate) fn node(&self) -> Option<u64> {
        self.0.nodes.as_ref().map(|nodes| nodes.among.speaker.node)
    }
}

/// Splits events into lists that roughly fit into one envelope.
fn lightly(happened: Vec<Arc<Event>>) -> Vec<Vec<Arc<Event>>> {
    let (mut parts, mut sum) = (vec![Vec::new()], 0);
    for event in happened {
        let weight = weight(&event) + people(&event);
        if sum > 0 && sum + weight > LIGHT {
            parts.push(Vec::new());
            sum = 0;
        }
        sum += weight;
        parts.last_mut().into_iter().for_each(|part| part.push(event.clone()));
    }
    parts
}

/// Returns roughly the bytes of the people whom an event names beside its actor. In memory they are shared, in an envelope not.
fn people(event: &Event) -> usize {
    match &event.change {
        Change::Created { people, .. } => people.iter().map(|person| PERSON + person.avatar.len()).sum(),
        Change::Added { person } | Change::Removed { person, .. } => PERSON + person.avatar.len(),
        _ => 0,
    }
}

/// Groups events by room, with the numbers from where to where each room has moved.
fn by_room(happened: Vec<Arc<Event>>) -> Vec<Moved> {
    let mut rooms: Vec<Moved> = Vec::new();
    let mut places: std::collections::HashMap<RoomId, usize> = std::collections::HashMap::new();
    for event in happened {
        let at = *places.entry(event.room).or_insert(rooms.len());
        match rooms.get_mut(at) {
            Some(moved) => {
                moved.to_seq = moved.to_seq.max(event.head.seq);
                moved.moves = moved.moves.max(event.head.moves);
                moved.comes |= People::are_moved_by(&event);
                moved.events.push(event);
            }
            None => rooms.push(Moved {
                room: event.room,
                from_seq: event.head.seq,
                to_seq: event.head.seq,
                moves: event.head.moves,
                comes: People::are_moved_by(&event),
                events: vec![event],
            }),
        }
    }
    rooms
}

/// Roughly the bytes of a person without their picture.
const PERSON: usize = 256;
/// Roughly the bytes of events in one envelope. No bus takes more than 8,000 bytes, and written events take about as much as in
/// memory.
const LIGHT: usize = 5_000;
