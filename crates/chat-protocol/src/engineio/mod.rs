//! Engine.IO v4: the server's side, without sockets.
//!
//! A [`Session`] stands for one `sid`. The owner of the sockets tells it what happened ([`Session::handle`]), does what
//! it asks ([`Session::poll`]) until it asks for nothing, and comes back at [`Session::deadline`] at the latest. Time
//! is a number that only grows: milliseconds since an origin that the owner chooses.
//!
//! Each HTTP request goes through [`Request::parse`] first. What that refuses, and a request with an unknown `sid`, is
//! answered with [`Reject::status`] and [`Reject::body`]:
//!
//! | request | what to do |
//! |---|---|
//! | `Handshake(Polling)` | make a session, then [`Input::PollOpened`] |
//! | `Handshake(WebSocket)` | answer 101, make a session, then [`Input::WebSocketOpened`] |
//! | `Poll(sid)` | [`Input::PollOpened`] |
//! | `Post(sid)` | read the body, then [`Input::Post`] |
//! | `WebSocket(sid)` | answer 101, then [`Input::WebSocketOpened`] |
//!
//! ```
//! use std::sync::Arc;
//! use chat_protocol::engineio::{Input, Output, Session, EngineSettings, Sid, Wire};
//!
//! let mut session = Session::new(Arc::new(EngineSettings::default()), Sid::new([7; 15]));
//! session.handle(0, Input::PollOpened);
//! let Some(Output::Wire(Wire::AnswerPoll(open))) = session.poll() else { panic!() };
//! assert!(open.starts_with(b"0{\"sid\":\""));
//! assert_eq!(session.deadline(), Some(25_000));
//! ```

mod exchange;
mod heart;
pub mod packet;
mod queue;
mod request;
mod session;
mod settings;
mod sid;
mod strangers;

pub use exchange::{Closed, Input, Output, Wire};
pub use packet::Frame;
pub use request::{Reject, Request, Transport};
pub use session::Session;
pub use settings::{EngineSettings, Millis};
pub use sid::{Home, Sid};
pub use strangers::{Strangers, Ticket};
