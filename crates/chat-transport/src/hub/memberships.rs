//! Who is in which rooms, of those who are here: what the journal said once, and what happened since.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_domain::view::Membership;
use chat_domain::{Change, Event, Head, Person, RoomId, Time, UserId};

use super::map::Map;
use super::people::{Here, People, Rooms};

impl People {
    /// The journal has answered which rooms a user is in.
    pub(super) fn learn(&mut self, user: UserId, memberships: Vec<Membership>, epoch: u64) {
        // Whoever has asked in another life is closed, and comes back.
        if epoch != self.epoch {
            return;
        }
        let Some(local) = self.users.get_mut(&user) else { return };
        let Rooms::Asked(changes) = &local.rooms else { return };
        let mut rooms: Map<_, _> = memberships.into_iter().map(|of| (of.room, of)).collect();
        for (room, change) in changes {
            match change {
                Some(membership) => rooms.insert(*room, *membership),
                None => rooms.remove(room),
            };
        }
        for of in rooms.values() {
            here(&mut self.rooms, of).online.insert(user);
        }
        local.rooms = Rooms::Known(rooms);
    }

    /// The journal was asked again which rooms a user is in: those that were not known are, from now on.
    pub(super) fn learn_again(&mut self, user: UserId, memberships: Vec<Membership>, epoch: u64, at: Time) {
        if epoch != self.epoch {
            return;
        }
        let unknown: Vec<_> = memberships.into_iter().filter(|of| self.membership(user, of.room).is_none()).collect();
        for of in unknown {
            if self.comings.compare(user, of.room, of.head.seq, at).is_gt() {
                self.enter(user, of);
            }
        }
    }

    /// Takes in what a new event says about who is in which room. It comes before the event is told.
    pub(super) fn follow(&mut self, event: &Event) {
        match &event.change {
            Change::Created { people, .. } => {
                people.iter().map(|person| person.id()).for_each(|user| self.came(user, event));
            }
            Change::Added { person } => self.came(person.id(), event),
            Change::Removed { person, .. } if self.is_news(person.id(), event) && !self.is_back(person.id(), event) => {
                self.leave(person.id(), event.room);
                self.elsewhere.leaves(person.id(), event.room);
            }
            Change::Removed { .. } | Change::Renamed { .. } | Change::Closed | Change::Extra(_) => return,
            Change::Sent { .. } | Change::Edited { .. } | Change::Deleted { .. } => return,
            Change::Liked { .. } | Change::Unliked { .. } | Change::Read(_) | Change::Delivered(_) => return,
        }
        if let Some(here) = self.rooms.get_mut(&event.room) {
            here.members = event.members;
        }
    }

    fn came(&mut self, user: UserId, event: &Event) {
        if self.is_news(user, event) {
            self.enter(user, membership(event));
            if event.members <= self.settings.presence_room {
                self.elsewhere.enters(user, event.room);
            }
        }
    }

    /// Whether nothing newer is known of somebody's place in a room.
    fn is_news(&mut self, user: UserId, event: &Event) -> bool {
        let Event { room, head, at, .. } = event;
        self.comings.compare(user, *room, head.seq, *at).is_gt()
    }

    /// Whether somebody came or went by this event whose place in the room has changed again since, as far as is known: it comes
    /// late, and means nothing any more to their sockets.
    pub(super) fn is_past(&self, event: &Event) -> bool {
        let (Change::Added { person } | Change::Removed { person, .. }) = &event.change else { return false };
        let (user, room, seq) = (person.id(), event.room, event.head.seq);
        self.is_back(user, event) || self.comings.knows_newer(user, room, seq)
    }

    /// Whether the journal has said of a later moment that somebody is in the room.
    fn is_back(&self, user: UserId, event: &Event) -> bool {
        self.membership(user, event.room).is_some_and(|of| of.head.seq > event.head.seq)
    }

    /// Whether an event is one for [`People::follow`].
    pub(super) fn are_moved_by(event: &Event) -> bool {
        matches!(event.change, Change::Created { .. } | Change::Added { .. } | Change::Removed { .. })
    }

    /// A user with a socket here is in one more room.
    fn enter(&mut self, user: UserId, membership: Membership) {
        let Some(local) = self.users.get_mut(&user) else { return };
        match &mut local.rooms {
            Rooms::Asked(changes) => changes.push((membership.room, Some(membership))),
            Rooms::Known(rooms) => {
                rooms.insert(membership.room, membership);
                here(&mut self.rooms, &membership).online.insert(user);
            }
        }
    }

    /// A user with a socket here is in one room less.
    fn leave(&mut self, user: UserId, id: RoomId) {
        self.is_gone(user, id);
        match self.users.get_mut(&user).map(|local| &mut local.rooms) {
            Some(Rooms::Asked(changes)) => changes.push((id, None)),
            Some(Rooms::Known(rooms)) => drop(rooms.remove(&id)),
            None => {}
        }
    }

    /// A group has ended: nobody is in it any more. Answers who was, of those with a socket here.
    pub(super) fn end(&mut self, id: RoomId) -> Vec<Arc<Person>> {
        self.rooms.remove(&id);
        let mut were = Vec::new();
        for local in self.users.values_mut() {
            let was = match &mut local.rooms {
                Rooms::Known(rooms) => rooms.remove(&id).is_some(),
                Rooms::Asked(changes) => {
                    changes.push((id, None));
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

/// What a member of the event's room knows of it.
fn membership(event: &Event) -> Membership {
    let Event { room, room_kind, members, head, .. } = event;
    let head = Head { seq: head.seq, moves: head.moves };
    Membership { room: *room, kind: *room_kind, members: *members, head }
}
