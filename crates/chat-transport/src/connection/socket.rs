//! A client's connection as the hub knows it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_domain::grant::Family;
use chat_domain::{Failure, Head, MessageId, Origin, Outcome, Person, RoomId, Time, UserId};
use chat_protocol::{Context, Endpoint, Verb};
use tokio::sync::Notify;

use super::closes;
use super::line::Line;
use crate::account::caller::Pass;

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) id: u64,
    pub(crate) person: Arc<Person>,
    pub(crate) endpoint: Endpoint,
    pub(crate) line: Line,
    /// The digest of the cookie session that opened it, if a cookie did.
    pub(crate) cookie: Option<Box<str>>,
    state: Mutex<State>,
    /// Wakes the session: a room fell behind, or room for more orders.
    pub(crate) bell: Notify,
}

#[derive(Debug, Default)]
struct State {
    next_tag: u64,
    /// Orders on their way, oldest first.
    orders: VecDeque<Ordered>,
    /// Rooms whose events this socket must fetch from the journal again.
    behind: Vec<Behind>,
    /// Rooms that it has left: few sockets ever do.
    left: Option<Box<Left>>,
    expires: Option<Time>,
    /// Reads that moved something since this was last asked.
    moved: usize,
    /// The family of its token; 0 is none.
    family: i64,
    /// The session waits for the last of the orders.
    waits: bool,
    /// Nothing will be settled any more.
    is_over: bool,
}

/// Rooms that a socket has left, and the newest message of each that it had seen.
#[derive(Debug, Default)]
struct Left(HashMap<RoomId, Option<MessageId>>);

/// An order on its way.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    tag: u64,
    /// When it arrived.
    pub(crate) at: Time,
    /// What its answer needs to know.
    pub(crate) context: Context,
    /// What became of it.
    pub(crate) result: Option<Result<Outcome, Failure>>,
}

/// A room whose live events are no longer enough for a socket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Behind {
    pub(crate) room: RoomId,
    pub(crate) cursor: bool,
    /// Where the socket stands.
    pub(crate) head: Head,
    /// The newest message that it has seen.
    pub(crate) newest: Option<MessageId>,
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
    ) -> Arc<Socket> {
        let mut state = State::default();
        if let Some(pass) = pass {
            state.rest_on(pass);
        }
        let cookie = cookie.map(String::into_boxed_str);
        Arc::new(Socket { id, person, endpoint, line, cookie, state: Mutex::new(state), bell: Notify::new() })
    }

    pub(crate) fn user(&self) -> UserId {
        self.person.id()
    }

    /// Notes an order; its answer will find what it needs to know.
    pub(crate) fn order(&self, context: Context, at: Time) -> Origin {
        let mut state = self.state();
        let tag = state.next_tag;
        state.next_tag += 1;
        if !state.is_over {
            state.orders.push_back(Ordered { tag, at, context, result: None });
        }
        Origin { socket: self.id, tag }
    }

    /// Notes what became of an order. One that found no place in the queue is settled before those that have one.
    pub(crate) fn settle(&self, tag: u64, result: &Result<Outcome, Failure>) {
        let mut state = self.state();
        if let Some(ordered) = state.orders.iter_mut().find(|ordered| ordered.tag == tag) {
            ordered.result = Some(result.clone());
        }
    }

    /// The oldest order, once it is settled: answers come in the order of the orders.
    pub(crate) fn next_settled(&self) -> Option<Ordered> {
        let mut state = self.state();
        let was_full = state.orders.len() == MAX_ORDERS;
        let ordered = state.orders.pop_front_if(|ordered| ordered.result.is_some())?;
        if let (Verb::Read, Some(Ok(Outcome::Happened(_)))) = (ordered.context.verb, &ordered.result) {
            state.moved += 1;
        }
        let was_last = state.orders.is_empty() && std::mem::take(&mut state.waits);
        drop(state);
        if was_full || was_last {
            self.bell.notify_one();
        }
        Some(ordered)
    }

    /// Reads that moved something since this was last asked.
    pub(crate) fn moved(&self) -> usize {
        std::mem::take(&mut self.state().moved)
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

    /// Says that the live events of a room are no longer enough for this socket.
    pub(crate) fn fall_behind(&self, behind: Behind) {
        self.state().behind.push(behind);
        self.bell.notify_one();
    }

    /// The client does not want to hear a room any more.
    pub(crate) fn forget_behind(&self, room: RoomId) {
        let mut state = self.state();
        if let Some(at) = state.behind.iter().position(|behind| behind.room == room) {
            let newest = state.behind.swap_remove(at).newest;
            state.note_left(room, newest);
        }
    }

    /// Notes what the newest message was that it had seen of a room when it left it.
    pub(crate) fn note_left(&self, room: RoomId, newest: Option<MessageId>) {
        self.state().note_left(room, newest);
    }

    /// The newest message that it had seen of a room that it does not hear now; `None` if it never did.
    pub(crate) fn newest_before(&self, room: RoomId) -> Option<Option<MessageId>> {
        let state = self.state();
        let behind = state.behind.iter().find(|behind| behind.room == room).map(|behind| behind.newest);
        behind.or_else(|| state.left.as_ref()?.0.get(&room).copied())
    }

    /// The rooms that fell behind since this was last asked.
    pub(crate) fn behind(&self) -> Vec<Behind> {
        std::mem::take(&mut self.state().behind)
    }

    /// When its credential ends.
    pub(crate) fn expires(&self) -> Option<Time> {
        self.state().expires
    }

    /// The family of its token, if it has one.
    pub(crate) fn family(&self) -> Option<Family> {
        Some(self.state().family).filter(|family| *family != 0).map(Family)
    }

    /// It goes on with another token.
    pub(crate) fn renew(&self, pass: Pass) {
        self.state().rest_on(pass);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note_left(&mut self, room: RoomId, newest: Option<MessageId>) {
        self.left.get_or_insert_default().0.insert(room, newest);
    }
}

impl State {
    fn rest_on(&mut self, pass: Pass) {
        self.expires = Some(pass.expires);
        self.family = pass.grant.and_then(|grant| grant.family).map_or(0, |Family(family)| family);
    }
}
