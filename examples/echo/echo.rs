//! The two applications: what they hear, they say.

use std::collections::VecDeque;

use bytes::Bytes;
use chat_protocol::engineio::{self, Frame, Input, Millis, Sid, Wire, packet};
use chat_protocol::socketio::{self, Event};

/// A session with an application on it.
pub(crate) trait Machine: Send + 'static {
    fn handle(&mut self, now: Millis, input: Input);
    /// The next thing to do for the sockets.
    fn poll(&mut self) -> Option<Step>;
    fn deadline(&self) -> Option<Millis>;
}

pub(crate) enum Step {
    Wire(Wire),
    Over,
}

/// Gives Engine.IO messages back.
pub(crate) struct EngineEcho {
    session: engineio::Session,
    now: Millis,
}

/// Answers the events of Socket.IO.
pub(crate) struct SocketEcho {
    session: socketio::Session,
    now: Millis,
    /// The events that follow a CONNECT, and when.
    later: VecDeque<(Millis, Bytes)>,
}

/// A session id that nobody can guess.
pub(crate) fn random_sid() -> Sid {
    let mut random = [0; 15];
    getrandom::fill(&mut random).expect("the system has randomness");
    Sid::new(random)
}

impl EngineEcho {
    pub(crate) fn new(session: engineio::Session) -> Self {
        Self { session, now: 0 }
    }
}

impl Machine for EngineEcho {
    fn handle(&mut self, now: Millis, input: Input) {
        self.now = now;
        self.session.handle(now, input);
    }

    fn poll(&mut self) -> Option<Step> {
        loop {
            match self.session.poll()? {
                engineio::Output::Wire(wire) => return Some(Step::Wire(wire)),
                engineio::Output::Closed(_) => return Some(Step::Over),
                engineio::Output::Message(frame) => self.session.handle(self.now, Input::Send(typed(frame))),
            }
        }
    }

    fn deadline(&self) -> Option<Millis> {
        self.session.deadline()
    }
}

impl SocketEcho {
    pub(crate) fn new(session: socketio::Session) -> Self {
        Self { session, now: 0, later: VecDeque::new() }
    }

    fn welcome(&mut self, namespace: &'static str, auth: &Bytes) {
        self.session.accept(namespace, random_sid());
        let auth = std::str::from_utf8(auth).unwrap_or("{}");
        self.later.push_back((self.now + PAUSE, socketio::packet::event(namespace, "auth", auth)));
    }

    fn say_what_is_due(&mut self) {
        while let Some((_, packet)) = self.later.pop_front_if(|(due, _)| *due <= self.now) {
            self.session.send(Frame::Text(packet));
        }
    }

    fn answer(&mut self, event: Event) {
        let (namespace, arguments) = (event.namespace, event.arguments.as_str());
        let attachments = event.arguments.attachments.len();
        let packet = match (event.name(), event.ack, attachments) {
            ("message", _, 0) => socketio::packet::event(namespace, "message-back", arguments),
            ("message", ..) => socketio::packet::binary_event(namespace, "message-back", arguments, attachments),
            ("message-with-ack", Some(id), 0) => socketio::packet::ack(namespace, id, arguments),
            ("message-with-ack", Some(id), _) => socketio::packet::binary_ack(namespace, id, arguments, attachments),
            _ => return,
        };
        self.session.send(Frame::Text(packet));
        event.arguments.attachments.into_iter().for_each(|bytes| self.session.send(Frame::Binary(bytes)));
    }
}

impl Machine for SocketEcho {
    fn handle(&mut self, now: Millis, input: Input) {
        self.now = now;
        self.session.handle(now, input);
        self.say_what_is_due();
    }

    fn poll(&mut self) -> Option<Step> {
        loop {
            match self.session.poll()? {
                socketio::Output::Wire(wire) => return Some(Step::Wire(wire)),
                socketio::Output::Closed(_) => return Some(Step::Over),
                socketio::Output::Connect { namespace, auth } => self.welcome(namespace, &auth),
                socketio::Output::Event(event) => self.answer(event),
                socketio::Output::Ack(_) | socketio::Output::Disconnect { .. } => {}
            }
        }
    }

    fn deadline(&self) -> Option<Millis> {
        let due = self.later.front().map(|(due, _)| *due);
        self.session.deadline().map(|deadline| due.map_or(deadline, |due| due.min(deadline)))
    }
}

/// Puts the type back in front of a text.
fn typed(frame: Frame) -> Frame {
    match frame {
        Frame::Text(text) => Frame::Text(packet::message(std::str::from_utf8(&text).unwrap_or_default())),
        binary => binary,
    }
}

/// Between the answer to a CONNECT and the event behind it. The protocol needs none, but a test that awaits one message
/// after the other misses the second if both come in one read.
const PAUSE: Millis = 25;
