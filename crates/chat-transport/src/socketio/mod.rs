//! Socket.IO sessions over HTTP and WebSockets: the machines of chat-protocol, carried.
//!
//! [`Desk::serve`] answers the requests of one Socket.IO address. Every session that it opens is handed to an application, which
//! takes what its client does from [`Engine::next`] and sends through [`Engine::send`].

mod answers;
mod desk;
mod engine;

pub use desk::Desk;
pub use engine::Engine;
