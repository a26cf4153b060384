//! Telling: one write for each member and turn, in chunks.

use std::sync::Arc;
use std::time::Instant;

use chat_domain::{Change, Event, MessageId, RoomId, Time, UserId};
use chat_protocol::{News, Typing};

use super::asides::{Aside, Listener};
use super::delivery::Delivery;
use super::encode::{Encoded, Encoder, Viewer};
use super::ending::Ended;
use super::gathering::Gathering;
use super::log::Recent;
use super::map::Map;
use super::room::Room;
use super::subs::Sub;
use super::telling::{Next, Turns};
use crate::carry::outbox::{Bookmark, Offered};

impl Delivery {
    /// Tells some of what waits. A big room is told in chunks, so that other rooms and answers need not wait for its end. Pauses
    /// between rounds are kept only while more is expected.
    pub(super) fn tell_some(&mut self, now: Instant, expects: bool) -> Next {
        let mut budget = CHUNK;
        while budget > 0 {
            let Some(id) = self.turns.take(now, expects) else { break };
            self.tell_room(id, &mut budget, now);
        }
        self.answered.drain(..).for_each(|socket| socket.offer_answers());
        self.tell_some_asides();
        if self.asides.is_empty() { self.turns.next(expects) } else { Next::Now }
    }

    /// Returns the rooms that are not yet in the last quarter of a round. Orders to them are held back. In the last quarter they
    /// are passed on, so that the journal works on them while the rest is told.
    pub(super) fn rounds(&self) -> Vec<RoomId> {
        let in_the_middle = |room: &Room| room.telling.is_in_round() && room.subs.due() > room.subs.len() / 4;
        self.turns.ready().filter(|id| self.rooms.get(id).is_some_and(in_the_middle)).collect()
    }

    /// Tells a subscription that is being removed what it has not heard, up to this `seq`. Later events are not for it.
    pub(super) fn flush_sub(&mut self, id: RoomId, sub: &mut Sub, upto: u64) {
        let Some((room, mut teller)) = self.teller(id) else { return };
        sub.silent = false;
        let Room { log, reached, encoded, gathering, .. } = room;
        teller.tell_one(log.recent().upto(upto), sub, gathering, encoded, reached);
    }

    /// Tells a room's news to as many members as the budget allows.
    fn tell_room(&mut self, id: RoomId, budget: &mut usize, now: Instant) {
        let keep = self.recent_per_room();
        let Some((room, mut teller)) = self.teller(id) else { return };
        let has_begun = room.telling.begin(now);
        if has_begun {
            room.subs.begin_round();
            room.encoded.clear();
        }
        let all_asked = teller.tell(room, budget);
        room.trim(keep);
        room.telling.end(id, all_asked, now, teller.turns);
        let sockets = room.subs.len();
        self.ways.go_on(id, has_begun, all_asked, sockets);
    }

    /// Lets rooms tell their gathered reactions whose wait is over.
    pub(super) fn end_gatherings(&mut self, now: Time) {
        for id in self.gatherings.over(now) {
            if let Some(room) = self.rooms.get_mut(&id) {
                room.telling.touch(id, &mut self.turns);
            }
        }
    }

    /// Tells some listeners of a group that has ended what came before the end. When none is left, returns some members who must
    /// hear of the end.
    pub(super) fn end_some(&mut self) -> Option<Ended> {
        let mut ending = self.endings.pop_front()?;
        let (id, subs) = (ending.event.room, ending.some_subs());
        let people = if subs.is_empty() { ending.some_people() } else { Vec::new() };
        for mut sub in subs {
            self.asides.forget(sub.socket.id, id);
            self.flush_sub(id, &mut sub, u64::MAX);
        }
        let event = ending.event.clone();
        if !ending.is_over() {
            self.endings.push_front(ending);
        }
        Some(Ended { event, people, more: !self.endings.is_empty() })
    }

    /// Tells a sign of typing to everybody else who listens.
    pub(super) fn pass_on(&mut self, typed: Vec<Typing>) {
        for typing in typed {
            let Some(room) = self.rooms.get(&typing.room) else { continue };
            let author = typing.person.id();
            let others = room.subs.iter().filter(|sub| !sub.silent && sub.socket.user() != author);
            let listeners = others.map(|sub| Listener { socket: sub.socket.clone(), shape: sub.shape }).collect();
            let waits = !self.asides.is_empty();
            self.asides.add(Aside::new(News::Typing(typing), listeners));
            if !waits {
                self.tell_some_asides();
            }
        }
    }

    /// Tells a chunk of the typing that waits.
    pub(super) fn tell_some_asides(&mut self) {
        for aside in self.asides.take_some() {
            aside.tell(&mut self.encoder, self.epoch);
        }
    }

    /// Returns a room, and what is needed to tell its events.
    fn teller(&mut self, id: RoomId) -> Option<(&mut Room, Teller<'_>)> {
        let room = self.rooms.get_mut(&id)?;
        let teller = Teller {
            room: id,
            quiet: room.members > self.settings.delivered_room,
            epoch: self.epoch,
            encoder: &mut self.encoder,
            turns: &mut self.turns,
            delivered: &mut self.delivered,
        };
        Some((room, teller))
    }

    /// Returns how many events each room may keep.
    fn recent_per_room(&self) -> usize {
        let rooms = self.rooms.len().max(1) * self.shards;
        (self.settings.recent_in_all / rooms).clamp(8.min(self.settings.recent), self.settings.recent)
    }
}

/// What is needed to tell one room's events.
struct Teller<'a> {
    room: RoomId,
    quiet: bool,
    epoch: u64,
    encoder: &'a mut Encoder,
    turns: &'a mut Turns,
    delivered: &'a mut Map<(RoomId, UserId), MessageId>,
}

impl Teller<'_> {
    /// Tells as many members as the budget allows. Returns whether the round is over.
    fn tell(&mut self, room: &mut Room, budget: &mut usize) -> bool {
        let Room { log, subs, reached, encoded, gathering, .. } = room;
        let news = log.recent();
        while *budget > 0 {
            let Some(sub) = subs.next_due() else { break };
            if self.tell_one(news, sub, gathering, encoded, reached) {
                *budget -= 1;
            }
        }
        subs.due() == 0
    }

    /// Tells one subscription what it has not heard. Returns false if there was nothing.
    fn tell_one(
        &mut self,
        recent: Recent<'_>,
        sub: &mut Sub,
        gathering: &Gathering,
        encoded: &mut Encoded,
        reached: &mut Option<MessageId>,
    ) -> bool {
        if sub.silent {
            return false;
        }
        let Recent { events, first, head } = recent;
        let skip = usize::try_from(sub.next.saturating_sub(first)).unwrap_or(usize::MAX).min(events.len());
        let news = &events[skip..];
        let from = first + skip as u64;
        sub.next = first + events.len() as u64;
        if news.is_empty() {
            return false;
        }
        sub.heard = head;
        let Some(ahead) = sub.ahead else {
            self.send((news, from), sub, gathering, encoded, reached);
            return true;
        };
        // It has read ahead in the journal, and those events are left out for it.
        let unread: Vec<Arc<Event>> = news.iter().filter(|event| !sub.has_read(event)).cloned().collect();
        if ahead.seq <= head.seq && ahead.moves <= head.moves {
            sub.ahead = None;
        }
        if unread.len() == news.len() {
            self.send((news, from), sub, gathering, encoded, reached);
        } else {
            // Nobody else has this selection of events, so the payload is not kept.
            self.send((&unread, from), sub, gathering, &mut Encoded::default(), reached);
        }
        true
    }

    fn send(
        &mut self,
        (news, first): (&[Arc<Event>], u64),
        sub: &mut Sub,
        gathering: &Gathering,
        encoded: &mut Encoded,
        reached: &mut Option<MessageId>,
    ) {
        let socket = &sub.socket;
        let framing = socket.line.framing();
        let viewer = Viewer { user: socket.user(), shape: sub.shape, framing, epoch: self.epoch };
        let Some(payload) = self.encoder.events(encoded, (news, first), gathering, sub.number, &viewer) else {
            return socket.offer_answers();
        };
        let newest = newest(news, None);
        sub.newest = newest.or(sub.newest);
        let of_others = newest.and_then(|_| self::newest(news, Some(socket.user())));
        let mark = of_others.map(|message| Bookmark(self.room.number() as u64, message.number() as u64));
        let offered = socket.offer(payload, mark);
        if let (Offered::Written, Some(message)) = (offered, of_others) {
            self.reach(socket.user(), message, reached);
        }
    }

    /// Notes that a message was delivered. In a large room once is enough.
    fn reach(&mut self, user: UserId, message: MessageId, reached: &mut Option<MessageId>) {
        if self.quiet && *reached >= Some(message) {
            return;
        }
        *reached = Some(message);
        self.delivered.insert((self.room, user), message);
    }
}

/// Returns the newest message among these events, or the newest that is not this user's.
fn newest(events: &[Arc<Event>], not_of: Option<UserId>) -> Option<MessageId> {
    events.iter().rev().find_map(|event| match &event.change {
        Change::Sent { message, .. } if not_of != Some(message.sender.id()) => Some(message.id),
        _ => None,
    })
}

/// How many members are told in one go, before others get their turn.
const CHUNK: usize = 128;
