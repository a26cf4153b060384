mod carrier;
mod upgrade;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use self::carrier::{Carrier, Polling};
use super::heart::{Beat, Heart};
use super::packet::{self, Frame, Packet};
use super::queue::Queue;
use super::{Closed, EngineSettings, Input, Millis, Output, Reject, Sid, Transport, Wire};

/// An Engine.IO session: it is told what happened, and says what is to be done.
#[derive(Debug)]
pub struct Session {
    settings: Arc<EngineSettings>,
    sid: Sid,
    carrier: Carrier,
    heart: Heart,
    queue: Queue,
    outputs: VecDeque<Output>,
}

impl Session {
    /// Makes a session that no transport carries yet. The first poll or WebSocket is its handshake.
    pub fn new(settings: Arc<EngineSettings>, sid: Sid) -> Self {
        let heart = Heart::rested(0, &settings);
        Self { settings, sid, carrier: Carrier::New, heart, queue: Queue::default(), outputs: VecDeque::new() }
    }

    /// Returns the session's id.
    pub fn sid(&self) -> &Sid {
        &self.sid
    }

    /// Whether the session is over. What [`Session::poll`] still returns must be done nevertheless.
    pub fn is_over(&self) -> bool {
        matches!(self.carrier, Carrier::Gone)
    }

    /// Takes in what happened at `now`, which must not be earlier than before.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.pass(now);
        match input {
            Input::PollOpened => self.poll_opened(now),
            Input::PollAborted => self.poll_aborted(),
            Input::Post(body) => self.post(now, body),
            Input::WebSocketOpened => self.web_socket_opened(now),
            Input::WebSocketText(text) => self.web_socket_text(now, text),
            Input::WebSocketBinary(bytes) => self.web_socket_binary(bytes),
            Input::WebSocketClosed => self.web_socket_closed(),
            Input::Send(frame) => self.send(frame),
            Input::Close => self.close(now),
            Input::End => self.end(Closed::ByServer),
            Input::Tick => {}
        }
    }

    /// Returns the next thing to do. Call it until it returns `None`: after every input, and before the next input from
    /// the sockets. A waiting poll is answered last, with everything that was sent until then.
    pub fn poll(&mut self) -> Option<Output> {
        if self.outputs.is_empty() {
            self.answer_waiting_poll();
        }
        self.outputs.pop_front()
    }

    /// Returns when [`Session::handle`] must be called at the latest.
    pub fn deadline(&self) -> Option<Millis> {
        match &self.carrier {
            Carrier::New | Carrier::Gone => None,
            Carrier::WebSocket => Some(self.heart.deadline()),
            Carrier::Polling(polling) => Some(polling.deadline(self.heart)),
        }
    }

    /// Returns how many bytes wait for the next poll.
    pub fn waiting(&self) -> usize {
        self.queue.bytes()
    }

    /// Sends a message. While a WebSocket carries the session, this is just [`Wire::SendFrame`].
    pub(crate) fn send(&mut self, frame: Frame) {
        match &self.carrier {
            Carrier::WebSocket => self.wire(Wire::SendFrame(frame)),
            Carrier::Polling(Polling { closing: None, .. }) => self.enqueue(frame),
            Carrier::Polling(_) | Carrier::New | Carrier::Gone => {}
        }
    }

    /// Ends the session at once; what was sent and still waits is lost.
    pub(crate) fn end(&mut self, why: Closed) {
        self.end_with(why, packet::CLOSE);
    }

    fn pass(&mut self, now: Millis) {
        if let Carrier::Polling(polling) = &mut self.carrier {
            if polling.closing.is_some_and(|until| until <= now) {
                return self.end(Closed::ByServer);
            }
            if polling.upgrade.as_ref().is_some_and(|upgrade| upgrade.until <= now) {
                self.drop_upgrade();
            }
        }
        self.release_poll(now);
        self.beat(now);
    }

    fn beat(&mut self, now: Millis) {
        while !matches!(self.carrier, Carrier::New | Carrier::Gone | Carrier::Polling(Polling { closing: Some(_), .. }))
        {
            match (self.heart.pass(now, &self.settings), &mut self.carrier) {
                (Beat::None, _) => return,
                (Beat::Ping, Carrier::Polling(polling)) => polling.ping = true,
                (Beat::Ping, _) => self.wire(Wire::SendFrame(Frame::Text(packet::PING))),
                (Beat::Dead, _) => self.end(Closed::PingTimeout),
            }
        }
    }

    fn poll_opened(&mut self, now: Millis) {
        match &mut self.carrier {
            Carrier::New => {
                self.carrier = Carrier::Polling(Polling::default());
                self.heart = Heart::rested(now, &self.settings);
                self.wire(Wire::AnswerPoll(packet::open(&self.sid, Transport::Polling, &self.settings)));
            }
            Carrier::Polling(Polling { waiting: true, .. }) => {
                self.answer_poll(packet::CLOSE);
                self.wire(Wire::RefusePoll(Reject::BadRequest));
                self.end(Closed::PollOverlap);
            }
            Carrier::Polling(polling) => {
                polling.waiting = true;
                self.release_poll(now);
            }
            Carrier::WebSocket => self.wire(Wire::RefusePoll(Reject::BadRequest)),
            Carrier::Gone => self.wire(Wire::RefusePoll(Reject::UnknownSid)),
        }
    }

    fn poll_aborted(&mut self) {
        if let Carrier::Polling(polling) = &mut self.carrier
            && std::mem::take(&mut polling.waiting)
        {
            self.end(Closed::PollAborted);
        }
    }

    /// Takes a body's packets only if all of them are valid, so that the answer can go out before their effects.
    fn post(&mut self, now: Millis, body: Bytes) {
        let refusal = match self.carrier {
            Carrier::Gone => Some(Reject::UnknownSid),
            Carrier::New | Carrier::WebSocket => Some(Reject::BadRequest),
            Carrier::Polling(_) if packet::is_too_large(&body, &self.settings) => Some(Reject::TooLarge),
            Carrier::Polling(_) => None,
        };
        if let Some(refusal) = refusal {
            return self.wire(Wire::AnswerPost(Err(refusal)));
        }
        match packet::decode_payload(body, self.settings.max_packets_per_post) {
            Ok(packets) => {
                self.wire(Wire::AnswerPost(Ok(())));
                packets.into_iter().for_each(|packet| self.receive(now, packet));
            }
            Err(_) => {
                self.wire(Wire::AnswerPost(Err(Reject::BadRequest)));
                self.end(Closed::InvalidPacket);
            }
        }
    }

    fn close(&mut self, now: Millis) {
        match &mut self.carrier {
            Carrier::New | Carrier::WebSocket => self.end(Closed::ByServer),
            Carrier::Polling(polling) if polling.closing.is_none() => {
                polling.closing = Some(now.saturating_add(self.settings.ping_timeout));
                // A client that was sent the answer to its probe may have stopped polling, so the rest waits for
                // whichever way it asks: a poll or the upgrade.
                if !polling.is_probed() {
                    self.drop_upgrade();
                }
            }
            Carrier::Polling(_) | Carrier::Gone => {}
        }
    }

    /// Takes in a packet from the transport that carries the session.
    fn receive(&mut self, now: Millis, packet: Packet) {
        if matches!(self.carrier, Carrier::Gone | Carrier::Polling(Polling { closing: Some(_), .. })) {
            return;
        }
        match packet {
            Packet::Message(frame) => self.outputs.push_back(Output::Message(frame)),
            Packet::Pong => self.pong(now),
            Packet::Close => self.end_with(Closed::ByClient, packet::NOOP),
            Packet::Probe => self.end(Closed::InvalidPacket),
            Packet::Upgrade | Packet::Noop => {}
        }
    }

    fn pong(&mut self, now: Millis) {
        self.heart.pong(now, &self.settings);
        if let Carrier::Polling(polling) = &mut self.carrier {
            polling.ping = false;
        }
    }

    fn enqueue(&mut self, frame: Frame) {
        let Err(frame) = self.queue.offer(frame, &self.settings) else {
            return;
        };
        // Answering a waiting poll may make room.
        self.answer_waiting_poll();
        if self.queue.offer(frame, &self.settings).is_err() {
            self.end(Closed::Overflow);
        }
    }

    /// Answers a waiting poll if there is something to say. A ping is answered alone: some clients answer it only then,
    /// and all of them answer it sooner.
    fn answer_waiting_poll(&mut self) {
        let Carrier::Polling(polling @ Polling { waiting: true, .. }) = &mut self.carrier else {
            return;
        };
        if polling.closing.is_none() && std::mem::take(&mut polling.ping) {
            return self.answer_poll(packet::PING);
        }
        if let Some(payload) = self.queue.payload(&self.settings) {
            self.answer_poll(payload);
        } else if polling.closing.is_some() {
            self.end(Closed::ByServer);
        }
    }

    fn answer_poll(&mut self, body: Bytes) {
        if let Carrier::Polling(polling) = &mut self.carrier
            && std::mem::take(&mut polling.waiting)
        {
            self.wire(Wire::AnswerPoll(body));
        }
    }

    fn end_with(&mut self, why: Closed, last_answer: Bytes) {
        self.answer_poll(last_answer);
        match &self.carrier {
            Carrier::Gone => return,
            Carrier::WebSocket => self.wire(Wire::CloseWebSocket),
            Carrier::Polling(_) | Carrier::New => self.drop_upgrade(),
        }
        self.queue = Queue::default();
        self.carrier = Carrier::Gone;
        self.outputs.push_back(Output::Closed(why));
    }

    fn wire(&mut self, wire: Wire) {
        self.outputs.push_back(Output::Wire(wire));
    }
}
