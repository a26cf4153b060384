//! The rows that a batch changes, as they were before. Of those that change most often, only the columns are written
//! that did change, because writing a column again also costs its indexes.

use std::collections::HashMap;

use chat_domain::fact::Fact;
use chat_domain::{Member, Room, RoomId, UserId};

/// The rooms and members as they were.
pub(super) struct Previous {
    rooms: HashMap<RoomId, Room>,
    members: HashMap<(RoomId, UserId), Member>,
}

/// The members that changed. A member is in a list for each thing that changed; those who are new, came or went are in
/// `whole` alone.
#[derive(Default)]
pub(super) struct Members<'w> {
    pub(super) whole: Vec<&'w (RoomId, Member)>,
    pub(super) sent: Vec<&'w (RoomId, Member)>,
    pub(super) read: Vec<&'w (RoomId, Member)>,
    pub(super) delivered: Vec<&'w (RoomId, Member)>,
}

impl Previous {
    /// Remembers the rooms and members among these facts.
    pub(super) fn of(known: &[Fact]) -> Previous {
        let mut before = Previous { rooms: HashMap::new(), members: HashMap::new() };
        for known in known {
            match known {
                Fact::Room(id, Some(room)) => drop(before.rooms.insert(*id, room.clone())),
                Fact::Member(room, user, Some(member)) => drop(before.members.insert((*room, *user), *member)),
                _ => {}
            }
        }
        before
    }

    /// Whether nothing of a room changed except what every message and every move changes.
    pub(super) fn only_went_on(&self, room: &Room) -> bool {
        self.rooms.get(&room.id).is_some_and(|old| {
            let Room { head, last_at, last_message, sent, .. } = *room;
            Room { head, last_at, last_message, sent, ..old.clone() } == *room
        })
    }

    /// Sorts members by what changed of them.
    pub(super) fn members<'w>(&self, members: &'w [(RoomId, Member)]) -> Members<'w> {
        let mut sorted = Members::default();
        for row @ (room, new) in members {
            match self.members.get(&(*room, new.user)) {
                Some(old) if is_in_the_same_way(old, new) => {
                    sorted.sent.extend(((old.sent, old.said) != (new.sent, new.said)).then_some(row));
                    sorted.read.extend((old.read != new.read).then_some(row));
                    sorted.delivered.extend((old.delivered != new.delivered).then_some(row));
                }
                _ => sorted.whole.push(row),
            }
        }
        sorted
    }
}

/// Whether a member has only sent, read or received messages.
fn is_in_the_same_way(old: &Member, new: &Member) -> bool {
    let Member { sent, said, read, delivered, .. } = *new;
    Member { sent, said, read, delivered, ..*old } == *new
}
