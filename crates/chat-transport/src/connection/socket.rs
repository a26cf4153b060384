//! A client's connection as the hub knows it.

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

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) id: u64,
    pub(crate) person: Arc<Person>,
    pub(crate) endpoint: Endpoint,
    pub(crate) line: Line,
    /// When it was opened.
    pub(crate) since: Time,
    /// The digest of the cookie session that opened it, if a cookie did.
    pub(crate) cookie: Option<Box<str>>,
    state: Mutex<SocketState>,
    /// Whether answers wait with it.
    has_answers: AtomicBool,
    /// Wakes the session: a room fell behind, or room for more orders.
    pub(crate) bell: Notify,
}

#[derive(Debug, Default)]
struct SocketState {
    next_tag: u64,
    /// Orders on their way, oldest first.
    orders: VecDeque<Ordered>,
    /// Answers that wait for what is sent next.
    answers: Option<Box<Frames>>,
    /// Rooms that it does not hear now: few sockets ever have any.
    away: Option<Box<Away>>,
    expires: Option<Time>,
    /// By whose word it is open.
    word: Option<Box<Word>>,
    /// Reads that moved something since this was last asked.
    moved: u32,
    /// The family of its token; 0 is none.
    family: i64,
    /// The `seq` at which the room for which it lives stood when the journal last said that its user is in it.
    let_in: Option<NonZeroU64>,
    /// The session waits for the last of the orders.
    waits: bool,
    /// Nothing will be settled any more.
    is_over: bool,
}

/// An order on its way.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    tag: u64,
    /// The room that it is about: answers about one room come in the order of their orders.
    room: Option<RoomId>,
    /// When it arrived.
    pub(crate) at: Time,
    /// What its answer needs to know.
    pub(crate) context: Context,
    /// What became of it, while one about the same room before it is not settled.
    result: Option<Result<Outcome, Failure>>,
}

/// Orders of one socket that may be on their way; it is not read meanwhile.
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

    /// Notes an order; its answer will find what it needs to know, and comes back in this lane if nothing else says where it belongs.
    pub(crate) fn order(&self, room: Option<RoomId>, context: Context, at: Time, lane: usize) -> Origin {
        let mut state = self.state();
        let tag = tag::of(state.next_tag, lane);
        state.next_tag += 1;
        if !state.is_over {
            state.orders.push_back(Ordered { tag, room, at, context, result: None });
        }
        Origin { socket: self.id, tag }
    }

    /// Notes what became of an order, and writes the answers whose turn it is by that: they wait here for what is sent next. False
    /// if there are none.
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

    /// Sends what is ready, behind the answers that wait: nobody hears the echo of an order before its answer.
    pub(crate) fn offer(&self, payload: Payload, mark: Option<Bookmark>) -> Offered {
        if !self.has_answers.load(Ordering::Acquire) || planted!(Echo) {
            return self.line.offer_payload(payload, mark);
        }
        let mut state = self.state();
        let offered = match state.answers.take() {
            Some(answers) => self.line.offer_both(Payload::of(&answers, self.line.framing()), payload, mark),
            None => self.line.offer_payload(payload, mark),
        };
        // Only now: whoever finds none goes on without this lock.
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

    /// Reads that moved something since this was last asked.
    pub(crate) fn moved(&self) -> usize {
        std::mem::take(&mut self.state().moved) as usize
    }

    /// Whether so many orders are on their way that nothing more is to be read.
    pub(crate) fn is_busy(&self) -> bool {
        self.state().orders.len() >= MAX_ORDERS
    }

    /// Waits until no order is on its way.
    pub(crate) async fn all_settled(&self) {
        let mut rang = false;
        while self.waits_for_orders() {
            self.bell.notified().await;
            rang = true;
        }
        if rang {
            // Perhaps for a room that fell behind, too: whoever listens next has a look.
            self.bell.notify_one();
        }
    }

    /// Whether no order is on its way.
    pub(crate) fn is_settled(&self) -> bool {
        self.state().orders.is_empty()
    }

    fn waits_for_orders(&self) -> bool {
        let mut state = self.state();
        state.waits = !state.orders.is_empty();
        state.waits
    }

    /// The server goes away.
    pub(crate) fn go_away(&self) {
        self.line.close(closes::GOING_AWAY);
        self.end_orders();
    }

    /// The server goes away: nothing will be settled any more, and the session is not to wait for it.
    pub(crate) fn end_orders(&self) {
        let mut state = self.state();
        state.is_over = true;
        state.orders.clear();
        drop(state);
        self.bell.notify_one();
    }

    /// When its credential ends.
    pub(crate) fn expires(&self) -> Option<Time> {
        self.state().expires
    }

    /// The family of its token, if it has one.
    pub(crate) fn family(&self) -> Option<Family> {
        Some(self.state().family).filter(|family| *family != 0).map(Family)
    }

    /// It rests on what a back end says about this credential.
    pub(crate) fn rest_on_word(&self, credential: Arc<Credential>) {
        self.state().word = Some(Box::new(Word::new(credential)));
    }

    pub(crate) fn due_again(&self, now: Time, every: Duration) -> Option<Arc<Credential>> {
        self.state().word.as_mut()?.due_again(now, every)
    }

    /// It goes on with another token.
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

    /// The oldest order about a room, once it is settled.
    fn next_settled(&mut self, room: Option<RoomId>) -> Option<Ordered> {
        let oldest = self.orders.iter().position(|ordered| ordered.room == room)?;
        self.orders[oldest].result.as_ref()?;
        self.orders.remove(oldest)
    }
}
