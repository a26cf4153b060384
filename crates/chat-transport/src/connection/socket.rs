//! A client's connection, as the hub sees it.

mod rooms;

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_domain::grant::Family;
use chat_domain::{Failure, Origin, Outcome, Person, RoomId, Time, UserId};
use chat_protocol::{Context, Endpoint, Frames, Verb};
use tokio::sync::Notify;

use super::away::Away;
use super::closes;
use super::line::{Line, Payload};
use super::tag;
use super::word::Word;
use crate::account::caller::Pass;
use crate::account::introspection::Credential;
use crate::carry::outbox::{Bookmark, Offered};
use crate::mistakes::planted;

/// A client's connection: its way out, its pending orders and their answers, and the credential on which it rests.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) id: u64,
    pub(crate) person: Arc<Person>,
    pub(crate) endpoint: Endpoint,
    pub(crate) line: Line,
    /// When the connection was opened.
    pub(crate) since: Time,
    /// The digest of the cookie session that opened it, if a cookie did.
    pub(crate) cookie: Option<Box<str>>,
    state: Mutex<SocketState>,
    /// Whether `state.answers` has some: checked without the lock on every delivery.
    has_answers: AtomicBool,
    /// Wakes the session when a room fell behind, or when orders were settled that it waits for.
    pub(crate) bell: Notify,
}

#[derive(Debug, Default)]
struct SocketState {
    next_tag: u64,
    /// Orders that are not answered yet, oldest first.
    orders: VecDeque<Ordered>,
    /// Answers that are written and wait to be sent with the next payload.
    answers: Option<Box<Frames>>,
    /// Rooms that are not followed at the moment. Few sockets have any.
    away: Option<Box<Away>>,
    expires: Option<Time>,
    /// The credential that a back end vouches for, if the socket rests on one.
    word: Option<Box<Word>>,
    /// How many reads have moved a position since [`moved`](Socket::moved) was last called.
    moved: u32,
    /// The family of its token, or 0.
    family: i64,
    /// For a socket of one room: the `seq` at which the journal last said that its user is a member.
    let_in: Option<NonZeroU64>,
    /// Whether the session waits until all orders are settled.
    waits: bool,
    /// Set when the server stops: no more orders are noted.
    is_over: bool,
}

/// An order that is not answered yet.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    tag: u64,
    /// Its room. Orders of the same room are answered in the order in which they were given.
    room: Option<RoomId>,
    /// When it arrived.
    pub(crate) at: Time,
    /// What its answer must contain beside the outcome.
    pub(crate) context: Context,
    /// Its outcome, while an earlier order of the same room is not settled.
    result: Option<Result<Outcome, Failure>>,
}

/// How many orders of one socket may be unanswered. With so many, nothing more is read from it.
pub(crate) const MAX_ORDERS: usize = 256;

impl Socket {
    pub(crate) fn new(
        id: u64,
        person: Arc<Person>,
        endpoint: Endpoint,
        line: Line,
        cookie: Option<String>,
        pass: Option<Pass>,
        since: Time,
    ) -> Arc<Socket> {
        let mut state = SocketState::default();
        if let Some(pass) = pass {
            state.rest_on(pass);
        }
        let cookie = cookie.map(String::into_boxed_str);
        let (state, bell, has_answers) = (Mutex::new(state), Notify::new(), AtomicBool::new(false));
        Arc::new(Socket { id, person, endpoint, line, since, cookie, state, has_answers, bell })
    }

    pub(crate) fn user(&self) -> UserId {
        self.person.id()
    }

    /// Notes an order and returns its origin, with which the outcome finds it again. `lane` is where the outcome is put if it
    /// names no room.
    pub(crate) fn order(&self, room: Option<RoomId>, context: Context, at: Time, lane: usize) -> Origin {
        let mut state = self.state();
        let tag = tag::of(state.next_tag, lane);
        state.next_tag += 1;
        if !state.is_over {
            state.orders.push_back(Ordered { tag, room, at, context, result: None });
        }
        Origin { socket: self.id, tag }
    }

    /// Notes the outcome of an order, and writes its answer together with those that waited for it. They are sent with the next
    /// payload, or by [`offer_answers`](Self::offer_answers). Returns false if no answer was written.
    pub(crate) fn settle(
        &self,
        tag: u64,
        result: &Result<Outcome, Failure>,
        mut write: impl FnMut(&Ordered, &Result<Outcome, Failure>, &mut Frames),
    ) -> bool {
        let mut state = self.state();
        let state = &mut *state;
        let Some(ordered) = state.orders.iter_mut().find(|ordered| ordered.tag == tag) else { return false };
        let room = ordered.room;
        ordered.result = Some(result.clone());
        let was_full = state.orders.len() >= MAX_ORDERS;
        let mut is_answered = false;
        while let Some(ordered) = state.next_settled(room) {
            let Some(result) = &ordered.result else { break };
            if let (Verb::Read, Ok(Outcome::Happened(_))) = (ordered.context.verb, result) {
                state.moved += 1;
            }
            write(&ordered, result, state.answers.get_or_insert_default());
            is_answered = true;
        }
        if is_answered {
            self.has_answers.store(true, Ordering::Release);
            let was_last = state.orders.is_empty() && std::mem::take(&mut state.waits);
            if was_full || was_last {
                self.bell.notify_one();
            }
        }
        is_answered
    }

    /// Sends a payload behind the answers that wait, so that nobody hears the echo of an order before its answer.
    pub(crate) fn offer(&self, payload: Payload, mark: Option<Bookmark>) -> Offered {
        if !self.has_answers.load(Ordering::Acquire) || planted!(Echo) {
            return self.line.offer_payload(payload, mark);
        }
        let mut state = self.state();
        let offered = match state.answers.take() {
            Some(answers) => self.line.offer_both(Payload::of(&answers, self.line.framing()), payload, mark),
            None => self.line.offer_payload(payload, mark),
        };
        // Cleared only after the answers are on the line: whoever sees false goes ahead without the lock, and must not overtake
        // them.
        self.has_answers.store(false, Ordering::Release);
        offered
    }

    /// Sends the answers that wait.
    pub(crate) fn offer_answers(&self) {
        if !self.has_answers.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.state();
        if let Some(answers) = state.answers.take() {
            self.line.offer(&answers);
        }
        self.has_answers.store(false, Ordering::Release);
    }

    /// Returns how many reads have moved a position since the last call.
    pub(crate) fn moved(&self) -> usize {
        std::mem::take(&mut self.state().moved) as usize
    }

    /// Tells whether so many orders are unanswered that nothing more should be read.
    pub(crate) fn is_busy(&self) -> bool {
        self.state().orders.len() >= MAX_ORDERS
    }

    /// Waits until all orders are settled.
    pub(crate) async fn all_settled(&self) {
        let mut rang = false;
        while self.waits_for_orders() {
            self.bell.notified().await;
            rang = true;
        }
        if rang {
            // The ring may have been for a room that fell behind, so pass it on to whoever waits for that.
            self.bell.notify_one();
        }
    }

    /// Tells whether all orders are settled.
    pub(crate) fn is_settled(&self) -> bool {
        self.state().orders.is_empty()
    }

    fn waits_for_orders(&self) -> bool {
        let mut state = self.state();
        state.waits = !state.orders.is_empty();
        state.waits
    }

    /// Closes the socket because the server is stopping.
    pub(crate) fn go_away(&self) {
        self.line.close(closes::GOING_AWAY);
        self.end_orders();
    }

    /// Forgets all orders because the server is stopping: their outcomes will not come, and the session must not wait for them.
    pub(crate) fn end_orders(&self) {
        let mut state = self.state();
        state.is_over = true;
        state.orders.clear();
        drop(state);
        self.bell.notify_one();
    }

    /// Returns when the credential expires.
    pub(crate) fn expires(&self) -> Option<Time> {
        self.state().expires
    }

    /// Returns the family of the token, if it has one.
    pub(crate) fn family(&self) -> Option<Family> {
        Some(self.state().family).filter(|family| *family != 0).map(Family)
    }

    /// Lets the socket rest on a credential that a back end vouches for.
    pub(crate) fn rest_on_word(&self, credential: Arc<Credential>) {
        self.state().word = Some(Box::new(Word::new(credential)));
    }

    /// Returns the credential if the back end is to be asked about it now, and plans the next time.
    pub(crate) fn due_again(&self, now: Time, every: Duration) -> Option<Arc<Credential>> {
        self.state().word.as_mut()?.due_again(now, every)
    }

    /// Lets the socket rest on another token.
    pub(crate) fn renew(&self, pass: Pass) {
        self.state().rest_on(pass);
    }

    fn state(&self) -> MutexGuard<'_, SocketState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SocketState {
    fn away(&mut self) -> &mut Away {
        self.away.get_or_insert_default()
    }

    fn rest_on(&mut self, pass: Pass) {
        self.expires = Some(pass.expires);
        self.family = pass.grant.and_then(|grant| grant.family).map_or(0, |Family(family)| family);
    }

    /// Takes out the oldest order of a room if it is settled.
    fn next_settled(&mut self, room: Option<RoomId>) -> Option<Ordered> {
        let oldest = self.orders.iter().position(|ordered| ordered.room == room)?;
        self.orders[oldest].result.as_ref()?;
        self.orders.remove(oldest)
    }
}
