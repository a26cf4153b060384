//! What was known of the rows that a batch changes. Of those that change most often only that is written which did change: a
//! column that is written again costs its indexes, too.

use std::collections::HashMap;

use chat_domain::fact::Fact;
use chat_domain::{Member, Room, RoomId, UserId};

/// The rows as they were.
pub(super) struct Previous {
    rooms: HashMap<RoomId, Room>,
    members: HashMap<(RoomId, UserId), Member>,
}

/// Members, each in every list of what changed of them; those who are new or came or went are in `whole` alone.
#[derive(Default)]
pub(super) struct Members<'w> {
    pub(super) whole: Vec<&'w (RoomId, Member)>,
    pub(super) sent: Vec<&'w (RoomId, Member)>,
    pub(super) read: Vec<&'w (RoomId, Member)>,
    pub(super) delivered: Vec<&'w (RoomId, Member)>,
}

impl Previous {
    /// Remembers rooms and members.
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

    /// Whether nothing of a room changed but what every message and every move changes.
    pub(super) fn only_went_on(&self, room: &Room) -> bool {
        self.rooms.get(&room.id).is_some_and(|old| {
            let Room { head, last_at, last_message, sent, .. } = *room;
            Room { head, last_at, last_message, sent, ..old.clone() } == *room
        })
    }

    /// Which members changed how.
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

/// Whether somebody has only gone on: talked, read and received.
fn is_in_the_same_way(old: &Member, new: &Member) -> bool {
    let Member { sent, said, read, delivered, .. } = *new;
    Member { sent, said, read, delivered, ..*old } == *new
}
