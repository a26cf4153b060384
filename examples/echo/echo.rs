//! The application on plain Engine.IO: it sends back what it hears.

use chat_protocol::engineio::{self, Frame, Input, Millis, Sid, Wire, packet};

/// What the caller must do for a session.
pub(crate) enum Step {
    Wire(Wire),
    Over,
}

/// Sends Engine.IO messages back.
pub(crate) struct EngineEcho {
    session: engineio::Session,
    now: Millis,
}

/// Makes a session id that nobody can guess.
pub(crate) fn random_sid() -> Sid {
    let mut random = [0; 15];
    getrandom::fill(&mut random).expect("the system has randomness");
    Sid::new(random)
}

impl EngineEcho {
    pub(crate) fn new(session: engineio::Session) -> Self {
        Self { session, now: 0 }
    }

    pub(crate) fn handle(&mut self, now: Millis, input: Input) {
        self.now = now;
        self.session.handle(now, input);
    }

    /// Returns the next step, if there is one.
    pub(crate) fn poll(&mut self) -> Option<Step> {
        loop {
            match self.session.poll()? {
                engineio::Output::Wire(wire) => return Some(Step::Wire(wire)),
                engineio::Output::Closed(_) => return Some(Step::Over),
                engineio::Output::Message(frame) => self.session.handle(self.now, Input::Send(typed(frame))),
            }
        }
    }

    pub(crate) fn deadline(&self) -> Option<Millis> {
        self.session.deadline()
    }
}

/// Puts the packet type back in front of a text.
fn typed(frame: Frame) -> Frame {
    match frame {
        Frame::Text(text) => Frame::Text(packet::message(std::str::from_utf8(&text).unwrap_or_default())),
        binary => binary,
    }
}
