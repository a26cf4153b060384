//! Telling the other nodes.

use std::sync::Arc;

use chat_domain::backplane::Moved;
use chat_domain::{Change, Event, RoomId, Time};

use super::super::handle::Hub;
use super::super::people::People;
use super::super::weight::weight;
use super::Own;

impl Hub {
    /// Tells the other nodes what was settled here.
    pub(in crate::hub) fn tell_nodes(&self, happened: Vec<Arc<Event>>) {
        let Some(nodes) = self.0.nodes.as_ref().filter(|_| !happened.is_empty()) else { return };
        // Under the lock: they leave in the order of their numbers.
        let mut numbers = nodes.numbers();
        for light in lightly(happened) {
            let envelopes = numbers.saying.envelopes(by_room(light));
            nodes.publish(&numbers, envelopes);
        }
    }

    /// Says that this node is alive, and how much it has said.
    pub(super) fn beat(&self, now: Time) {
        let Some(nodes) = &self.0.nodes else { return };
        let mut beats = nodes.numbers().saying.heartbeats(now);
        if let Some(beat) = beats.first_mut() {
            beat.signs.extend(self.people().own.as_ref().map(Own::count));
            nodes.among.backplane.publish(beats);
        }
    }

    /// Whether the way to the other nodes is open; nothing where there can be none.
    pub(crate) fn reaches_nodes(&self) -> Option<bool> {
        self.0.nodes.as_ref().map(|nodes| nodes.among.backplane.is_well())
    }

    /// Which node this is; nothing where there can be no others.
    pub(crate) fn node(&self) -> Option<u64> {
        self.0.nodes.as_ref().map(|nodes| nodes.among.speaker.node)
    }
}

/// As many at once as an envelope takes with its events, roughly.
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

/// Bytes of those who are named in an event beside who did it, roughly: in memory they are shared.
fn people(event: &Event) -> usize {
    match &event.change {
        Change::Created { people, .. } => people.iter().map(|person| PERSON + person.avatar.len()).sum(),
        Change::Added { person } | Change::Removed { person, .. } => PERSON + person.avatar.len(),
        _ => 0,
    }
}

/// How far each room has gone by these events, which are in their order.
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

/// What somebody takes without their picture.
const PERSON: usize = 256;
/// What an envelope takes. As it is written an event takes about as much as in memory, and no bus takes more than 8,000 bytes.
const LIGHT: usize = 5_000;
