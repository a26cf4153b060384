//! Engine.IO sessions, step by step.

mod end;
mod handshake;
mod heartbeat;
mod messages;
mod upgrade;

use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{Closed, EngineSettings, Frame, Input, Millis, Output, Reject, Session, Sid, Wire};

const INTERVAL: Millis = 300;
const TIMEOUT: Millis = 200;

/// A session and its last outputs.
struct Script {
    session: Session,
}

impl Script {
    fn new() -> Self {
        Self::with(settings())
    }

    fn with(settings: EngineSettings) -> Self {
        Self { session: Session::new(Arc::new(settings), Sid::new([0; 15])) }
    }

    /// Returns a session after the handshake of polling, at 0.
    fn polling() -> Self {
        Self::polling_with(settings())
    }

    fn polling_with(settings: EngineSettings) -> Self {
        let mut script = Self::with(settings);
        assert_eq!(script.at(0, Input::PollOpened).len(), 1);
        script
    }

    /// Returns a session after the handshake of a WebSocket, at 0.
    fn web_socket() -> Self {
        let mut script = Self::new();
        assert_eq!(script.at(0, Input::WebSocketOpened).len(), 2);
        script
    }

    /// Returns a session after the probe on a WebSocket, at 0.
    fn probing() -> Self {
        let mut script = Self::polling();
        assert_eq!(script.at(0, Input::WebSocketOpened), []);
        assert_eq!(script.at(0, ws("2probe")), [frame("3probe")]);
        script
    }

    fn at(&mut self, now: Millis, input: Input) -> Vec<Output> {
        self.session.handle(now, input);
        std::iter::from_fn(|| self.session.poll()).collect()
    }

    /// Gives several inputs of the application, and only then takes the outputs.
    fn all_at(&mut self, now: Millis, inputs: impl IntoIterator<Item = Input>) -> Vec<Output> {
        inputs.into_iter().for_each(|input| self.session.handle(now, input));
        std::iter::from_fn(|| self.session.poll()).collect()
    }

    /// Checks that nothing works any more, and nothing is due.
    fn is_dead(&mut self, now: Millis) {
        assert!(self.session.is_over());
        assert_eq!((self.session.deadline(), self.session.waiting()), (None, 0));
        assert_eq!(self.at(now, Input::PollOpened), [Output::Wire(Wire::RefusePoll(Reject::UnknownSid))]);
        assert_eq!(self.at(now, post("4x")), [posted(Err(Reject::UnknownSid))]);
        assert_eq!(self.at(now, Input::WebSocketOpened), [Output::Wire(Wire::RefuseWebSocket)]);
        assert_eq!(self.at(now, send("x")), []);
        assert_eq!(self.at(now + 1_000_000, Input::Tick), []);
    }
}

fn settings() -> EngineSettings {
    EngineSettings { ping_interval: INTERVAL, ping_timeout: TIMEOUT, ..EngineSettings::default() }
}

fn post(body: &'static str) -> Input {
    Input::Post(Bytes::from_static(body.as_bytes()))
}

fn ws(text: &'static str) -> Input {
    Input::WebSocketText(Bytes::from_static(text.as_bytes()))
}

fn send(text: &str) -> Input {
    Input::Send(Frame::Text(chat_protocol::engineio::packet::message(text)))
}

fn answer(body: &'static str) -> Output {
    Output::Wire(Wire::AnswerPoll(Bytes::from_static(body.as_bytes())))
}

fn posted(result: Result<(), Reject>) -> Output {
    Output::Wire(Wire::AnswerPost(result))
}

fn frame(text: &'static str) -> Output {
    Output::Wire(Wire::SendFrame(Frame::Text(Bytes::from_static(text.as_bytes()))))
}

fn message(text: &'static str) -> Output {
    Output::Message(Frame::Text(Bytes::from_static(text.as_bytes())))
}

fn bytes(bytes: &'static [u8]) -> Frame {
    Frame::Binary(Bytes::from_static(bytes))
}

fn closed(why: Closed) -> Output {
    Output::Closed(why)
}

const REFUSED_POLL: Output = Output::Wire(Wire::RefusePoll(Reject::BadRequest));
const READY: Output = Output::Wire(Wire::WebSocketReady);
const CLOSE_SOCKET: Output = Output::Wire(Wire::CloseWebSocket);
