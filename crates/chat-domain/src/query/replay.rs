//! What a reader missed, told by a whole chat.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::{Chat, RoomState};
use crate::emoji::Emoji;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::refusal::Refusal;
use crate::replay::{Asked, Found, Moved, Round};
use crate::room::{Head, Room};
use crate::rows::LogRow;
use crate::view::{Replay, Replayed, Since};

impl Chat {
    /// Returns a page of what a reader missed.
    ///
    /// A page since a head covers the next `limit` numbers of the log, and may tell fewer changes. A page of messages
    /// alone has the next `limit` messages.
    pub fn replay(&self, reader: UserId, room: RoomId, replay: Replay) -> Result<Replayed, Refusal> {
        let (state, row, _) = self.visible(reader, room)?;
        Ok(self.page_of(state, row, replay))
    }

    /// Returns a page of what happened in a room since this head, whoever asks.
    pub fn missed(&self, room: RoomId, since: Head, limit: usize) -> Result<Replayed, Refusal> {
        let (state, row) = self.state(room)?;
        Ok(self.page_of(state, row, Replay { since: Since::Head(since), from: None, until: None, limit }))
    }

    fn page_of(&self, state: &RoomState, row: &Room, replay: Replay) -> Replayed {
        // A whole chat keeps its whole log, except for messages that have vanished.
        let pruned = Head { seq: state.pruned(), moves: 0 };
        let round = match Round::begin(row, replay, pruned, self.limits()) {
            Ok(round) => round,
            Err(pruned) => return pruned,
        };
        let sent = self.sent_in(state, &round);
        match replay.since {
            Since::Message(after) => {
                let missed = sent.filter(|message| Some(message.id) > after).take(replay.limit.max(1) + 1);
                round.messages(missed.map(|message| self.shown(state, message)).collect())
            }
            Since::Head(_) => {
                let rows = changes_in(state, &round);
                let found = self.found(state, &Asked::of(rows));
                let moved = if round.is_last() { self.moved(state, &round) } else { Vec::new() };
                round.changes(sent.map(|message| self.shown(state, message)).collect(), rows, &found, moved)
            }
        }
    }

    /// Returns the messages of the page that are not deleted.
    fn sent_in<'a>(&self, state: &'a RoomState, round: &Round<'_>) -> impl Iterator<Item = &'a Arc<Message>> + use<'a> {
        let (messages, numbers) = (state.messages(), round.numbers());
        let messages = &messages[messages.partition_point(|message| message.seq < *numbers.start())..];
        let inside = messages.iter().take_while(move |message| message.seq <= *numbers.end());
        inside.filter(|message| message.deleted.is_none())
    }

    fn found(&self, state: &RoomState, asked: &Asked) -> Found {
        let person = |&user: &UserId| Some((user, self.person(user).ok()?.clone()));
        let message = |&id: &_| Some((id, self.as_now(state.message(id)?)));
        let own =
            |key: &(MessageId, UserId, Emoji)| Some((key.clone(), state.given(key.0, &key.2)?.row(key.1)?.clone()));
        let backers = |&(message, _, ref emoji): &(MessageId, UserId, Emoji)| {
            let rows = self.newest_rows(state, state.message(message)?, emoji, None);
            Some(((message, emoji.clone()), rows))
        };
        let founders = state.present().into_iter().filter(|slot| asked.maker.is_some() && slot.member.joined == 1);
        Found {
            people: asked.people.iter().filter_map(person).collect(),
            messages: asked.messages.iter().filter_map(message).collect(),
            own: asked.reactions.iter().filter_map(own).collect(),
            backers: asked.reactions.iter().filter_map(backers).collect(),
            founders: founders.filter_map(|slot| self.person(slot.member.user).ok().cloned()).collect(),
        }
    }

    fn moved(&self, state: &RoomState, round: &Round<'_>) -> Vec<Moved> {
        let slots = state.slots().filter(|slot| round.moves().contains(&slot.member.read.moved));
        let moved = slots.filter_map(|slot| {
            let before = slot.read_upto(round.moves().start() - 1);
            let covered = self.between(state, slot.member.user, before, slot.member.read.message?);
            let messages = round.announced(covered).into_iter();
            let messages = messages.map(|message| self.readership(state, &message, None)).collect();
            Some(Moved { member: slot.member, person: self.person(slot.member.user).ok()?.clone(), messages })
        });
        moved.collect()
    }
}

fn changes_in<'a>(state: &'a RoomState, round: &Round<'_>) -> &'a [LogRow] {
    let (rows, numbers) = (state.changes(), round.numbers());
    let (start, end) = (rows.partition_point(|row| row.seq < *numbers.start()), numbers.end());
    &rows[start..start.max(rows.partition_point(|row| row.seq <= *end))]
}
