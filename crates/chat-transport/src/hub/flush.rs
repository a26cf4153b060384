//! Telling: one write per member and turn, in chunks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use chat_domain::{Change, Event, MessageId, RoomId, UserId};
use chat_protocol::Frames;

use super::encode::Encoder;
use super::room::{Recent, Room};
use super::state::State;
use super::subs::Sub;
use super::turns::Next;
use crate::carry::outbox::{Mark, Offered};
use crate::connection::line::Payload;

impl State {
    /// Tells some of what there is to tell. Rooms and answers wait for no big room's end.
    pub(super) fn flush_some(&mut self, now: Instant) -> Next {
        let mut budget = CHUNK;
        while budget > 0 {
            let Some(id) = self.turns.take(now) else { break };
            self.flush_room(id, &mut budget, now);
        }
        self.flush_answers();
        self.tell_some_asides();
        if self.asides.is_empty() { self.turns.next() } else { Next::Now }
    }

    /// Tells a room's news to as many as the budget allows.
    fn flush_room(&mut self, id: RoomId, budget: &mut usize, now: Instant) {
        let keep = self.recent_per_room();
        self.told.retain(|room| *room != id);
        let Some((room, mut teller)) = self.teller(id) else { return };
        if let Some(until) = room.rounds.begin(now) {
            return self.turns.add_at(id, until);
        }
        room.subs.begin_round();
        teller.encoder.swap(&mut room.encoded);
        if teller.tell(room, budget) {
            room.rounds.end(now);
            room.dirty = room.subs.need_another();
        } else {
            teller.encoder.swap(&mut room.encoded);
        }
        room.trim(keep);
        let (dirty, is_over) = (room.dirty, room.subs.all_asked());
        if dirty {
            self.turns.add(id);
        }
        if !is_over {
            self.told.push(id);
        }
    }

    /// Tells a sub that is about to leave what it has not heard.
    pub(super) fn flush_sub(&mut self, id: RoomId, sub: &mut Sub) {
        let Some((room, mut teller)) = self.teller(id) else { return };
        teller.tell_one(room.log.recent(), sub, &mut room.reached);
    }

    /// A room, and what telling its events needs.
    fn teller(&mut self, id: RoomId) -> Option<(&mut Room, Teller<'_>)> {
        let room = self.rooms.get_mut(&id)?;
        self.encoder.next_room();
        let teller = Teller {
            room: id,
            quiet: room.members > self.settings.delivered_room,
            epoch: self.epoch,
            encoder: &mut self.encoder,
            answers: &mut self.answers,
            delivered: &mut self.delivered,
        };
        Some((room, teller))
    }

    /// Sends the answers whose sockets heard nothing else in this turn.
    fn flush_answers(&mut self) {
        for (id, frames) in self.answers.drain() {
            if let Some(socket) = self.people.socket(id) {
                socket.line.offer(&frames);
            }
        }
    }

    /// How many events each room may keep.
    fn recent_per_room(&self) -> usize {
        (self.settings.recent_in_all / self.rooms.len().max(1)).clamp(8.min(self.settings.recent), self.settings.recent)
    }
}

/// What telling one room's events needs.
struct Teller<'a> {
    room: RoomId,
    quiet: bool,
    epoch: u64,
    encoder: &'a mut Encoder,
    answers: &'a mut HashMap<u64, Frames>,
    delivered: &'a mut HashMap<(RoomId, UserId), MessageId>,
}

impl Teller<'_> {
    /// Tells as many as the budget allows; true if the round is over.
    fn tell(&mut self, room: &mut Room, budget: &mut usize) -> bool {
        let Room { log, subs, reached, .. } = room;
        let news = log.recent();
        while *budget > 0 {
            let Some(sub) = subs.next_due() else { break };
            if self.tell_one(news, sub, reached) {
                *budget -= 1;
            }
        }
        subs.all_asked()
    }

    /// Tells one sub what it has not heard; false if there was nothing.
    fn tell_one(&mut self, recent: Recent<'_>, sub: &mut Sub, reached: &mut Option<MessageId>) -> bool {
        let Recent { events, first, head } = recent;
        let skip = usize::try_from(sub.next.saturating_sub(first)).unwrap_or(usize::MAX).min(events.len());
        let mut news = &events[skip..];
        let from = first + skip as u64;
        sub.next = first + events.len() as u64;
        if news.is_empty() {
            return false;
        }
        sub.heard = head;
        let unread: Vec<Arc<Event>>;
        let mut number = from;
        if sub.ahead.is_some() {
            // It read ahead in the journal: what it has read is not for it. No other sub has the same view.
            unread = news.iter().filter(|event| !sub.has_read(event)).cloned().collect();
            number = NOT_SHARED;
            if unread.len() == news.len() {
                number = from;
            }
            if sub.ahead.is_some_and(|ahead| ahead.seq <= head.seq && ahead.moves <= head.moves) {
                sub.ahead = None;
            }
            news = &unread;
        }
        if number == NOT_SHARED {
            self.encoder.next_room();
        }
        self.send(news, number, sub, reached);
        true
    }

    fn send(&mut self, news: &[Arc<Event>], number: u64, sub: &mut Sub, reached: &mut Option<MessageId>) {
        let socket = &sub.socket;
        let framing = socket.line.framing();
        let payload = self.encoder.events(news, number, sub.shape, framing, socket.user(), self.epoch);
        let answer = match self.answers.is_empty() {
            true => None,
            false => self.answers.remove(&socket.id).map(|frames| Payload::of(&frames, framing)),
        };
        let Some(payload) = payload else {
            if let Some(answer) = answer {
                socket.line.offer_payload(answer, None);
            }
            return;
        };
        let newest = newest(news, None);
        sub.newest = newest.or(sub.newest);
        let of_others = newest.and_then(|_| self::newest(news, Some(socket.user())));
        let mark = of_others.map(|message| Mark(self.room.number() as u64, message.number() as u64));
        let offered = match answer {
            Some(answer) => socket.line.offer_both(answer, payload, mark),
            None => socket.line.offer_payload(payload, mark),
        };
        if let (Offered::Written, Some(message)) = (offered, of_others) {
            self.reach(socket.user(), message, reached);
        }
    }

    /// Notes that a message has reached somebody; in a large room once is enough.
    fn reach(&mut self, user: UserId, message: MessageId, reached: &mut Option<MessageId>) {
        if self.quiet && *reached >= Some(message) {
            return;
        }
        *reached = Some(message);
        self.delivered.insert((self.room, user), message);
    }
}

/// The newest message among these events, if need be of somebody else than this user.
fn newest(events: &[Arc<Event>], not_of: Option<UserId>) -> Option<MessageId> {
    events.iter().rev().find_map(|event| match &event.change {
        Change::Sent { message, .. } if not_of != Some(message.sender.id()) => Some(message.id),
        _ => None,
    })
}

/// Members told in one go, before others get their turn.
const CHUNK: usize = 128;
/// The number of a view that nobody shares.
const NOT_SHARED: u64 = u64::MAX - 1;
