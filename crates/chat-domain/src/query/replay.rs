//! What a reader missed.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::{Chat, RoomState, Slot, newest};
use crate::event::{Change, Event, Reached, Read};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::room::Head;
use crate::room::Room;
use crate::rows::{LogKind, LogRow};
use crate::rules::newest_of_each;
use crate::time::Time;
use crate::view::{Replay, Replayed, Since};

impl Chat {
    /// A page of what a reader missed.
    ///
    /// A page since a head covers the next `limit` numbers of the log and may tell fewer changes; a page of messages alone
    /// holds the next `limit` messages.
    pub fn replay(&self, reader: UserId, room: RoomId, replay: Replay) -> Result<Replayed, Refusal> {
        let (state, row, _) = self.visible(reader, room)?;
        let until = replay.until.unwrap_or(row.head);
        let round = Round { chat: self, state, row, until };
        Ok(match replay.since {
            Since::Head(since) if since.seq > row.head.seq || since.moves > row.head.moves => {
                Replayed::Pruned { head: row.head }
            }
            Since::Head(since) => round.changes(since, replay.from.unwrap_or(since.seq), replay.limit.max(1)),
            Since::Message(after) => round.messages(after, replay.from.unwrap_or(0), replay.limit.max(1)),
        })
    }
}

/// A room on the way to a head.
struct Round<'a> {
    chat: &'a Chat,
    state: &'a RoomState,
    row: &'a Room,
    until: Head,
}

impl Round<'_> {
    /// Messages alone.
    fn messages(&self, after: Option<MessageId>, from: u64, limit: usize) -> Replayed {
        let missed = |message: &&Arc<Message>| Some(message.id) > after && message.seq > from;
        let start = self.state.messages().partition_point(|message| !missed(&message));
        let alive = self.state.messages()[start..].iter().take_while(|message| message.seq <= self.until.seq);
        let mut alive = alive.filter(|message| message.deleted.is_none()).peekable();
        let events: Vec<_> =
            alive.by_ref().take(limit).filter_map(|message| self.sent(message, self.until.moves)).collect();
        let next = alive.peek().and_then(|_| events.last()).map(|event| event.head.seq);
        Replayed::Changes { events, next, until: self.until }
    }

    /// Every change in the next `limit` numbers; at the end the positions that moved.
    fn changes(&self, since: Head, from: u64, limit: usize) -> Replayed {
        let upto = from.saturating_add(limit as u64).min(self.until.seq);
        let messages = self.state.messages();
        let messages = &messages[messages.partition_point(|message| message.seq <= from)..];
        let messages = messages.iter().take_while(|message| message.seq <= upto);
        let rows = self.state.changes();
        let rows = &rows[rows.partition_point(|row| row.seq <= from)..];
        let rows = rows.iter().take_while(|row| row.seq <= upto);
        let sent = messages.filter_map(|message| self.sent(message, since.moves));
        let mut events: Vec<_> = sent.chain(rows.filter_map(|row| self.changed(row, since))).collect();
        events.sort_unstable_by_key(|event| event.head.seq);
        let next = (upto < self.until.seq).then_some(upto);
        if next.is_none() {
            events.extend(self.moved(since));
        }
        Replayed::Changes { events, next, until: self.until }
    }

    fn sent(&self, message: &Arc<Message>, moves: u64) -> Option<Arc<Event>> {
        if message.deleted.is_some() {
            return None;
        }
        let shown = self.chat.shown(self.state, message);
        let (sender, head) = (shown.message.sender.clone(), Head { seq: message.seq, moves });
        let change = Change::Sent { message: shown.message, reception: shown.reception };
        Some(self.event(head, message.created_at, sender, change))
    }

    fn changed(&self, row: &LogRow, since: Head) -> Option<Arc<Event>> {
        let person = || self.chat.person(row.user?).ok().cloned();
        let message = || self.state.message(row.message?);
        let change = match row.kind {
            LogKind::Created => Change::Created { title: row.text.clone(), people: self.founders(row.actor) },
            LogKind::Added => Change::Added { person: person()? },
            LogKind::Removed => Change::Removed { person: person()?, heir: row.heir },
            LogKind::Renamed => Change::Renamed { title: row.text.clone()? },
            LogKind::Closed => Change::Closed,
            LogKind::Edited => self.edited(message()?, row.seq, since)?,
            LogKind::Deleted => Change::Deleted { message: row.message?, sender: message()?.sender.id() },
            LogKind::Liked | LogKind::Unliked => self.liked(message()?, row)?,
        };
        let actor = self.chat.person(row.actor).ok()?.clone();
        Some(self.event(Head { seq: row.seq, moves: since.moves }, row.at, actor, change))
    }

    /// One edit in the place of the last, and only of a message that the reader had.
    fn edited(&self, message: &Arc<Message>, seq: u64, since: Head) -> Option<Change> {
        let last = message.edited.is_some_and(|(_, last)| last == seq);
        let is_due = last && message.deleted.is_none() && message.seq <= since.seq;
        is_due.then(|| Change::Edited { message: self.chat.renamed(message) })
    }

    /// Only what somebody last did about a message.
    fn liked(&self, message: &Message, row: &LogRow) -> Option<Change> {
        let last = self.state.like(message.id, row.actor)?;
        let (id, likes) = (message.id, self.chat.likes(self.state, message));
        match last.liked {
            _ if last.seq != row.seq => None,
            true => Some(Change::Liked { message: id, likes }),
            false => Some(Change::Unliked { message: id, likes }),
        }
    }

    /// Who was there when the room was made and never left, its maker first.
    fn founders(&self, maker: UserId) -> Vec<Arc<Person>> {
        let mut users: Vec<_> = self.state.present().into_iter().map(|slot| slot.member).collect();
        users.retain(|member| member.joined == 1);
        users.sort_by_key(|member| member.user != maker);
        users.into_iter().filter_map(|member| self.chat.person(member.user).ok().cloned()).collect()
    }

    /// The read positions that moved since and not beyond the round.
    fn moved(&self, since: Head) -> Vec<Arc<Event>> {
        let moved = |slot: &&Slot| (since.moves + 1..=self.until.moves).contains(&slot.member.read.moved);
        let mut slots: Vec<_> = self.state.slots().filter(moved).collect();
        slots.sort_unstable_by_key(|slot| slot.member.read.moved);
        slots.into_iter().filter_map(|slot| self.read(slot, since)).collect()
    }

    fn read(&self, slot: &Slot, since: Head) -> Option<Arc<Event>> {
        let (user, read) = (slot.member.user, slot.member.read);
        let upto = read.message?;
        let found = self.chat.between(self.state, user, slot.read_upto(since.moves), upto);
        let found = newest_of_each(found, self.row.members > self.chat.limits().quiet_room);
        let messages = found.iter().map(|message| self.reached(message)).collect();
        let head = Head { seq: self.until.seq, moves: read.moved };
        let actor = self.chat.person(user).ok()?.clone();
        Some(self.event(head, read.at, actor, Change::Read(Read { upto, messages })))
    }

    fn reached(&self, message: &Message) -> Reached {
        let readers = self.chat.readers(self.state, message, None);
        Reached {
            message: message.id,
            sender: message.sender.id(),
            first_at: readers.first().map(|mark| mark.at),
            readers: newest(&readers),
        }
    }

    fn event(&self, head: Head, at: Time, actor: Arc<Person>, change: Change) -> Arc<Event> {
        let Room { id, kind, members, .. } = *self.row;
        Arc::new(Event { room: id, room_kind: kind, members, head, at, actor, change })
    }
}
