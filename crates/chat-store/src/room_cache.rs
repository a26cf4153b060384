//! The rows that a committer saw and wrote last.
//!
//! Where nobody else writes, the rows are still like that, and need not be asked for again. Where others write, too,
//! they were like that, which has to be proved.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chat_domain::fact::{Fact, Ordinal, Written};
use chat_domain::{Member, Message, MessageId, Need, Person, Room, RoomId, UserId};

/// Rows by their keys. The cache is emptied when it has grown large.
#[derive(Default)]
pub(crate) struct RoomCache {
    rooms: HashMap<RoomId, Remembered>,
    people: HashMap<UserId, Arc<Person>>,
    /// The size of everything remembered, in units of a message in a tail.
    weight: usize,
}

/// What is remembered of one room.
struct Remembered {
    row: Room,
    members: HashMap<UserId, Member>,
    tail: Tail,
}

/// The newest messages of a room without a gap, with what a delivered position needs to know of each.
#[derive(Default)]
struct Tail(VecDeque<Passing>);

struct Passing {
    id: MessageId,
    number: u64,
    sender: UserId,
    deleted: bool,
}

impl RoomCache {
    /// Returns the answer to a need, if it follows from what is remembered.
    pub(crate) fn recall(&self, need: &Need) -> Option<Fact> {
        match *need {
            Need::Ordinal(room, upto, user) => {
                let place = self.rooms.get(&room)?.place(upto, user)?;
                Some(Fact::Ordinal(room, upto, user, place))
            }
            Need::Undelivered(room, user, upto) => {
                let senders = self.rooms.get(&room)?.undelivered(user, upto)?;
                Some(Fact::Undelivered(room, user, upto, senders))
            }
            _ => self.row(need),
        }
    }

    /// Returns the answer to a need that is a row.
    pub(crate) fn row(&self, need: &Need) -> Option<Fact> {
        match *need {
            Need::Person(user) => Some(Fact::Person(user, Some(self.people.get(&user)?.clone()))),
            Need::Room(room) => Some(Fact::Room(room, Some(self.rooms.get(&room)?.row.clone()))),
            Need::Member(room, user) => {
                let member = self.rooms.get(&room)?.members.get(&user)?;
                Some(Fact::Member(room, user, Some(*member)))
            }
            _ => None,
        }
    }

    /// Remembers what was looked up: first rooms, then their members.
    pub(crate) fn learn(&mut self, known: &[Fact]) {
        self.bound();
        for known in known {
            match known {
                Fact::Person(user, Some(person)) => {
                    let text = person.username.len() + person.name.len() + person.avatar.len();
                    let much = PERSON + text / MESSAGE;
                    self.weight += much * usize::from(self.people.insert(*user, person.clone()).is_none());
                }
                Fact::Room(_, Some(room)) => self.see_room(room),
                Fact::Member(room, _, Some(member)) => self.put_member(*room, *member),
                _ => {}
            }
        }
    }

    /// Remembers what was committed.
    pub(crate) fn keep(&mut self, written: &Written) {
        written.new_rooms.iter().chain(&written.rooms).for_each(|room| self.put_room(room));
        written.members.iter().for_each(|&(room, member)| self.put_member(room, member));
        for message in &written.new_messages {
            if let Some(room) = self.rooms.get_mut(&message.room) {
                let before = room.tail.0.len();
                room.tail.push(message);
                self.weight = self.weight + room.tail.0.len() - before;
            }
        }
        for message in &written.messages {
            self.rooms.get_mut(&message.room).into_iter().for_each(|room| room.tail.change(message));
        }
        self.bound();
    }

    /// Empties the cache if it has grown large.
    fn bound(&mut self) {
        if self.weight > MOST {
            self.forget();
        }
    }

    /// Forgets everything, because it may have changed.
    pub(crate) fn forget(&mut self) {
        *self = RoomCache::default();
    }

    /// Forgets a room that has turned out to be different.
    pub(crate) fn forget_room(&mut self, room: RoomId) {
        if let Some(room) = self.rooms.remove(&room) {
            self.weight -= ROOM + MEMBER * room.members.len() + room.tail.0.len();
        }
    }

    /// Remembers a room as it was found. If others have written to it since, its members are forgotten, except for
    /// those that are looked up together with it. (Where others write, no rule decided from memory asks how far
    /// somebody has read or received.)
    fn see_room(&mut self, row: &Room) {
        if self.rooms.get(&row.id).is_some_and(|room| room.row.head.seq != row.head.seq) {
            self.forget_room(row.id);
        }
        self.put_room(row);
    }

    fn put_room(&mut self, row: &Room) {
        match self.rooms.get_mut(&row.id) {
            Some(room) => room.row.clone_from(row),
            None => {
                let room = Remembered { row: row.clone(), members: HashMap::new(), tail: Tail::default() };
                self.rooms.insert(row.id, room);
                self.weight += ROOM;
            }
        }
    }

    fn put_member(&mut self, room: RoomId, member: Member) {
        if let Some(room) = self.rooms.get_mut(&room) {
            self.weight += MEMBER * usize::from(room.members.insert(member.user, member).is_none());
        }
    }
}

impl Remembered {
    fn place(&self, upto: MessageId, user: UserId) -> Option<Ordinal> {
        let Tail(messages) = &self.tail;
        let after = messages.partition_point(|message| message.id <= upto);
        let newest = messages.get(after.checked_sub(1)?)?;
        let own = messages.range(after..).filter(|message| message.sender == user).count();
        let own = self.members.get(&user)?.sent.checked_sub(own as u64)?;
        Some(Ordinal { message: Some(newest.id), number: newest.number, own })
    }

    fn undelivered(&self, user: UserId, upto: MessageId) -> Option<Vec<(MessageId, UserId)>> {
        let member = self.members.get(&user)?;
        let reached = member.read.number.max(member.delivered.number);
        let Tail(messages) = &self.tail;
        if messages.front()?.number > reached + 1 {
            return None;
        }
        let since = messages.iter().filter(|message| message.number > reached && message.id <= upto);
        let of_others = since.filter(|message| message.sender != user && !message.deleted);
        Some(of_others.map(|message| (message.id, message.sender)).collect())
    }
}

impl Tail {
    fn push(&mut self, message: &Message) {
        if self.0.back().is_some_and(|last| last.number + 1 != message.number) {
            self.0.clear();
        }
        if self.0.len() == TAIL {
            self.0.pop_front();
        }
        let &Message { id, number, ref sender, ref deleted, .. } = message;
        self.0.push_back(Passing { id, number, sender: sender.id(), deleted: deleted.is_some() });
    }

    fn change(&mut self, message: &Message) {
        if let Ok(at) = self.0.binary_search_by_key(&message.id, |one| one.id) {
            self.0[at].deleted = message.deleted.is_some();
        }
    }
}

/// The size of a message in a tail, in bytes.
const MESSAGE: usize = 32;

/// The size at which the cache is emptied: about 4 MiB.
const MOST: usize = 100_000;

/// The sizes of other things; that of a person without their texts.
const ROOM: usize = 10;
const MEMBER: usize = 7;
const PERSON: usize = 7;

/// How many messages of a room are remembered.
const TAIL: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use chat_domain::Handle;

    #[test]
    fn what_is_only_looked_up_is_forgotten_too_in_the_end() {
        let mut cache = RoomCache::default();
        for user in (1..=MOST as i64).filter_map(UserId::new) {
            let (username, name, avatar) = ("ann".into(), "Ann".into(), "x".repeat(320));
            let person = Person { handle: Handle::from(user), username, name, avatar };
            cache.learn(&[Fact::Person(user, Some(Arc::new(person)))]);
            assert!(cache.people.len() <= MOST / (PERSON + 10) + 1);
        }
    }
}
