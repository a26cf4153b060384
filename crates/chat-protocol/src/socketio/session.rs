use std::sync::Arc;

use bytes::Bytes;

use super::event::Source;
use super::namespaces::{Attendance, Namespaces};
use super::parse::{Content, Packet, parse};
use super::{Ack, Arguments, Event, SocketIoSettings, packet};
use crate::engineio::{self, Closed, Frame, Input, Millis, Sid, Wire};

/// A Socket.IO session: an Engine.IO session with namespaces.
#[derive(Debug)]
pub struct Session {
    settings: Arc<SocketIoSettings>,
    engine: engineio::Session,
    patience: Patience,
    namespaces: Namespaces,
    partial: Option<Box<Partial>>,
    failed: bool,
}

/// What is to be done, or what the client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Something for the sockets.
    Wire(Wire),
    /// The client asks to come into a namespace, to be answered with [`Session::accept`] or [`Session::refuse`].
    Connect {
        /// One of [`SocketIoSettings::namespaces`].
        namespace: &'static str,
        /// The JSON object that was sent along; `{}` if there was none.
        auth: Bytes,
    },
    /// The client sent an event in a namespace that it is in.
    Event(Event),
    /// The client sent an ACK. Whether an event asked for one is not checked.
    Ack(Ack),
    /// The client left a namespace, or no longer asks to come in.
    Disconnect {
        /// One of [`SocketIoSettings::namespaces`].
        namespace: &'static str,
    },
    /// The session is over, in all namespaces. Nothing comes after this: the owner is to forget the session.
    Closed(Closed),
}

/// How long the client has to come into its first namespace.
#[derive(Debug)]
enum Patience {
    NotYet,
    Until(Millis),
    Rewarded,
}

/// A packet whose attachments have not all arrived.
#[derive(Debug)]
struct Partial {
    output: Output,
    index: usize,
    missing: usize,
    room: usize,
}

impl Session {
    /// Makes a session that no transport carries yet. The first poll or WebSocket is its handshake.
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

    /// Returns the id of the Engine.IO session. A namespace gives the client another id.
    pub fn sid(&self) -> &Sid {
        self.engine.sid()
    }

    /// Whether the session is over. What [`Session::poll`] still returns must be done nevertheless.
    pub fn is_over(&self) -> bool {
        self.engine.is_over()
    }

    /// Takes in what happened at `now`, which must not be earlier than before.
    pub fn handle(&mut self, now: Millis, input: Input) {
        match self.patience {
            Patience::NotYet => self.patience = Patience::Until(now.saturating_add(self.settings.connect_timeout)),
            Patience::Until(until) if until <= now => self.engine.end(Closed::NeverConnected),
            Patience::Until(_) | Patience::Rewarded => {}
        }
        self.engine.handle(now, input);
    }

    /// Returns the next thing to do. Call it until it returns `None`: after every input, and before the next input from
    /// the sockets.
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

    /// Returns when [`Session::handle`] must be called at the latest.
    pub fn deadline(&self) -> Option<Millis> {
        let engine = self.engine.deadline()?;
        match self.patience {
            Patience::Until(until) => Some(engine.min(until)),
            Patience::NotYet | Patience::Rewarded => Some(engine),
        }
    }

    /// Lets the client into a namespace that it asked for, with the id `sid`. Returns whether it still asked.
    pub fn accept(&mut self, namespace: &str, sid: Sid) -> bool {
        let accepted = self.answer(namespace, Attendance::Joined, || packet::connect(namespace, sid.as_str()));
        if accepted {
            self.patience = Patience::Rewarded;
        }
        accepted
    }

    /// Refuses the client a namespace that it asked for. It may ask again. Returns whether it still asked.
    pub fn refuse(&mut self, namespace: &str, message: &str) -> bool {
        self.answer(namespace, Attendance::Stranger, || packet::connect_error(namespace, message))
    }

    /// Puts the client out of a namespace; the session goes on. Returns whether the client was in it.
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

    /// Returns how many bytes wait for the next poll.
    pub fn waiting(&self) -> usize {
        self.engine.waiting()
    }

    /// Sends a packet of [`packet`], or one of its attachments.
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

    /// Returns an event or an ACK once all of its attachments have arrived.
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

    /// Copies the attachment: it may be a small part of a big buffer, which would be kept with it.
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

/// The client violated the protocol, so its session ends.
struct Violation;
