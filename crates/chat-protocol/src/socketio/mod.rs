//! Socket.IO v5 (`EIO=4`: clients of Socket.IO 3 and 4), the server's side, without sockets.
//!
//! A [`Session`] is an Engine.IO session with namespaces in it. The owner of the sockets drives it exactly like
//! [`engineio::Session`](crate::engineio::Session). The application sees [`Output::Connect`], [`Output::Event`],
//! [`Output::Ack`] and [`Output::Disconnect`], answers with [`Session::accept`] or [`Session::refuse`], and sends what
//! [`packet`] writes. Arguments stay the JSON text that was sent, so that only the application, which knows their
//! types, decodes them.
//!
//! ```
//! use std::sync::Arc;
//! use chat_protocol::engineio::{Frame, Input, Sid};
//! use chat_protocol::socketio::{Output, Session, SocketIoSettings, packet};
//!
//! let mut session = Session::new(Arc::new(SocketIoSettings::default()), Sid::new([7; 15]));
//! session.handle(0, Input::WebSocketOpened);
//! session.handle(1, Input::WebSocketText("40".into()));
//! while let Some(output) = session.poll() {
//!     if let Output::Connect { namespace, .. } = output {
//!         session.accept(namespace, Sid::new([8; 15]));
//!         session.send(Frame::Text(packet::event(namespace, "hello", r#""world""#)));
//!     }
//! }
//! ```

mod event;
mod namespaces;
pub mod packet;
mod parse;
mod session;
mod settings;

pub use event::{Ack, Arguments, Event};
pub use session::{Output, Session};
pub use settings::SocketIoSettings;
