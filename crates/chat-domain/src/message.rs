//! A message: what was said, of which kind, by whom and when.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::emoji::Emoji;
use crate::file::{File, Named};
use crate::id::{MessageId, RoomId};
use crate::mentions::Mentions;
use crate::metadata::spelled_text;
use crate::person::Person;
use crate::quote::{InReply, Quote, excerpt};
use crate::tally::Tallies;
use crate::time::Time;

/// The kinds of message. Each has its own shape of metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MessageKind {
    /// Plain text.
    Text,
    /// A picture, by its address.
    Photo,
    /// A film, by its address.
    Video,
    /// A recording, by its address.
    Voice,
    /// Any other file, by its address.
    File,
    /// A place on the map.
    Location,
    /// Somebody's profile.
    ProfileShare,
    /// A shared post of another program.
    PostShare,
    /// An offer of a service.
    BookingProposal,
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [MessageKind; 9] = [
        MessageKind::Text,
        MessageKind::Photo,
        MessageKind::Video,
        MessageKind::Voice,
        MessageKind::File,
        MessageKind::Location,
        MessageKind::ProfileShare,
        MessageKind::PostShare,
        MessageKind::BookingProposal,
    ];

    /// Returns the word for it on every wire and in every database.
    pub const fn word(self) -> &'static str {
        match self {
            MessageKind::Text => "text",
            MessageKind::Photo => "photo",
            MessageKind::Video => "video",
            MessageKind::Voice => "voice",
            MessageKind::File => "file",
            MessageKind::Location => "location",
            MessageKind::ProfileShare => "profile_share",
            MessageKind::PostShare => "post_share",
            MessageKind::BookingProposal => "booking_proposal",
        }
    }

    /// Returns the kind that this word stands for.
    pub fn from_word(word: &str) -> Option<MessageKind> {
        MessageKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether a message of this kind can name uploaded files.
    pub const fn names_files(self) -> bool {
        self.is_media() || matches!(self, MessageKind::PostShare)
    }

    /// Whether `content` is the address of a file.
    pub const fn is_media(self) -> bool {
        matches!(self, MessageKind::Photo | MessageKind::Video | MessageKind::Voice | MessageKind::File)
    }
}

/// A message as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Message {
    /// The id of the message.
    pub id: MessageId,
    /// The room in which it was sent.
    pub room: RoomId,
    /// Who sent it.
    pub sender: Arc<Person>,
    /// Its `seq` in the room.
    pub seq: u64,
    /// Its number among the messages of the room: 1, 2, 3 … without gaps.
    pub number: u64,
    /// Its number among its sender's messages in the room: 1, 2, 3 … without gaps.
    pub own_number: u64,
    /// The kind of message.
    pub kind: MessageKind,
    /// The text, the address, or the text that accompanies the metadata. Empty once deleted.
    pub content: Arc<str>,
    /// The metadata in their canonical spelling ([`crate::Value`]'s `Display`): `{}` if there are none, or once
    /// deleted.
    pub metadata: Arc<str>,
    /// When it was sent; never earlier than the message before it.
    pub created_at: Time,
    /// When it was last edited, and the `seq` of that edit; `None` if never.
    pub edited: Option<(Time, u64)>,
    /// When it was deleted, and the `seq` of that. The rest of the message is a tombstone.
    pub deleted: Option<(Time, u64)>,
    /// How many people react to it, by emoji.
    pub reactions: Tallies,
    /// The message that it answers, with the thread of both.
    pub reply: Option<Arc<InReply>>,
    /// How many replies in the thread that it began are not deleted.
    pub replies: u32,
    /// The `seq` with which it was pinned; `None` if it is not pinned.
    pub pinned: Option<u64>,
    /// Whom it mentions.
    pub mentions: Option<Arc<Mentions>>,
    /// The file that its content names, if that was uploaded to this server.
    #[cfg_attr(feature = "serde", serde(default))]
    pub file: Option<Arc<File>>,
}

impl Message {
    /// Returns the text to show to clients that know nothing but text.
    pub fn text(&self) -> &str {
        &self.content
    }

    /// Returns the first message of the thread that it belongs to, or that its first reply would begin.
    pub fn thread(&self) -> MessageId {
        self.reply.as_ref().map_or(self.id, |reply| reply.thread)
    }

    /// Returns its quote, as messages that answer it show it.
    pub(crate) fn quoted(&self) -> Quote {
        Quote {
            message: self.id,
            sender: self.sender.clone(),
            excerpt: excerpt(&self.content).into(),
            deleted: self.deleted.is_some(),
        }
    }

    /// Returns what its replies store about it.
    pub(crate) fn answered(&self) -> InReply {
        InReply { thread: self.thread(), quote: self.quoted() }
    }

    /// Returns the uploaded files that its addresses name.
    pub(crate) fn named_files(&self) -> Vec<Named> {
        named_files(self.kind, &self.content, |name| spelled_text(&self.metadata, name))
    }

    /// Returns the uploaded file that its content names.
    pub fn content_file(&self) -> Option<Named> {
        self.kind.is_media().then(|| Named::in_address("content", &self.content)).flatten()
    }

    /// Returns how many people like it.
    pub fn likes(&self) -> u32 {
        self.reactions.count(&Emoji::LIKE)
    }

    /// Returns the message with what this person shows of themselves now, wherever it names them.
    pub(crate) fn renamed(&self, person: &Arc<Person>) -> Message {
        let is_it = |one: &Arc<Person>| one.id() == person.id();
        let mut now = self.clone();
        if is_it(&now.sender) {
            now.sender = person.clone();
        }
        if let Some(reply) = now.reply.as_mut().filter(|reply| is_it(&reply.quote.sender)) {
            Arc::make_mut(reply).quote.sender = person.clone();
        }
        now
    }

    /// Returns the message without what it says: its sender was erased, and it will be deleted.
    pub(crate) fn unsaid(&self) -> Message {
        Message { content: "".into(), metadata: "{}".into(), file: None, ..self.clone() }
    }

    /// Returns the tombstone that is left of it when it is deleted.
    pub(crate) fn erased(&self, at: Time, seq: u64) -> Message {
        let (content, metadata) = (Arc::from(""), Arc::from("{}"));
        Message {
            content,
            metadata,
            deleted: Some((at, seq)),
            reactions: Tallies::default(),
            mentions: None,
            file: None,
            pinned: None,
            ..self.clone()
        }
    }
}

/// Returns the uploaded files that a message names in its content and in the fields of its metadata.
pub(crate) fn named_files(kind: MessageKind, content: &str, field: impl Fn(&str) -> Option<String>) -> Vec<Named> {
    let content = kind.is_media().then(|| Named::in_address("content", content)).flatten();
    let beside = match kind {
        MessageKind::PostShare => Some(("media_url", "metadata.media_url")),
        kind => kind.is_media().then_some(("thumbnail", "metadata.thumbnail")),
    };
    let beside = beside.and_then(|(name, called)| Named::in_address(called, &field(name)?));
    content.into_iter().chain(beside).collect()
}

/// A message's words before they are accepted.
pub type Content = String;
