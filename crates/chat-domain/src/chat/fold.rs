//! What an event changes in a chat.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Chat, Dirty, RoomState, Slot};
use crate::command::ClientId;
use crate::digest::Digest;
use crate::emoji::Emoji;
use crate::event::{Change, Event};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::room::Head;
use crate::room::{Member, Position, Room, RoomKind};
use crate::rows::*;

impl Chat {
    /// Applies the next event of a room.
    pub(crate) fn fold(&mut self, event: &Event) {
        match &event.change {
            Change::Created { title, people } => self.fold_created(event, title.clone(), people),
            Change::Added { person } => self.fold_added(event, person),
            Change::Removed { person, heir } => self.fold_removed(event, person.id(), *heir),
            Change::Closed => self.fold_closed(event),
            Change::Sent { message, .. } => self.fold_sent(event, message),
            Change::Edited { message } => self.fold_edited(event, message),
            Change::Deleted { message, .. } => self.fold_deleted(event, *message),
            Change::Liked { message, .. } => self.fold_reaction(event, *message, &Emoji::LIKE, true),
            Change::Unliked { message, .. } => self.fold_reaction(event, *message, &Emoji::LIKE, false),
            Change::Extra(extra) => self.fold_extra(event, extra),
            Change::Read(read) => self.fold_reached(event, read.upto, Reach::Read),
            Change::Delivered(read) => self.fold_reached(event, read.upto, Reach::Delivered),
        }
        self.log(event);
    }

    /// Moves a delivered position of which nobody is told.
    pub(crate) fn set_delivered(&mut self, room: RoomId, user: UserId, position: Position) {
        if let Some(slot) = self.states.get_mut(&room).and_then(|state| state.slot_mut(user)) {
            slot.member.delivered = position;
            self.mark(|dirty| dirty.members.extend([(room, user)]));
        }
    }

    /// Puts a user's row into the lobby, in place of an older one.
    pub(crate) fn set_lobby(&mut self, row: LobbyRow) {
        let user = row.user;
        if let Some(since) = self.lobby.insert(user, Some(row)).flatten().and_then(|before| before.waiting) {
            self.waiting.remove(&(since, user));
        }
        self.waiting.extend(row.waiting.map(|since| (since, user)));
        self.mark(|dirty| dirty.lobby.extend([user]));
    }

    pub(crate) fn set_sent(&mut self, room: RoomId, user: UserId, name: ClientId, digest: Digest, message: MessageId) {
        if let Some(dirty) = &mut self.dirty {
            dirty.rows.sent.push(SentRow { room, user, client_id: name.clone(), digest, message });
        }
        self.sent.entry((room, user)).or_default().insert(name, Some((digest, message)));
    }

    pub(crate) fn set_made(&mut self, user: UserId, name: ClientId, digest: Digest, room: RoomId) {
        if let Some(dirty) = &mut self.dirty {
            dirty.rows.made.push(MadeRow { user, client_id: name.clone(), digest, room });
        }
        self.made.insert((user, name), Some((digest, room)));
    }

    fn fold_created(&mut self, event: &Event, title: Option<alloc::string::String>, people: &[Arc<Person>]) {
        let mut state = RoomState::born(Room::made(event, title));
        let users: Vec<_> = people.iter().map(|person| person.id()).collect();
        for &user in &users {
            state.members.insert(user, Some(Slot::new(Member::founder(user, event.at))));
            self.is_in(user, event.room, true);
        }
        self.states.insert(event.room, state);
        self.mark(|dirty| {
            dirty.rooms.insert(event.room, true);
            dirty.members.extend(users.iter().map(|&user| (event.room, user)));
        });
        match (event.room_kind, users.as_slice()) {
            (RoomKind::Direct, &[one, other]) => self.pair(event.room, one, other),
            (RoomKind::Roulette, &[one, other]) => self.matched(event, one, other),
            _ => {}
        }
    }

    fn pair(&mut self, room: RoomId, one: UserId, other: UserId) {
        let (low, high) = (one.min(other), one.max(other));
        self.directs.insert((low, high), Some(room));
        self.mark(|dirty| dirty.rows.directs.push(DirectRow { low, high, room }));
    }

    fn matched(&mut self, event: &Event, seeker: UserId, found: UserId) {
        let lease = event.at.after(self.limits.lease);
        for (user, partner) in [(seeker, found), (found, seeker)] {
            let before = self.lobby.get(&user).copied().flatten().unwrap_or(LobbyRow::idle(user));
            let lease = if user == seeker { before.lease.max(lease) } else { before.lease };
            let (waiting, room) = (None, Some(event.room));
            self.set_lobby(LobbyRow { user, waiting, room, partner: Some(partner), lease });
        }
    }

    fn fold_closed(&mut self, event: &Event) {
        if event.room_kind == RoomKind::Group {
            return self.fold_ended(event);
        }
        self.update(event, |room| room.closed = true);
        let members = self.states.get(&event.room).into_iter().flat_map(RoomState::slots).map(|slot| slot.member.user);
        let talked = |user| self.lobby.get(&user).copied().flatten().filter(|row| row.room == Some(event.room));
        let rows: Vec<_> = members.filter_map(talked).collect();
        rows.into_iter().for_each(|row| self.set_lobby(LobbyRow { room: None, ..row }));
    }

    /// Leaves the rows of the members as they are, because there may be very many: whoever asks whether somebody is a
    /// member asks whether the room has ended, too.
    fn fold_ended(&mut self, event: &Event) {
        self.update(event, |room| (room.members, room.members_seq, room.closed) = (0, event.head.seq, true));
        let slots = self.states.get(&event.room).into_iter().flat_map(RoomState::slots);
        let users: Vec<_> = slots.map(|slot| slot.member.user).collect();
        users.into_iter().for_each(|user| self.is_in(user, event.room, false));
    }

    fn fold_added(&mut self, event: &Event, person: &Person) {
        let (id, user, seq) = (event.room, person.id(), event.head.seq);
        self.update(event, |room| (room.members, room.members_seq) = (event.members, seq));
        self.is_in(user, id, true);
        let Some(state) = self.states.get_mut(&id) else { return };
        // A user who was banned without ever having been in the room has a row with `joined` 0, and comes for the first
        // time.
        let before = state.slot_mut(user).filter(|slot| slot.member.joined > 0);
        let joined = before.map(|slot| (slot.member.active, slot.member.joined) = (true, seq));
        let here = joined.is_none().then(|| state.newcomer(user, event)).flatten();
        self.mark(|dirty| {
            dirty.members.insert((id, user));
            dirty.rows.receipts.extend(here);
        });
    }

    fn fold_removed(&mut self, event: &Event, user: UserId, heir: Option<UserId>) {
        self.update(event, |room| {
            (room.members, room.members_seq) = (event.members, event.head.seq);
            if heir.is_some() || room.owner == Some(user) {
                room.owner = heir;
            }
        });
        self.is_in(user, event.room, false);
        let slot = self.states.get_mut(&event.room).and_then(|state| state.slot_mut(user));
        // A member who comes back has lost their rank.
        slot.into_iter().for_each(|slot| (slot.member.active, slot.member.moderator) = (false, false));
        self.mark(|dirty| dirty.members.extend([(event.room, user)]));
    }

    fn fold_sent(&mut self, event: &Event, message: &Arc<Message>) {
        let (room, user) = (event.room, message.sender.id());
        let Some(state) = self.states.get_mut(&room) else { return };
        if let Some(row) = &mut state.room {
            (row.last_message, row.sent) = (Some(message.id), message.number);
        }
        if let Some(slot) = state.slot_mut(user) {
            (slot.member.sent, slot.member.said) = (message.own_number, message.created_at);
            slot.own.push(message.id);
        }
        state.put(message.clone());
        let files = message.named_files();
        let thread = message.reply.as_ref().map(|reply| reply.thread);
        thread.into_iter().for_each(|thread| state.count_reply(thread, message.id, true));
        self.mark(|dirty| {
            dirty.members.insert((room, user));
            dirty.messages.insert((room, message.id), true);
            thread.into_iter().for_each(|thread| dirty.count_reply(room, thread, 1));
            dirty.owing.extend(message.mentions.is_some().then_some((room, message.id)));
        });
        self.mention(room, None, message);
        self.bind(files, room, message);
    }

    fn fold_edited(&mut self, event: &Event, message: &Arc<Message>) {
        let before = self.states.get(&event.room).and_then(|state| state.message(message.id)).cloned();
        self.fold_message(event, message.clone());
        self.mention(event.room, before.as_deref(), message);
    }

    pub(super) fn fold_message(&mut self, event: &Event, message: Arc<Message>) {
        let id = message.id;
        if let Some(state) = self.states.get_mut(&event.room) {
            state.put(message);
            self.mark(|dirty| dirty.message(event.room, id));
        }
    }

    fn fold_deleted(&mut self, event: &Event, id: MessageId) {
        let Some(state) = self.states.get_mut(&event.room) else { return };
        let Some(message) = state.message(id).cloned() else { return };
        insert_number(&mut state.deleted, message.number);
        if let Some(slot) = state.slot_mut(message.sender.id()) {
            insert_number(&mut slot.deleted, message.number);
        }
        let thread = message.reply.as_ref().map(|reply| reply.thread);
        thread.into_iter().for_each(|thread| state.count_reply(thread, id, false));
        self.unbind(&message);
        let erased = Arc::new(message.erased(event.at, event.head.seq));
        self.forget_extras(event, &message);
        self.fold_message(event, erased.clone());
        self.mention(event.room, Some(&message), &erased);
        self.mark(|dirty| {
            thread.into_iter().for_each(|thread| dirty.count_reply(event.room, thread, -1));
        });
    }

    fn fold_reached(&mut self, event: &Event, upto: MessageId, what: Reach) {
        let (room, user, at) = (event.room, event.actor.id(), event.at);
        let ordinal = self.ordinal(room, upto, user);
        let moves = event.head.moves;
        let position =
            Position { message: ordinal.message, number: ordinal.number, own: ordinal.own, at, moved: moves };
        let receipt = Receipt { room, user, what, upto, number: ordinal.number, at, moves };
        let Some(state) = self.states.get_mut(&room) else { return };
        if let Some(slot) = state.slot_mut(user) {
            match what {
                Reach::Delivered => slot.member.delivered = position,
                Reach::Read => {
                    slot.member.read = position;
                    slot.reads.push(receipt);
                }
            }
        }
        self.mark(|dirty| {
            dirty.members.insert((room, user));
            dirty.rows.receipts.push(receipt);
        });
    }

    /// Brings the room to the event's head, and writes a change that is not a message to its log.
    fn log(&mut self, event: &Event) {
        let Head { seq, moves } = event.head;
        let Some(state) = self.states.get_mut(&event.room) else { return };
        let Some(room) = &mut state.room else { return };
        room.head = Head { seq, moves };
        // A change of which nobody is told does not move the room up in anybody's chat list.
        if event.change.is_durable() && event.change.is_told() {
            room.last_at = event.at;
        }
        if let Some(row) = LogRow::of(event) {
            if self.whole {
                state.changes.push(row.clone());
            }
            self.mark(|dirty| dirty.rows.log.push(row));
        }
        self.mark(|dirty| dirty.room(event.room));
    }

    pub(super) fn update(&mut self, event: &Event, change: impl FnOnce(&mut Room)) {
        if let Some(room) = self.states.get_mut(&event.room).and_then(|state| state.room.as_mut()) {
            change(room);
        }
    }

    pub(super) fn is_in(&mut self, user: UserId, room: RoomId, is: bool) {
        let rooms = self.rooms_of.entry(user).or_default();
        if is {
            rooms.insert(room)
        } else {
            rooms.remove(&room)
        };
    }

    pub(super) fn mark(&mut self, note: impl FnOnce(&mut Dirty)) {
        self.dirty.as_mut().map(note);
    }
}

impl RoomState {
    /// Makes a user a member for the first time. All messages that are there count as read.
    fn newcomer(&mut self, user: UserId, event: &Event) -> Option<Receipt> {
        let row = self.room.clone()?;
        let (at, number, moves) = (event.at, row.sent, 0);
        let here = Position { message: row.last_message, number, own: 0, at, moved: moves };
        let (joined, banned) = (event.head.seq, self.slot_mut(user).and_then(|slot| slot.member.banned));
        let member = Member { read: here, delivered: here, joined, banned, ..Member::founder(user, at) };
        let receipt =
            here.message.map(|upto| Receipt { room: row.id, user, what: Reach::Read, upto, number, at, moves });
        let mut slot = Slot::new(member);
        slot.reads.extend(receipt);
        self.members.insert(user, Some(slot));
        receipt
    }
}

pub(super) fn insert_number(numbers: &mut Vec<u64>, number: u64) {
    if let Err(at) = numbers.binary_search(&number) {
        numbers.insert(at, number);
    }
}
