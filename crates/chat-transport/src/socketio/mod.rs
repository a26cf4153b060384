//! Socket.IO sessions over HTTP and WebSockets: this carries the machines of chat-protocol.
//!
//! [`Engines::serve`] answers the requests of one Socket.IO address. Each session that it opens is handed to an application,
//! which takes the client's actions from [`Engine::next`] and sends through [`Engine::send_frame`].

mod answers;
mod engine;
mod engines;

pub use engine::Engine;
pub use engines::Engines;
