//! The memberships of connected people: what the journal said once, and the changes since.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_domain::view::Membership;
use chat_domain::{Change, Event, Extra, Head, Person, RoomId, Time, UserId};

use super::map::Map;
use super::people::{Here, Moved, People, Rooms};

impl People {
    /// Takes in the journal's answer about the rooms of a user.
    pub(super) fn learn(&mut self, user: UserId, memberships: Vec<Membership>, epoch: u64) {
        // An answer from an earlier epoch is useless. Its socket is being closed, and its client comes back.
        if epoch != self.epoch {
            return;
        }
        let Some(local) = self.users.get_mut(&user) else { return };
        let Rooms::Asked(changes) = &local.rooms else { return };
        let mut rooms: Map<_, _> = memberships.into_iter().map(|of| (of.room, of)).collect();
        for Moved { room, seq, now } in changes {
            // The journal may have answered after this change had happened.
            if rooms.get(room).is_some_and(|of: &Membership| of.head.seq > *seq) {
                continue;
            }
            match now {
                Some(membership) => rooms.insert(*room, *membership),
                None => rooms.remove(room),
            };
        }
        for of in rooms.values() {
            here(&mut self.rooms, of).online.insert(user);
        }
        local.rooms = Rooms::Known(rooms);
    }

    /// Takes in a second answer of the journal. Rooms that were not known are added, unless a newer event has taken the user out.
    pub(super) fn learn_again(&mut self, user: UserId, memberships: Vec<Membership>, epoch: u64) {
        if epoch != self.epoch {
            return;
        }
        for of in memberships {
            if !self.confirm(user, of.room, of.head) && of.head.seq > self.comings.newest(user, of.room) {
                self.enter(user, of);
            }
        }
    }

    /// Notes that a user was in a room at this head. Returns false if the membership is not known here.
    pub(super) fn confirm(&mut self, user: UserId, room: RoomId, head: Head) -> bool {
        let Some(local) = self.users.get_mut(&user) else { return false };
        let Some(of) = local.rooms.membership(room) else { return false };
        of.head = Head { seq: of.head.seq.max(head.seq), moves: of.head.moves.max(head.moves) };
        true
    }

    /// Takes in what an event says about memberships, before it is told. Returns false if it must not change the sockets' places:
    /// it or a newer one was taken in before, or the user is known to be back.
    pub(super) fn follow(&mut self, event: &Event) -> bool {
        let is_news = match &event.change {
            Change::Created { people, .. } => {
                // `filter` and `count` instead of `any`, which would stop at the first: each of them must be taken in.
                people.iter().filter(|person| self.came(person.id(), event)).count() > 0
            }
            Change::Added { person } => self.came(person.id(), event),
            Change::Removed { person, .. } => self.went(person.id(), event),
            Change::Extra(Extra::Updated { person, standing }) => {
                self.mute(person.id(), event.room, standing.muted);
                return true;
            }
            Change::Extra(Extra::Silenced { person, stands }) => {
                self.mute(person.id(), event.room, stands.then_some(Time::FOR_GOOD));
                return true;
            }
            Change::Closed => return self.is_news(event.actor.id(), event),
            Change::Extra(_) => return true,
            Change::Sent { .. } | Change::Edited { .. } | Change::Deleted { .. } => return true,
            Change::Liked { .. } | Change::Unliked { .. } | Change::Read(_) | Change::Delivered(_) => return true,
        };
        if let Some(here) = self.rooms.get_mut(&event.room) {
            here.members = event.members;
        }
        is_news
    }

    fn came(&mut self, user: UserId, event: &Event) -> bool {
        let is_news = self.is_news(user, event);
        if is_news && !self.confirm(user, event.room, event.head) {
            self.enter(user, membership(event));
        }
        if is_news && event.members <= self.settings.presence_room {
            self.elsewhere.enters(user, event.room);
        }
        is_news
    }

    fn went(&mut self, user: UserId, event: &Event) -> bool {
        let is_news = self.is_news(user, event) && !self.is_back(user, event);
        if is_news {
            self.leave(user, event.room, event.head.seq);
            self.elsewhere.leaves(user, event.room);
        }
        is_news
    }

    fn is_news(&mut self, user: UserId, event: &Event) -> bool {
        self.comings.take(user, event.room, event.head.seq, event.at)
    }

    /// Tells whether the person of this event has come or gone again since.
    pub(super) fn is_over(&self, event: &Event) -> bool {
        let (Change::Added { person } | Change::Removed { person, .. }) = &event.change else { return false };
        self.comings.newest(person.id(), event.room) > event.head.seq
    }

    /// Tells whether the journal has said of a later moment that the user is in the room.
    pub(super) fn is_back(&self, user: UserId, event: &Event) -> bool {
        self.membership(user, event.room).is_some_and(|of| of.head.seq > event.head.seq)
    }

    /// Tells whether an event must go through [`People::follow`].
    pub(super) fn are_moved_by(event: &Event) -> bool {
        matches!(event.change, Change::Created { .. } | Change::Added { .. } | Change::Removed { .. } | Change::Closed)
            || matches!(event.change, Change::Extra(Extra::Updated { .. } | Extra::Silenced { .. }))
    }

    /// Notes until when a user with a socket here is muted in a room.
    fn mute(&mut self, user: UserId, room: RoomId, mute: Option<Time>) {
        let of = self.users.get_mut(&user).and_then(|local| local.rooms.membership(room));
        of.into_iter().for_each(|of| of.mute = mute);
    }

    /// Adds a room to those of a user with a socket here.
    fn enter(&mut self, user: UserId, membership: Membership) {
        let Some(local) = self.users.get_mut(&user) else { return };
        match &mut local.rooms {
            Rooms::Asked(changes) => {
                let Membership { room, head, .. } = membership;
                changes.push(Moved { room, seq: head.seq, now: Some(membership) });
            }
            Rooms::Known(rooms) => {
                rooms.insert(membership.room, membership);
                here(&mut self.rooms, &membership).online.insert(user);
            }
        }
    }

    /// Takes a room from a user with a socket here.
    fn leave(&mut self, user: UserId, id: RoomId, seq: u64) {
        self.is_gone(user, id);
        match self.users.get_mut(&user).map(|local| &mut local.rooms) {
            Some(Rooms::Asked(changes)) => changes.push(Moved { room: id, seq, now: None }),
            Some(Rooms::Known(rooms)) => drop(rooms.remove(&id)),
            None => {}
        }
    }

    /// Ends a group with the change of this `seq`. Returns its members with a socket here.
    pub(super) fn end(&mut self, id: RoomId, seq: u64) -> Vec<Arc<Person>> {
        self.rooms.remove(&id);
        let mut were = Vec::new();
        for local in self.users.values_mut() {
            let was = match &mut local.rooms {
                Rooms::Known(rooms) => rooms.remove(&id).is_some(),
                Rooms::Asked(changes) => {
                    changes.push(Moved { room: id, seq, now: None });
                    false
                }
            };
            were.extend(was.then(|| local.person.clone()));
        }
        were
    }

    pub(super) fn is_gone(&mut self, user: UserId, room: RoomId) {
        let Some(here) = self.rooms.get_mut(&room) else { return };
        here.online.remove(&user);
        if here.online.is_empty() {
            self.rooms.remove(&room);
        }
    }
}

fn here<'a>(rooms: &'a mut Map<RoomId, Here>, of: &Membership) -> &'a mut Here {
    rooms.entry(of.room).or_insert_with(|| Here { members: of.members, online: BTreeSet::new() })
}

/// Returns the membership that an event shows to its room's members.
fn membership(event: &Event) -> Membership {
    let Event { room, room_kind, members, head, .. } = event;
    let head = Head { seq: head.seq, moves: head.moves };
    Membership { room: *room, kind: *room_kind, members: *members, head, mute: None }
}
