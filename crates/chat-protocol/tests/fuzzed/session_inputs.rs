use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{self, Frame, Input, Millis, Sid, Wire};
use chat_protocol::socketio::{Output, Session, SocketIoSettings, packet};

/// With any inputs in any order, every request is answered once, nothing is written to a socket that does not exist,
/// nothing comes after the end, and the deadline is never in the past.
pub(crate) fn run(data: &[u8]) {
    let mut world = World::new();
    let mut steps = data;
    while let Some((input, rest)) = step(steps, &mut world.now) {
        world.tell(input);
        steps = rest;
    }
}

/// One byte for the time that passes, one for what happens, one for the length of a text, and the text.
fn step<'a>(data: &'a [u8], now: &mut Millis) -> Option<(Input, &'a [u8])> {
    let (&[passed, what, length], rest) = data.split_first_chunk()?;
    let (text, rest) = rest.split_at(usize::from(length).min(rest.len()));
    let text = Bytes::copy_from_slice(text);
    *now += Millis::from(passed & 0x0f).pow(2);
    let input = match what % 16 {
        0 | 1 => Input::PollOpened,
        2 => Input::PollAborted,
        3 | 4 => Input::Post(text),
        5 => Input::WebSocketOpened,
        6 => Input::WebSocketText(text),
        7 => Input::WebSocketBinary(text),
        8 => Input::WebSocketClosed,
        9 => Input::Send(Frame::Text(engineio::packet::message(&String::from_utf8_lossy(&text)))),
        10 => Input::Send(Frame::Binary(text)),
        11 if passed < 128 => Input::Close,
        11 => Input::End,
        12 => Input::WebSocketText(Bytes::from_static(b"2probe")),
        13 => Input::WebSocketText(Bytes::from_static(b"5")),
        14 => Input::WebSocketText(Bytes::from_static(b"3")),
        _ => Input::Tick,
    };
    Some((input, rest))
}

struct World {
    session: Session,
    now: Millis,
    polls: usize,
    posts: usize,
    /// The WebSocket that was not refused.
    socket: bool,
    over: bool,
}

impl World {
    fn new() -> Self {
        let engine = engineio::EngineSettings {
            ping_interval: 300,
            ping_timeout: 200,
            max_waiting: 2_000,
            ..Default::default()
        };
        let settings =
            SocketIoSettings { engine: Arc::new(engine), namespaces: &["/", "/custom"], ..SocketIoSettings::default() };
        let session = Session::new(Arc::new(settings), Sid::new([0; 15]));
        Self { session, now: 0, polls: 0, posts: 0, socket: false, over: false }
    }

    fn tell(&mut self, input: Input) {
        match &input {
            Input::PollOpened => self.polls += 1,
            Input::Post(_) => self.posts += 1,
            // Only an open socket brings frames. Of two, the owner of the sockets knows which one it is.
            Input::WebSocketText(_) | Input::WebSocketBinary(_) if !self.socket => return,
            _ => {}
        }
        let opened = matches!(input, Input::WebSocketOpened);
        let lost = matches!(input, Input::WebSocketClosed);
        let aborted = matches!(input, Input::PollAborted);
        self.session.handle(self.now, input);
        let mut refused = false;
        while let Some(output) = self.session.poll() {
            refused |= output == Output::Wire(Wire::RefuseWebSocket);
            self.socket |= opened && matches!(output, Output::Wire(Wire::SendFrame(_)));
            self.heed(output);
        }
        self.socket |= opened && !refused && !self.over;
        // Something may have been due at the moment at which the client went away.
        self.socket &= !lost;
        self.polls *= usize::from(!aborted);
        self.holds();
    }

    fn heed(&mut self, output: Output) {
        match output {
            Output::Wire(wire) => self.wire(&wire),
            Output::Connect { namespace, .. } if self.now.is_multiple_of(2) => {
                self.session.accept(namespace, Sid::new([1; 15]));
            }
            Output::Connect { namespace, .. } => {
                self.session.refuse(namespace, "no");
            }
            Output::Event(event) => {
                let told = packet::event(event.namespace, event.name(), event.arguments.as_str());
                self.session.send(Frame::Text(told));
            }
            Output::Ack(ack) => {
                self.session.disconnect(ack.namespace);
            }
            Output::Disconnect { .. } => {}
            Output::Closed(_) => {
                assert!(!std::mem::replace(&mut self.over, true), "the end comes once");
            }
        }
    }

    fn wire(&mut self, wire: &Wire) {
        let only_refusals = matches!(wire, Wire::RefusePoll(_) | Wire::AnswerPost(Err(_)) | Wire::RefuseWebSocket);
        assert!(!self.over || only_refusals, "{wire:?} after the end");
        match wire {
            Wire::AnswerPoll(_) | Wire::RefusePoll(_) => {
                self.polls = self.polls.checked_sub(1).expect("a poll is there to be answered");
            }
            Wire::AnswerPost(_) => self.posts = self.posts.checked_sub(1).expect("a post is there to be answered"),
            Wire::SendFrame(_) | Wire::WebSocketReady => assert!(self.socket, "{wire:?} without a socket"),
            Wire::CloseWebSocket => assert!(std::mem::take(&mut self.socket), "no socket to close"),
            Wire::RefuseWebSocket => {}
        }
    }

    fn holds(&self) {
        assert!(self.polls <= 1, "one poll waits at most");
        assert_eq!(self.posts, 0, "every post is answered at once");
        assert_eq!(self.over, self.session.is_over());
        assert!(!self.over || (self.polls == 0 && !self.socket), "nobody is left hanging");
        assert!(self.session.deadline().is_none_or(|deadline| deadline > self.now), "the clock would spin");
    }
}
