//! Five chat dialects over one domain: bytes to requests, events to frames. No I/O, no runtime.
//!
//! [`decode`] turns a socket's frame into a [`Request`]; [`encode`] turns [`News`] into the frames of a [`Shape`]; [`reply`]
//! holds what a socket is told about its own requests; [`rest`] holds the bodies and answers of the HTTP trees.
//! Below dialect 5 lie [`engineio`] and [`socketio`], session machines that know nothing of chats.

pub mod codes;
pub mod cursor;
pub mod dialect;
pub mod engineio;
pub mod entrance;
pub mod frames;
mod json;
pub mod news;
pub mod reply;
pub mod request;
pub mod rest;
pub mod socketio;
pub mod trouble;

pub use cursor::Cursor;
pub use dialect::{audience, decode, encode, handshake_token};
pub use entrance::{Audience, Endpoint, Entrance, Lang, Shape};
pub use frames::Frames;
pub use news::{News, PostCommented, PostLiked, Presence, Typing};
pub use request::{Asked, Context, Rejected, Request, Resume, Verb};
pub use trouble::Trouble;
