//! Socket.IO sessions over HTTP and WebSockets: the machines of chat-protocol, carried.
//!
//! [`Engines::serve`] answers the requests of one Socket.IO address. Every session that it opens is handed to an application, which
//! takes what its client does from [`Engine::next`] and sends through [`Engine::send_frame`].

mod answers;
mod engine;
mod engines;

pub use engine::Engine;
pub use engines::Engines;
