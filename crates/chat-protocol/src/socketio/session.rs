use std::sync::Arc;

use bytes::Bytes;

use super::event::Source;
use super::namespaces::{Attendance, Namespaces};
use super::parse::{Content, Packet, parse};
use super::{Ack, Arguments, Event, SocketIoSettings, packet};
use crate::engineio::{self, Closed, Frame, Input, Millis, Sid, Wire};

/// A Socket.IO session: an Engine.IO session with namespaces in it.
#[derive(Debug)]
pub struct Session {
    settings: Arc<SocketIoSettings>,
    engine: engineio::Session,
    patience: Patience,
    namespaces: Namespaces,
    partial: Option<Box<Partial>>,
    failed: bool,
}

/// What to do, or what the client wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Something for the sockets.
    Wire(Wire),
    /// The client wants into a namespace: [`Session::accept`] or [`Session::refuse`].
    Connect {
        /// One of [`SocketIoSettings::namespaces`].
        namespace: &'static str,
        /// The JSON object that came along, `{}` if none did.
        auth: Bytes,
    },
    /// Something happened in a namespace that the client is in.
    Event(Event),
    /// The client answers an event that asked for it, or claims to.
    Ack(Ack),
    /// The client left a namespace, or does not want in any more.
    Disconnect {
        /// One of [`SocketIoSettings::namespaces`].
        namespace: &'static str,
    },
    /// The session is over, in all namespaces. This is the last word: forget it.
    Closed(Closed),
}

/// How long the client has to connect to its first namespace.
#[derive(Debug)]
enum Patience {
    NotYet,
    Until(Millis),
    Rewarded,
}

/// A packet of which attachments are missing.
#[derive(Debug)]
struct Partial {
    output: Output,
    index: usize,
    missing: usize,
    room: usize,
}

impl Session {
    /// A session that nobody carries yet: the first poll or WebSocket is its handshake.
    pub fn new(settings: Arc<SocketIoSettings>, sid: Sid) -> Self {
        let engine = engineio::Session::new(Arc::clone(&settings.engine), sid);
        Self {
            settings,
            engine,
            patience: Patience::NotYet,
            namespaces: Namespaces::default(),
            partial: None,
            failed: false,
        }
    }

    /// The id of the Engine.IO session; a namespace hands out its own.
    pub fn sid(&self) -> &Sid {
        self.engine.sid()
    }

    /// Whether the session is over. What [`Session::poll`] still holds is to be done nevertheless.
    pub fn is_over(&self) -> bool {
        self.engine.is_over()
    }

    /// Takes in what happened at `now`, which must not go back.
    pub fn handle(&mut self, now: Millis, input: Input) {
        match self.patience {
            Patience::NotYet => self.patience = Patience::Until(now.saturating_add(self.settings.connect_timeout)),
            Patience::Until(until) if until <= now => self.engine.end(Closed::NeverConnected),
            Patience::Until(_) | Patience::Rewarded => {}
        }
        self.engine.handle(now, input);
    }

    /// The next thing to do; to be called until it is `None`, after every input and before the next one
    /// from the sockets.
    pub fn poll(&mut self) -> Option<Output> {
        loop {
            match self.engine.poll()? {
                engineio::Output::Wire(wire) => return Some(Output::Wire(wire)),
                engineio::Output::Closed(closed) => return Some(Output::Closed(closed)),
                engineio::Output::Message(_) if self.failed => {}
                engineio::Output::Message(frame) => match self.receive(frame) {
                    Ok(None) => {}
                    Ok(output) => return output,
                    Err(Violation) => self.fail(),
                },
            }
        }
    }

    /// When [`Session::handle`] must be called at the latest.
    pub fn deadline(&self) -> Option<Millis> {
        let engine = self.engine.deadline()?;
        match self.patience {
            Patience::Until(until) => Some(engine.min(until)),
            Patience::NotYet | Patience::Rewarded => Some(engine),
        }
    }

    /// Lets the client into a namespace that it asked for, as `sid`. Says whether it still wants in.
    pub fn accept(&mut self, namespace: &str, sid: Sid) -> bool {
        let accepted = self.answer(namespace, Attendance::Joined, || packet::connect(namespace, sid.as_str()));
        if accepted {
            self.patience = Patience::Rewarded;
        }
        accepted
    }

    /// Does not let the client into a namespace that it asked for. It may ask again.
    pub fn refuse(&mut self, namespace: &str, message: &str) -> bool {
        self.answer(namespace, Attendance::Stranger, || packet::connect_error(namespace, message))
    }

    /// Puts the client out of a namespace; the session lives on. Says whether it was in.
    pub fn disconnect(&mut self, namespace: &str) -> bool {
        let Some(index) =
            self.index(namespace).filter(|&index| self.namespaces.attendance(index) == Attendance::Joined)
        else {
            return false;
        };
        self.namespaces.set(index, Attendance::Left);
        self.engine.send(Frame::Text(packet::disconnect(namespace)));
        true
    }

    /// Bytes that wait for the next poll.
    pub fn waiting(&self) -> usize {
        self.engine.waiting()
    }

    /// Sends what [`packet`] made, or one of its attachments.
    pub fn send(&mut self, frame: Frame) {
        self.engine.send(frame);
    }

    fn answer(&mut self, namespace: &str, attendance: Attendance, packet: impl FnOnce() -> Bytes) -> bool {
        match self.index(namespace) {
            Some(index) if self.namespaces.attendance(index) == Attendance::Asked => {
                self.namespaces.set(index, attendance);
                self.engine.send(Frame::Text(packet()));
                true
            }
            _ => false,
        }
    }

    fn receive(&mut self, frame: Frame) -> Result<Option<Output>, Violation> {
        match (frame, self.partial.take()) {
            (Frame::Text(bytes), None) => self.receive_text(&bytes),
            (Frame::Binary(bytes), Some(partial)) => self.receive_attachment(*partial, &bytes),
            (Frame::Text(_), Some(_)) | (Frame::Binary(_), None) => Err(Violation),
        }
    }

    fn receive_text(&mut self, bytes: &Bytes) -> Result<Option<Output>, Violation> {
        let text = std::str::from_utf8(bytes).map_err(|_| Violation)?;
        let Packet { namespace, attachments, content } = parse(text).map_err(|_| Violation)?;
        if attachments > self.settings.max_attachments {
            return Err(Violation);
        }
        let from = Source { text, bytes };
        match (self.index(namespace), content) {
            (None, Content::Connect(_)) => {
                self.engine.send(Frame::Text(packet::connect_error(namespace, "Invalid namespace")));
                Ok(None)
            }
            (None, _) => Err(Violation),
            (Some(index), Content::Connect(auth)) => self.connect(index, auth, bytes),
            (Some(index), Content::Disconnect) => self.left(index),
            (Some(index), Content::Event { name, ack, list }) => {
                let event = Event::new(self.settings.namespaces[index], name, ack, &list, from);
                self.inside(index, attachments, Output::Event(event))
            }
            (Some(index), Content::Ack { id, list }) => {
                let arguments = Arguments::new(&list, from);
                let ack = Ack { namespace: self.settings.namespaces[index], id, arguments };
                self.inside(index, attachments, Output::Ack(ack))
            }
        }
    }

    fn connect(&mut self, index: usize, auth: Option<&str>, bytes: &Bytes) -> Result<Option<Output>, Violation> {
        match self.namespaces.attendance(index) {
            Attendance::Asked | Attendance::Joined => Err(Violation),
            Attendance::Stranger | Attendance::Left => {
                self.namespaces.set(index, Attendance::Asked);
                let auth = auth.map_or(Bytes::from_static(b"{}"), |auth| bytes.slice_ref(auth.as_bytes()));
                Ok(Some(Output::Connect { namespace: self.settings.namespaces[index], auth }))
            }
        }
    }

    fn left(&mut self, index: usize) -> Result<Option<Output>, Violation> {
        match self.namespaces.attendance(index) {
            Attendance::Stranger => Err(Violation),
            Attendance::Left => Ok(None),
            Attendance::Asked | Attendance::Joined => {
                self.namespaces.set(index, Attendance::Left);
                Ok(Some(Output::Disconnect { namespace: self.settings.namespaces[index] }))
            }
        }
    }

    /// An event or an acknowledgement, once it is whole.
    fn inside(&mut self, index: usize, missing: usize, output: Output) -> Result<Option<Output>, Violation> {
        if missing > 0 {
            let room = self.settings.max_attachment_bytes;
            self.partial = Some(Box::new(Partial { output, index, missing, room }));
            return Ok(None);
        }
        match self.namespaces.attendance(index) {
            Attendance::Joined => Ok(Some(output)),
            Attendance::Left => Ok(None),
            Attendance::Stranger | Attendance::Asked => Err(Violation),
        }
    }

    /// What is kept is copied, for it may be a small part of a big buffer.
    fn receive_attachment(&mut self, mut partial: Partial, bytes: &[u8]) -> Result<Option<Output>, Violation> {
        partial.room = partial.room.checked_sub(bytes.len()).ok_or(Violation)?;
        partial.missing -= 1;
        if let Output::Event(Event { arguments, .. }) | Output::Ack(Ack { arguments, .. }) = &mut partial.output {
            arguments.attachments.push(Bytes::copy_from_slice(bytes));
        }
        if partial.missing > 0 {
            self.partial = Some(Box::new(partial));
            return Ok(None);
        }
        self.inside(partial.index, 0, partial.output)
    }

    fn index(&self, namespace: &str) -> Option<usize> {
        self.settings.namespaces.iter().position(|&known| known == namespace)
    }

    fn fail(&mut self) {
        self.failed = true;
        self.partial = None;
        self.engine.end(Closed::InvalidPacket);
    }
}

/// The client broke the protocol, which ends its session.
struct Violation;
