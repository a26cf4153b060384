//! One session: its machine, its requests, its WebSocket and its clock, in one task.

use std::future::pending;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chat_protocol::engineio::{Frame, Input, Millis, Reject, Sid, Wire};
use chat_transport::carry::http::Peer;
use chat_transport::carry::outbox::Close;
use chat_transport::carry::websocket::{Incoming, Opcode, WebSocket, close_frame, frame};
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep_until;

use crate::echo::{EngineEcho, Step};
use crate::host::{Answer, Host};

/// A request for a session.
pub(crate) enum Call {
    Poll(oneshot::Sender<Answer>),
    Post(Bytes, oneshot::Sender<Answer>),
    WebSocket(WebSocket, Peer),
}

/// Runs a session until it is over.
pub(crate) async fn run(host: Arc<Host>, sid: Sid, machine: EngineEcho, mut calls: mpsc::Receiver<Call>) {
    let mut session = Session::new(machine);
    while session.turn(&mut calls).await.is_continue() {}
    host.forget(&sid);
    session.hang_up();
}

struct Session {
    machine: EngineEcho,
    began: Instant,
    /// The poll that waits, and one that was opened while it waits.
    waiting: Option<oneshot::Sender<Answer>>,
    newest: Option<oneshot::Sender<Answer>>,
    posted: Option<oneshot::Sender<Answer>>,
    socket: Option<(WebSocket, Peer)>,
    second: Option<(WebSocket, Peer)>,
}

impl Session {
    fn new(machine: EngineEcho) -> Self {
        let began = Instant::now();
        Self { machine, began, waiting: None, newest: None, posted: None, socket: None, second: None }
    }

    /// Waits until one thing happens, and handles it.
    async fn turn(&mut self, calls: &mut mpsc::Receiver<Call>) -> ControlFlow<()> {
        let deadline = self.machine.deadline().map(|at| self.began + Duration::from_millis(at));
        let input = select! {
            // What was said on the WebSocket comes before a request that came at the same time, and both come before the clock.
            biased;
            incoming = next(&mut self.socket) => heard(incoming),
            call = calls.recv() => match call {
                Some(call) => self.take(call),
                None => return ControlFlow::Break(()),
            },
            () = aborted(&mut self.waiting) => Input::PollAborted,
            () = until(deadline) => Input::Tick,
        };
        let lost = matches!(input, Input::WebSocketClosed);
        self.machine.handle(self.now(), input);
        let flow = self.drain();
        if lost {
            self.hang_up();
        }
        flow
    }

    fn take(&mut self, call: Call) -> Input {
        match call {
            Call::Poll(answer) if self.waiting.is_none() => self.waiting = Some(answer),
            Call::Poll(answer) => self.newest = Some(answer),
            Call::Post(body, answer) => {
                self.posted = Some(answer);
                return Input::Post(body);
            }
            Call::WebSocket(socket, peer) => {
                let place = if self.socket.is_none() { &mut self.socket } else { &mut self.second };
                *place = Some((socket, peer));
                return Input::WebSocketOpened;
            }
        }
        Input::PollOpened
    }

    fn drain(&mut self) -> ControlFlow<()> {
        while let Some(step) = self.machine.poll() {
            match step {
                Step::Wire(wire) => self.wire(wire),
                Step::Over => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }

    fn wire(&mut self, wire: Wire) {
        match wire {
            Wire::AnswerPoll(body) => answer(self.waiting.take(), Ok(body)),
            Wire::RefusePoll(reject) => answer(self.newest.take().or_else(|| self.waiting.take()), Err(reject)),
            Wire::AnswerPost(result) => answer(self.posted.take(), result.map(|()| Bytes::from_static(b"ok"))),
            Wire::SendFrame(frame) => self.send(&frame),
            Wire::WebSocketReady => {}
            Wire::RefuseWebSocket => hang_up(self.second.take().or_else(|| self.socket.take())),
            Wire::CloseWebSocket => self.hang_up(),
        }
    }

    fn send(&self, packet: &Frame) {
        let Some((socket, _)) = &self.socket else { return };
        let opcode = match packet {
            Frame::Text(_) => Opcode::Text,
            Frame::Binary(_) => Opcode::Binary,
        };
        socket.outbox().offer(frame(opcode, packet.bytes()));
    }

    fn hang_up(&mut self) {
        hang_up(self.socket.take());
    }

    fn now(&self) -> Millis {
        Millis::try_from(self.began.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }
}

fn heard(incoming: Incoming) -> Input {
    match incoming {
        Incoming::Text(text) => Input::WebSocketText(text.into()),
        Incoming::Binary(bytes) => Input::WebSocketBinary(bytes),
        Incoming::Closed(_) => Input::WebSocketClosed,
    }
}

async fn next(socket: &mut Option<(WebSocket, Peer)>) -> Incoming {
    match socket {
        Some((socket, _)) => socket.next().await,
        None => pending().await,
    }
}

async fn aborted(waiting: &mut Option<oneshot::Sender<Answer>>) {
    match waiting {
        Some(answer) => answer.closed().await,
        None => pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => sleep_until(at.into()).await,
        None => pending().await,
    }
}

/// An error means that the asker has gone.
fn answer(to: Option<oneshot::Sender<Answer>>, answer: Result<Bytes, Reject>) {
    if let Some(to) = to {
        let _ = to.send(answer);
    }
}

fn hang_up(socket: Option<(WebSocket, Peer)>) {
    let Some((socket, peer)) = socket else { return };
    socket.outbox().offer_last(close_frame(1000, ""), Close::new(1000, ""));
    tokio::spawn(async move {
        socket.shut(PATIENCE).await;
        drop(peer);
    });
}

const PATIENCE: Duration = Duration::from_secs(5);
