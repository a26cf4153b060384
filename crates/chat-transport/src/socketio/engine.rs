//! One Socket.IO session, whatever carries it.

mod burden;
mod polls;
mod way_out;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use chat_protocol::engineio::{Frame, Input, Reject, Sid, Ticket, Wire};
use chat_protocol::socketio::{Output, Session, SocketIoSettings};
use tokio::sync::{Notify, oneshot};

use self::burden::Burden;
use self::polls::Waiting;
use crate::carry::outbox::{Bookmark, Close, Depot, Outbox};
use crate::carry::websocket::{Opcode, close_frame, frame};

/// A Socket.IO session. While it polls, its machine keeps what is to be sent. Once a WebSocket carries it, frames go straight to
/// that one's outbox.
#[derive(Debug)]
pub struct Engine {
    sid: Sid,
    depot: Arc<Depot>,
    state: Mutex<EngineState>,
    /// The outbox of the WebSocket that carries the session, once there is one.
    carrier: OnceLock<Arc<Outbox>>,
    /// Rings when there is an output for the application.
    bell: Notify,
    /// Notified when a poll was answered, or the session is over.
    fetched: Notify,
    /// Notified when the application took an output, or the session is over.
    taken: Notify,
    /// Its ticket among the sessions whose user is not known.
    ticket: Mutex<Option<Ticket>>,
    /// Whether its user is known.
    known: AtomicBool,
    /// The close with which the server has ended it.
    ended: OnceLock<Close>,
    /// When its machine must be ticked next. The engines read it.
    pub(super) due: AtomicU64,
    /// The time for which the engines have planned a tick.
    pub(super) noted: AtomicU64,
    /// The bytes that wait for polls.
    burden: Burden,
}

#[derive(Debug)]
struct EngineState {
    machine: Session,
    /// The poll that waits for an answer.
    poll: Option<oneshot::Sender<Result<Bytes, Reject>>>,
    /// The WebSocket that was opened last and not refused.
    socket: Option<Arc<Outbox>>,
    outputs: VecDeque<Output>,
    /// Bytes and marks that wait for polls.
    waiting: usize,
    marks: Vec<Bookmark>,
    owner: u64,
    /// When a poll was last answered; 0 means never.
    answered: u64,
}

/// What the caller of an input must do.
#[derive(Debug, Default)]
pub(super) struct Consequences {
    pub(super) post: Option<Result<(), Reject>>,
    pub(super) refuse_socket: bool,
}

impl Engine {
    pub(super) fn new(settings: Arc<SocketIoSettings>, sid: Sid, depot: Arc<Depot>) -> Arc<Engine> {
        let state = EngineState {
            machine: Session::new(settings, sid),
            poll: None,
            socket: None,
            outputs: VecDeque::new(),
            waiting: 0,
            marks: Vec::new(),
            owner: 0,
            answered: 0,
        };
        Arc::new_cyclic(|me| Engine {
            burden: Burden::of(me.clone()),
            sid,
            depot,
            state: Mutex::new(state),
            carrier: OnceLock::new(),
            bell: Notify::new(),
            fetched: Notify::new(),
            taken: Notify::new(),
            ticket: Mutex::default(),
            known: AtomicBool::new(false),
            ended: OnceLock::new(),
            due: AtomicU64::new(u64::MAX),
            noted: AtomicU64::new(u64::MAX),
        })
    }

    /// Returns the id of the session. Whoever knows it can speak for the session.
    pub(crate) fn sid(&self) -> &Sid {
        &self.sid
    }

    /// Waits for the client's next action. After [`Output::Closed`] there are no more.
    pub async fn next(&self) -> Output {
        loop {
            if self.burden.is_given_up() {
                self.handle(Input::End);
            }
            if let Some(output) = self.state().outputs.pop_front() {
                self.taken.notify_waiters();
                return output;
            }
            self.bell.notified().await;
        }
    }

    /// Lets the client into a namespace that it asked for. Returns false if it no longer wants that.
    pub fn accept(&self, namespace: &str, sid: Sid) -> bool {
        self.with(|machine| machine.accept(namespace, sid))
    }

    /// Sets whether the session's user is known. When there are too many sessions without one, the oldest of them is ended.
    pub(crate) fn set_known(&self, known: bool) {
        self.known.store(known, Ordering::Relaxed);
    }

    /// Refuses a namespace that the client asked for. Returns false if it no longer wants that.
    pub fn refuse(&self, namespace: &str, message: &str) -> bool {
        self.with(|machine| machine.refuse(namespace, message))
    }

    /// Tells whether the session's user is known.
    pub(super) fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    pub(super) fn ticket(&self) -> MutexGuard<'_, Option<Ticket>> {
        self.ticket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether the application should take some outputs before more is read from the client.
    pub(super) fn is_crowded(&self) -> bool {
        self.state().outputs.len() >= CROWD
    }

    /// Waits until more may be read from the client.
    pub(super) async fn room(&self) {
        loop {
            let taken = self.taken.notified();
            if !self.is_crowded() || self.is_over() || self.burden.is_given_up() {
                return;
            }
            taken.await;
        }
    }

    /// Takes in an event of the session's HTTP and WebSocket side.
    pub(super) fn handle(&self, input: Input) -> Consequences {
        let mut state = self.state();
        self.input(&mut state, input)
    }

    /// Opens a poll, which is answered later.
    pub(super) fn poll(&self) -> oneshot::Receiver<Result<Bytes, Reject>> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.state();
        // If another poll waits, the machine answers that one and refuses this one.
        let before = state.poll.take();
        let mut told = Waiting { before, newest: Some(answer) };
        state.machine.handle(self.depot.now(), Input::PollOpened);
        self.carry_out_for(&mut state, &mut told, &mut Consequences::default());
        state.poll = told.before.or(told.newest);
        receiver
    }

    /// Takes in a WebSocket that was accepted for the session. `outbox` is its way out.
    pub(super) fn web_socket(&self, outbox: Arc<Outbox>) -> Consequences {
        let mut state = self.state();
        outbox.belongs_to(state.owner);
        let before = state.socket.replace(outbox);
        let then = self.input(&mut state, Input::WebSocketOpened);
        if then.refuse_socket {
            state.socket = before;
        }
        then
    }

    /// Tells whether the session is over. What the client said before may still have to be taken.
    pub fn is_over(&self) -> bool {
        self.state().machine.is_over()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Session) -> T) -> T {
        let mut state = self.state();
        let answer = act(&mut state.machine);
        self.carry_out(&mut state);
        answer
    }

    fn input(&self, state: &mut EngineState, input: Input) -> Consequences {
        state.machine.handle(self.depot.now(), input);
        self.carry_out(state)
    }

    fn carry_out(&self, state: &mut EngineState) -> Consequences {
        let mut waiting = Waiting { before: state.poll.take(), newest: None };
        let mut then = Consequences::default();
        self.carry_out_for(state, &mut waiting, &mut then);
        state.poll = waiting.before;
        then
    }

    fn carry_out_for(&self, state: &mut EngineState, polls: &mut Waiting, then: &mut Consequences) {
        let mut news = false;
        while let Some(output) = state.machine.poll() {
            match output {
                Output::Wire(wire) => self.wire(state, wire, polls, then),
                output => {
                    news = true;
                    state.outputs.push_back(output);
                }
            }
        }
        self.burden.weigh(&self.depot, state.machine.waiting());
        self.due.store(state.machine.deadline().unwrap_or(u64::MAX), Ordering::Relaxed);
        if news {
            self.bell.notify_one();
        }
        if state.machine.is_over() {
            self.fetched.notify_waiters();
            self.taken.notify_waiters();
        }
    }

    fn wire(&self, state: &mut EngineState, wire: Wire, polls: &mut Waiting, then: &mut Consequences) {
        match wire {
            Wire::AnswerPoll(body) => self.answer_poll(state, body, polls),
            Wire::RefusePoll(reject) => polls.refuse(reject),
            Wire::AnswerPost(answer) => then.post = Some(answer),
            Wire::SendFrame(frame) => state.send(&frame),
            Wire::WebSocketReady => {
                state.waiting = 0;
                self.depot.reach(state.owner, std::mem::take(&mut state.marks));
                if let Some(outbox) = &state.socket {
                    // `set` fails only if there is a carrier already, and a session has one for life.
                    let _ = self.carrier.set(outbox.clone());
                }
                self.fetched.notify_waiters();
            }
            Wire::RefuseWebSocket => then.refuse_socket = true,
            Wire::CloseWebSocket => {
                let close = Close::new(1000, "");
                let socket = state.socket.take();
                socket.into_iter().for_each(|outbox| outbox.offer_last(close_frame(close.code, ""), close));
            }
        }
    }

    fn answer_poll(&self, state: &mut EngineState, body: Bytes, polls: &mut Waiting) {
        state.waiting = state.waiting.saturating_sub(body.len());
        state.answered = self.depot.lately();
        if polls.answer(body) && state.machine.waiting() == 0 {
            state.waiting = 0;
            self.depot.reach(state.owner, std::mem::take(&mut state.marks));
        }
        self.fetched.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, EngineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EngineState {
    fn send(&self, message: &Frame) {
        let Some(outbox) = &self.socket else { return };
        let (opcode, bytes) = match message {
            Frame::Text(bytes) => (Opcode::Text, bytes),
            Frame::Binary(bytes) => (Opcode::Binary, bytes),
        };
        outbox.offer(frame(opcode, bytes));
    }
}

/// At how many outputs for the application reading from the client stops.
const CROWD: usize = 64;
