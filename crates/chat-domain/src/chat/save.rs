//! Saving a whole chat and loading it again.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::state::Map;
use super::{Chat, RoomState, Slot, Someone};
use crate::fact::Written;
use crate::id::{RoomId, UserId};
use crate::limits::Limits;
use crate::person::Person;
use crate::room::{Member, Room};
use crate::rows::*;
use crate::time::Time;

/// A whole chat as plain rows: everything that [`Chat::load`] needs to be the same chat again.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Saved {
    /// Every person whom the chat knows, and when they were last seen.
    pub people: Vec<(Arc<Person>, Option<Time>)>,
    /// The rows of all tables, all of them as new rows.
    pub rows: Written,
    /// Which user took which direct chat off their list, and how many messages it had then.
    pub hidden: Vec<(UserId, RoomId, u64)>,
}

impl Chat {
    /// Returns everything that a whole chat knows. The order depends on the content only.
    ///
    /// # Panics
    ///
    /// If this is a partial chat.
    pub fn save(&self) -> Saved {
        assert!(self.whole, "only a whole chat can be saved");
        let mut people: Vec<_> =
            self.people.values().flatten().map(|one| (one.person.clone(), one.last_seen)).collect();
        people.sort_unstable_by_key(|(person, _)| person.id());
        let mut states: Vec<_> = self.states.iter().collect();
        states.sort_unstable_by_key(|(room, _)| **room);
        let mut rows = self.named_rows();
        for (_, state) in states {
            state.save(&mut rows);
        }
        let hidden = self.hidden.iter().map(|(&(user, room), &sent)| (user, room, sent)).collect();
        Saved { people, rows, hidden }
    }

    /// Makes the chat that was saved. The limits are not saved and are given anew.
    pub fn load(limits: Limits, saved: Saved) -> Chat {
        let mut chat = Chat::new(limits);
        for (person, last_seen) in saved.people {
            chat.people.insert(person.id(), Some(Someone { person, last_seen }));
        }
        chat.hidden.extend(saved.hidden.into_iter().map(|(user, room, sent)| ((user, room), sent)));
        let rows = saved.rows;
        chat.load_rooms(rows.new_rooms, rows.members);
        for message in rows.new_messages {
            chat.states.entry(message.room).or_default().load_message(message);
        }
        for row in rows.log {
            chat.states.entry(row.room).or_default().changes.push(row);
        }
        for row in rows.audit {
            chat.states.entry(row.room).or_default().audit.push(row);
        }
        chat.purges = rows.purges;
        chat.blocks.extend(rows.blocks.into_iter().map(|row| ((row.person, row.blocked), Some(row.at))));
        for row in rows.reactions {
            chat.states.entry(row.room).or_default().load_reaction(row);
        }
        for receipt in rows.receipts {
            let slot = chat.states.get_mut(&receipt.room).and_then(|state| state.slot_mut(receipt.user));
            slot.into_iter().for_each(|slot| slot.reads.push(receipt));
        }
        for SentRow { room, user, client_id, digest, message } in rows.sent {
            chat.set_sent(room, user, client_id, digest, message);
        }
        for MadeRow { user, client_id, digest, room } in rows.made {
            chat.set_made(user, client_id, digest, room);
        }
        chat.directs.extend(rows.directs.into_iter().map(|row| ((row.low, row.high), Some(row.room))));
        chat.files.extend(rows.files.into_iter().map(|row| (row.file.id, Some(row))));
        rows.lobby.into_iter().for_each(|row| chat.set_lobby(row));
        chat
    }

    fn load_rooms(&mut self, rooms: Vec<Room>, members: Vec<(RoomId, Member)>) {
        self.states.extend(rooms.into_iter().map(|room| (room.id, RoomState::born(room))));
        for (room, member) in members {
            let ended = self.states.get(&room).and_then(RoomState::peek).is_some_and(Room::has_ended);
            self.is_in(member.user, room, member.active && !ended);
            self.states.entry(room).or_default().members.insert(member.user, Some(Slot::new(member)));
        }
    }

    /// Returns the rows of tables that belong to no room: names of requests, direct chats by pair, the lobby.
    fn named_rows(&self) -> Written {
        let sent = self.sent.iter().flat_map(|(&(room, user), names)| {
            let firsts = names.iter().filter_map(|(name, first)| Some((name, (*first)?)));
            firsts.map(move |(name, (digest, message))| SentRow {
                room,
                user,
                client_id: name.clone(),
                digest,
                message,
            })
        });
        let made = self.made.iter().filter_map(|((user, name), first)| {
            let (digest, room) = (*first)?;
            Some(MadeRow { user: *user, client_id: name.clone(), digest, room })
        });
        let directs =
            self.directs.iter().filter_map(|(&(low, high), room)| Some(DirectRow { low, high, room: (*room)? }));
        let (mut sent, mut made, mut directs) =
            (sent.collect::<Vec<_>>(), made.collect::<Vec<_>>(), directs.collect::<Vec<_>>());
        sent.sort_unstable_by_key(|row| (row.room, row.message));
        made.sort_unstable_by_key(|row| row.room);
        directs.sort_unstable_by_key(|row| row.room);
        let mut files: Vec<_> = self.files.values().flatten().cloned().collect();
        files.sort_unstable_by_key(|row| row.file.id);
        let (purges, blocks) = (self.purges.clone(), self.block_rows());
        Written {
            sent,
            made,
            directs,
            files,
            purges,
            blocks,
            lobby: self.lobby.values().copied().flatten().collect(),
            ..Written::default()
        }
    }
}

impl RoomState {
    fn save(&self, rows: &mut Written) {
        let Some(room) = &self.room else { return };
        let mut slots: Vec<_> = self.slots().collect();
        slots.sort_unstable_by_key(|slot| slot.member.user);
        rows.new_rooms.push(room.clone());
        rows.members.extend(slots.iter().map(|slot| (room.id, slot.member)));
        rows.new_messages.extend(self.messages.iter().cloned());
        rows.log.extend(self.changes.iter().cloned());
        rows.audit.extend(self.audit.iter().cloned());
        rows.receipts.extend(slots.iter().flat_map(|slot| slot.reads.iter().copied()));
        let given = self.reactions.values().flat_map(Map::values);
        let mut reactions: Vec<_> = given.flat_map(|given| given.rows.values().cloned()).collect();
        reactions.sort_unstable_by_key(|row| row.seq);
        rows.reactions.extend(reactions);
    }

    fn load_reaction(&mut self, row: ReactionRow) {
        self.reactions.entry(row.message).or_default().entry(row.emoji.clone()).or_default().put(row);
    }

    fn load_message(&mut self, message: Arc<crate::message::Message>) {
        let is_deleted = message.deleted.is_some();
        self.deleted.extend(is_deleted.then_some(message.number));
        if let Some(slot) = self.slot_mut(message.sender.id()) {
            slot.own.push(message.id);
            slot.deleted.extend(is_deleted.then_some(message.number));
        }
        self.index_mentions(&message, true);
        if let Some(reply) = message.reply.as_ref().filter(|_| !is_deleted) {
            self.threads.entry(reply.thread).or_default().push(message.id);
        }
        self.messages.push(message);
    }
}
