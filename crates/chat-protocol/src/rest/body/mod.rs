//! The bodies that clients and back ends send, one type for each. Its `read` reads it, or says what is wrong with it.

mod account;
mod chat;
mod file;
mod message;
mod push;
mod report;
mod retention;
mod server;
mod suspend;
mod webhook;

pub use account::{EraseMe, Login, Logout, NewPassword, Refresh, Register, UpdateMe};
pub use chat::{ChangeChat, NewChat, NewMember, Restrain, SetRole};
pub use file::AnnounceFile;
pub use message::{EditMessage, MarkRead, SendMessage, SetTyping};
pub use push::{NewDevice, OldDevice, SetLevel};
pub use report::ReportMessage;
pub use retention::KeepMessages;
pub use server::{
    DisconnectNotice, LONGEST_TOKEN, NewPerson, NewToken, Notice, PostCommentedNotice, PostLikedNotice, ServerChat,
    ServerMessage,
};
pub use suspend::SuspendUser;
pub use webhook::NewWebhook;
