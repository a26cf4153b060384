//! Five chat dialects over one domain: from bytes to requests, from events to frames. No I/O, no runtime.
//!
//! ```
//! use chat_domain::{Command, RoomId, Time};
//! use chat_protocol::{Endpoint, Entrance, Features, Frames, Request, decode, reply};
//!
//! // What a client sends on `/ws` (dialect 2) becomes a command of the domain …
//! let at = Endpoint { entrance: Entrance::Multiplexed, room: None, features: Features::NONE };
//! let frame = br#"{"type":"send_message","chat_id":7,"content":"hi","client_id":"c-1"}"#;
//! let asked = decode(at, frame, None).expect("a frame of the dialect");
//! let Request::Order(Command::Send { room, draft, .. }) = asked.request else { panic!("a send") };
//! assert_eq!((room, draft.content.as_str()), (RoomId::new(7).unwrap(), "hi"));
//!
//! // … and what came of it becomes frames of the same dialect.
//! let mut frames = Frames::new();
//! let refusal = chat_domain::Refusal::NotMember;
//! reply::refused(at, &asked.context, &refusal.into(), Time::from_secs(0), &mut frames);
//! let told: Vec<&[u8]> = frames.iter().collect();
//! assert_eq!(told, [br#"{"type":"error","code":"FORBIDDEN","message":"you are not a member of this chat","timestamp":"1970-01-01T00:00:00Z","client_id":"c-1"}"#]);
//! ```
//!
//! - [`decode`] turns a client's frame into a [`Request`]; [`encode`] turns [`News`] into the frames of a [`Shape`] for
//!   an [`Audience`]; [`reply`] writes what a socket is told about its own requests.
//! - [`rest`] has the addresses of the HTTP trees, what they take and answer, and the OpenAPI and AsyncAPI documents.
//! - [`codes`] lists what can go wrong, and why WebSockets are closed.
//! - [`engineio`] and [`socketio`] carry dialect 5: session machines that know nothing of chats.
//! - [`envelope`] writes what nodes tell each other; [`archive`], [`rows`] and [`slack`] read and write files for
//!   backups and imports.

pub mod archive;
pub mod codes;
pub mod cursor;
pub mod dialect;
pub mod engineio;
pub mod entrance;
pub mod envelope;
pub mod features;
pub mod frames;
mod json;
pub mod news;
pub mod reply;
pub mod request;
pub mod rest;
pub mod rows;
pub mod slack;
pub mod socketio;
pub mod traces;
pub mod trouble;
pub mod verdict;
pub mod vouched;

pub use cursor::Cursor;
pub use dialect::{audience, decode, encode, handshake_features, handshake_token};
pub use entrance::{Audience, Endpoint, Entrance, Lang, Shape};
pub use features::Features;
pub use frames::Frames;
pub use news::{News, PostCommented, PostLiked, Presence, Typing};
pub use request::{Asked, Context, Rejected, Request, Resume, Verb};
pub use trouble::Trouble;
