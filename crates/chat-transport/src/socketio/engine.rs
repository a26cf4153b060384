//! One Socket.IO session and whatever carries it now.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use chat_protocol::engineio::{Frame, Input, Reject, Sid, Wire};
use chat_protocol::socketio::{Output, Session, Settings};
use tokio::sync::{Notify, oneshot};

use crate::carry::outbox::{Close, Depot, Mark, Offered, Outbox};
use crate::carry::websocket::{Opcode, close_frame, frame};

/// A Socket.IO session. While it polls, its machine keeps what is to be said; once a WebSocket carries it, frames go straight to
/// its outbox.
#[derive(Debug)]
pub struct Engine {
    sid: Sid,
    depot: Arc<Depot>,
    state: Mutex<State>,
    /// The outbox of the WebSocket that carries the session, once one does.
    carrier: OnceLock<Arc<Outbox>>,
    /// Something for the application.
    bell: Notify,
    /// A poll was answered, or the session is over.
    fetched: Notify,
    /// When it must be looked at next, for the desk.
    pub(super) due: AtomicU64,
    /// When the desk will look.
    pub(super) noted: AtomicU64,
}

#[derive(Debug)]
struct State {
    machine: Session,
    /// The poll that waits.
    poll: Option<oneshot::Sender<Result<Bytes, Reject>>>,
    /// The WebSocket that was opened last and not refused.
    socket: Option<Arc<Outbox>>,
    outputs: VecDeque<Output>,
    /// Bytes and marks that wait for polls.
    waiting: usize,
    marks: Vec<Mark>,
    owner: u64,
}

/// What the caller of an input has to do about it.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) post: Option<Result<(), Reject>>,
    pub(super) refuse_socket: bool,
}

impl Engine {
    pub(super) fn new(settings: Arc<Settings>, sid: Sid, depot: Arc<Depot>) -> Arc<Engine> {
        let state = State {
            machine: Session::new(settings, sid),
            poll: None,
            socket: None,
            outputs: VecDeque::new(),
            waiting: 0,
            marks: Vec::new(),
            owner: 0,
        };
        Arc::new(Engine {
            sid,
            depot,
            state: Mutex::new(state),
            carrier: OnceLock::new(),
            bell: Notify::new(),
            fetched: Notify::new(),
            due: AtomicU64::new(u64::MAX),
            noted: AtomicU64::new(u64::MAX),
        })
    }

    /// The id of the session; whoever knows it can speak for it.
    pub fn sid(&self) -> &Sid {
        &self.sid
    }

    /// The next thing that its client did; after [`Output::Closed`] there is nothing more.
    pub async fn next(&self) -> Output {
        loop {
            if let Some(output) = self.state().outputs.pop_front() {
                return output;
            }
            self.bell.notified().await;
        }
    }

    /// Lets the client into a namespace that it asked for; false if it does not want in any more.
    pub fn accept(&self, namespace: &str, sid: Sid) -> bool {
        self.with(|machine| machine.accept(namespace, sid))
    }

    /// Does not let the client into a namespace.
    pub fn refuse(&self, namespace: &str, message: &str) -> bool {
        self.with(|machine| machine.refuse(namespace, message))
    }

    /// Puts the client out of a namespace.
    pub fn disconnect(&self, namespace: &str) -> bool {
        self.with(|machine| machine.disconnect(namespace))
    }

    /// Whether a WebSocket carries it.
    pub fn on_web_socket(&self) -> bool {
        self.carrier.get().is_some()
    }

    /// Sends complete Engine.IO packets. The mark is reached when they have left.
    pub fn send(&self, packets: &[Bytes], mark: Option<Mark>) -> Offered {
        let mut state = self.state();
        if let Some(outbox) = self.carrier.get() {
            let frames: Vec<Bytes> = packets.iter().map(|packet| frame(Opcode::Text, packet)).collect();
            drop(state);
            return outbox.offer_all(&frames, mark);
        }
        if state.machine.is_over() {
            return Offered::Closed;
        }
        for packet in packets {
            state.waiting += packet.len();
            state.machine.send(Frame::Text(packet.clone()));
        }
        state.marks.extend(mark);
        self.carry_out(&mut state);
        match state.waiting {
            0 => Offered::Written,
            _ => Offered::Queued,
        }
    }

    /// Sends one frame, text or an attachment.
    pub fn send_frame(&self, frame: Frame) {
        self.with(|machine| machine.send(frame));
    }

    /// Whose session it is, for what is known once frames have left.
    pub fn belongs_to(&self, owner: u64) {
        self.state().owner = owner;
    }

    /// Ends the session after what was sent.
    pub fn close(&self, close: Close) {
        if let Some(outbox) = self.carrier.get() {
            outbox.offer(frame(Opcode::Text, b"41"));
            outbox.offer_last(close_frame(close.code, close.reason), close);
            return;
        }
        let mut state = self.state();
        state.machine.disconnect("/");
        self.input(&mut state, Input::Close);
    }

    /// The outbox of the WebSocket that carries the session.
    pub fn outbox(&self) -> Option<&Arc<Outbox>> {
        self.carrier.get()
    }

    /// Waits until its client has taken most of what it was sent.
    pub async fn drained(&self, most: usize) {
        loop {
            if let Some(outbox) = self.carrier.get() {
                return poll_fn(|cx| outbox.poll_drained(cx, most)).await;
            }
            let fetched = self.fetched.notified();
            {
                let state = self.state();
                if state.waiting <= most || state.machine.is_over() {
                    return;
                }
            }
            fetched.await;
        }
    }

    /// Takes in what happened to the session's HTTP and WebSocket side.
    pub(super) fn handle(&self, input: Input) -> Told {
        let mut state = self.state();
        self.input(&mut state, input)
    }

    /// A poll was opened; its answer comes later.
    pub(super) fn poll(&self) -> oneshot::Receiver<Result<Bytes, Reject>> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.state();
        // If one waits already, the machine answers that one first and refuses this one.
        let before = state.poll.take();
        let mut told = Waiting { before, newest: Some(answer) };
        state.machine.handle(self.depot.now(), Input::PollOpened);
        self.carry_out_for(&mut state, &mut told, &mut Told::default());
        state.poll = told.before.or(told.newest);
        receiver
    }

    /// A WebSocket was accepted for the session; `outbox` is its way out.
    pub(super) fn web_socket(&self, outbox: Arc<Outbox>) -> Told {
        let mut state = self.state();
        let before = state.socket.replace(outbox);
        let told = self.input(&mut state, Input::WebSocketOpened);
        if told.refuse_socket {
            state.socket = before;
        }
        told
    }

    /// Whether it is over and everything was taken from it.
    pub(super) fn is_over(&self) -> bool {
        self.state().machine.is_over()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Session) -> T) -> T {
        let mut state = self.state();
        let answer = act(&mut state.machine);
        self.carry_out(&mut state);
        answer
    }

    fn input(&self, state: &mut State, input: Input) -> Told {
        state.machine.handle(self.depot.now(), input);
        self.carry_out(state)
    }

    fn carry_out(&self, state: &mut State) -> Told {
        let mut waiting = Waiting { before: state.poll.take(), newest: None };
        let mut told = Told::default();
        self.carry_out_for(state, &mut waiting, &mut told);
        state.poll = waiting.before;
        told
    }

    fn carry_out_for(&self, state: &mut State, polls: &mut Waiting, told: &mut Told) {
        let mut news = false;
        while let Some(output) = state.machine.poll() {
            match output {
                Output::Wire(wire) => self.wire(state, wire, polls, told),
                output => {
                    news = true;
                    state.outputs.push_back(output);
                }
            }
        }
        self.due.store(state.machine.deadline().unwrap_or(u64::MAX), Ordering::Relaxed);
        if news {
            self.bell.notify_one();
        }
        if state.machine.is_over() {
            self.fetched.notify_waiters();
        }
    }

    fn wire(&self, state: &mut State, wire: Wire, polls: &mut Waiting, told: &mut Told) {
        match wire {
            Wire::AnswerPoll(body) => self.answer_poll(state, body, polls),
            Wire::RefusePoll(reject) => polls.refuse(reject),
            Wire::AnswerPost(answer) => told.post = Some(answer),
            Wire::SendFrame(frame) => state.send(&frame),
            Wire::WebSocketReady => {
                state.waiting = 0;
                self.depot.reach(state.owner, std::mem::take(&mut state.marks));
                if let Some(outbox) = &state.socket {
                    // A session has one carrier in its life.
                    let _ = self.carrier.set(outbox.clone());
                }
                self.fetched.notify_waiters();
            }
            Wire::RefuseWebSocket => told.refuse_socket = true,
            Wire::CloseWebSocket => {
                let close = Close::new(1000, "");
                let socket = state.socket.take();
                socket.into_iter().for_each(|outbox| outbox.offer_last(close_frame(close.code, ""), close));
            }
        }
    }

    fn answer_poll(&self, state: &mut State, body: Bytes, polls: &mut Waiting) {
        state.waiting = state.waiting.saturating_sub(body.len());
        if polls.answer(body) && state.machine.waiting() == 0 {
            state.waiting = 0;
            self.depot.reach(state.owner, std::mem::take(&mut state.marks));
        }
        self.fetched.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn send(&self, message: &Frame) {
        let Some(outbox) = &self.socket else { return };
        let (opcode, bytes) = match message {
            Frame::Text(bytes) => (Opcode::Text, bytes),
            Frame::Binary(bytes) => (Opcode::Binary, bytes),
        };
        outbox.offer(frame(opcode, bytes));
    }
}

/// The polls that may be answered now: the one that waited, and the one that was opened last.
#[derive(Debug)]
struct Waiting {
    before: Option<oneshot::Sender<Result<Bytes, Reject>>>,
    newest: Option<oneshot::Sender<Result<Bytes, Reject>>>,
}

impl Waiting {
    /// Answers the poll that waits longest; false if its client has gone.
    fn answer(&mut self, body: Bytes) -> bool {
        let poll = self.before.take().or_else(|| self.newest.take());
        poll.is_some_and(|poll| poll.send(Ok(body)).is_ok())
    }

    fn refuse(&mut self, reject: Reject) {
        // Whoever went away needs no refusal.
        let _ = self.newest.take().map(|poll| poll.send(Err(reject)));
    }
}
