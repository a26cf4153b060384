//! A store that writes the rows of `take_written` as they say has the whole chat.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_domain::*;
use common::*;
use proptest::prelude::*;

#[derive(Default)]
struct Tables {
    rooms: BTreeMap<RoomId, Room>,
    members: BTreeMap<(RoomId, UserId), Member>,
    messages: BTreeMap<(RoomId, MessageId), Arc<Message>>,
    log: BTreeMap<(RoomId, u64), LogRow>,
    reactions: BTreeMap<(RoomId, MessageId, UserId, Emoji), ReactionRow>,
    receipts: BTreeMap<(RoomId, UserId, Reach, MessageId), Receipt>,
    sent: BTreeMap<(RoomId, UserId, ClientId), SentRow>,
    made: BTreeMap<(UserId, ClientId), MadeRow>,
    directs: BTreeMap<(UserId, UserId), RoomId>,
    lobby: BTreeMap<UserId, LobbyRow>,
}

/// Fails if there is a row of this key already.
fn insert<K: Ord + std::fmt::Debug, V: std::fmt::Debug>(table: &mut BTreeMap<K, V>, key: K, row: V) {
    assert!(!table.contains_key(&key), "{key:?} is there already: {:?}, then {row:?}", table[&key]);
    table.insert(key, row);
}

/// Fails if there is no row of this key.
fn update<K: Ord + std::fmt::Debug, V: std::fmt::Debug>(table: &mut BTreeMap<K, V>, key: K, row: V) {
    assert!(table.contains_key(&key), "{key:?} is not there: {row:?}");
    table.insert(key, row);
}

impl Tables {
    fn write(&mut self, written: Written) {
        written.new_rooms.into_iter().for_each(|row| insert(&mut self.rooms, row.id, row));
        written.rooms.into_iter().for_each(|row| update(&mut self.rooms, row.id, row));
        self.members.extend(written.members.into_iter().map(|(room, row)| ((room, row.user), row)));
        for row in written.new_messages {
            insert(&mut self.messages, (row.room, row.id), Arc::new(Message { replies: 0, ..Message::clone(&row) }));
        }
        for row in written.messages {
            // Only `threads` changes how many replies there are.
            let replies = self.messages[&(row.room, row.id)].replies;
            update(&mut self.messages, (row.room, row.id), Arc::new(Message { replies, ..Message::clone(&row) }));
        }
        for (key, more) in written.threads {
            let first = Arc::make_mut(self.messages.get_mut(&key).unwrap());
            first.replies = (i64::from(first.replies) + more).try_into().unwrap();
        }
        written.log.into_iter().for_each(|row| insert(&mut self.log, (row.room, row.seq), row));
        for (room, message) in written.forgotten {
            assert!(written.reactions.iter().all(|row| (row.room, row.message) != (room, message)));
            self.reactions.retain(|key, _| (key.0, key.1) != (room, message));
        }
        let reaction = |row: ReactionRow| ((row.room, row.message, row.user.id, row.emoji.clone()), row);
        self.reactions.extend(written.reactions.into_iter().map(reaction));
        let receipt = |row: Receipt| ((row.room, row.user, row.what, row.upto), row);
        written.receipts.into_iter().map(receipt).for_each(|(key, row)| insert(&mut self.receipts, key, row));
        let named = |row: SentRow| ((row.room, row.user, row.client_id.clone()), row);
        written.sent.into_iter().map(named).for_each(|(key, row)| insert(&mut self.sent, key, row));
        let made = |row: MadeRow| ((row.user, row.client_id.clone()), row);
        written.made.into_iter().map(made).for_each(|(key, row)| insert(&mut self.made, key, row));
        written.directs.into_iter().for_each(|row| insert(&mut self.directs, (row.low, row.high), row.room));
        self.lobby.extend(written.lobby.into_iter().map(|row| (row.user, row)));
    }

    /// When a user read a message, according to the receipts.
    fn read_at(&self, message: &Message, who: UserId) -> Option<Time> {
        let of = |row: &&Receipt| (row.room, row.user, row.what) == (message.room, who, Reach::Read);
        self.receipts.values().filter(of).filter(|row| row.upto >= message.id).map(|row| row.at).min()
    }

    fn agree(&self, world: &World) -> Result<(), TestCaseError> {
        let chat = &world.chat;
        prop_assert_eq!(self.rooms.keys().copied().collect::<Vec<_>>(), world.rooms.clone());
        for (&id, row) in &self.rooms {
            prop_assert_eq!(chat.answer(&Need::Room(id)), Fact::Room(id, Some(row.clone())));
            let log = self.log.range((id, 0)..(id, u64::MAX)).map(|(_, row)| row.seq);
            let mut seqs: Vec<_> = log.chain(self.of(id).map(|message| message.seq)).collect();
            seqs.sort();
            prop_assert_eq!(seqs, (1..=row.head.seq).collect::<Vec<_>>(), "the log has every number once");
            for who in (1..=PEOPLE).map(user) {
                let member = self.members.get(&(id, who)).copied();
                prop_assert_eq!(chat.answer(&Need::Member(id, who)), Fact::Member(id, who, member));
            }
        }
        for message in self.messages.values() {
            let (room, id) = (message.room, message.id);
            let Fact::Message(.., Some(known)) = chat.answer(&Need::Message(room, id)) else { panic!("{message:?}") };
            let answers = |message: &Message| message.reply.as_ref().map(|reply| (reply.thread, reply.quote.message));
            prop_assert_eq!(answers(&known), answers(message), "what it quotes is looked up");
            let known = Message { reply: message.reply.clone(), ..Message::clone(&known) };
            prop_assert_eq!(&known, &**message);
            let nobody = user(PEOPLE + 1);
            for emoji in (0..5).map(emoji) {
                let of = |row: &&ReactionRow| (row.room, row.message, &row.emoji) == (room, id, &emoji) && row.stands;
                let mut rows: Vec<_> = self.reactions.values().filter(of).cloned().collect();
                rows.sort_by_key(|row| row.seq);
                prop_assert_eq!(rows.len(), message.reactions.count(&emoji) as usize);
                let need = Need::Reactions(room, id, nobody, emoji.clone());
                prop_assert_eq!(chat.answer(&need), Fact::Reactions(room, id, nobody, emoji, rows));
            }
            let Some(reader) = (1..=PEOPLE).map(user).find(|&who| chat.head(who, room).is_ok()) else { continue };
            let Ok(marks) = chat.readers_page(reader, room, id, None, 99) else { continue };
            let others = (1..=PEOPLE).map(user).filter(|&who| who != message.sender.id());
            let mut readers: Vec<_> = others.filter_map(|who| Some((self.read_at(message, who)?, who))).collect();
            readers.sort();
            prop_assert_eq!(marks.iter().map(|mark| (mark.at, mark.user.id)).collect::<Vec<_>>(), readers);
        }
        for who in (1..=PEOPLE).map(user) {
            let Fact::Lobby(_, place) = chat.answer(&Need::Lobby(who)) else { unreachable!() };
            prop_assert_eq!(place.map(|place| place.row), self.lobby.get(&who).copied());
        }
        for (&(low, high), &room) in &self.directs {
            let Fact::Direct(_, _, roster) = chat.answer(&Need::Direct(low, high)) else { unreachable!() };
            prop_assert_eq!(roster.map(|roster| roster.room.id), Some(room));
        }
        for row in self.sent.values() {
            let need = Need::Sent(row.room, row.user, row.client_id.clone());
            let Fact::Sent(.., Some(first)) = chat.answer(&need) else { panic!("{row:?}") };
            prop_assert_eq!((first.digest, first.seen.message.id), (row.digest, row.message));
        }
        for row in self.made.values() {
            let need = Need::Made(row.user, row.client_id.clone());
            let Fact::Made(.., Some(first)) = chat.answer(&need) else { panic!("{row:?}") };
            prop_assert_eq!((first.digest, first.roster.room.id), (row.digest, row.room));
        }
        Ok(())
    }

    fn of(&self, room: RoomId) -> impl Iterator<Item = &Arc<Message>> {
        self.messages.values().filter(move |message| message.room == room)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_is_the_chat(batches in proptest::collection::vec(more(14), 1..8)) {
        let (mut world, mut tables) = (World::new(tight()), Tables::default());
        for batch in [opening()].iter().chain(&batches) {
            for step in batch {
                let (stamp, command) = world.order(step);
                let refused = world.execute(stamp, command).is_err();
                if refused && batch.len() == 1 {
                    prop_assert!(world.chat.clone().take_written().is_empty(), "a refusal writes nothing");
                }
            }
            tables.write(world.chat.take_written());
            tables.agree(&world)?;
        }
    }
}
