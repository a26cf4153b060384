//! A message: what was said, of which sort, by whom and when.

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

/// The sorts of message, with the shapes of metadata that go with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MessageKind {
    /// Plain words, and nothing else.
    Text,
    /// A picture's address.
    Photo,
    /// A film's address.
    Video,
    /// A recording's address.
    Voice,
    /// Any file's address.
    File,
    /// A place on the map.
    Location,
    /// The profile of somebody.
    ProfileShare,
    /// A post of another program, passed on.
    PostShare,
    /// An offer of a service.
    BookingProposal,
}

impl MessageKind {
    /// All of them.
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

    /// The word for it on every wire and in every database.
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

    /// The sort that this word stands for.
    pub fn from_word(word: &str) -> Option<MessageKind> {
        MessageKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether a message of this sort can have addresses of files that live here.
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
    /// Its own id.
    pub id: MessageId,
    /// Where it was sent.
    pub room: RoomId,
    /// Who sent it.
    pub sender: Arc<Person>,
    /// The room's `seq` that it took.
    pub seq: u64,
    /// Its dense number in the room: 1, 2, 3 …
    pub number: u64,
    /// Its dense number among its sender's messages in the room.
    pub own_number: u64,
    /// The sort of message.
    pub kind: MessageKind,
    /// The words, the address, the text beside the metadata. Empty once deleted.
    pub content: Arc<str>,
    /// The metadata object, spelled canonically ([`crate::Value`]'s `Display`); `{}` when there is none or once deleted.
    pub metadata: Arc<str>,
    /// When it was sent, never earlier than the one before it.
    pub created_at: Time,
    /// When it was last edited, and the `seq` of that edit.
    pub edited: Option<(Time, u64)>,
    /// When it was deleted, and the `seq` of that. What is left is a tombstone.
    pub deleted: Option<(Time, u64)>,
    /// How many people react to it, and with what.
    pub reactions: Tallies,
    /// What it answers.
    pub reply: Option<Arc<InReply>>,
    /// How many answers that stand belong to the thread that it began.
    pub replies: u32,
    /// With which `seq` it was pinned, if it is.
    pub pinned: Option<u64>,
    /// Whom it mentions.
    pub mentions: Option<Arc<Mentions>>,
    /// The file that its content names, if that lives here.
    #[cfg_attr(feature = "serde", serde(default))]
    pub file: Option<Arc<File>>,
}

impl Message {
    /// The text to show where only text is known.
    pub fn text(&self) -> &str {
        &self.content
    }

    /// The first message of the thread that it belongs to, or that its first answer begins.
    pub fn thread(&self) -> MessageId {
        self.reply.as_ref().map_or(self.id, |reply| reply.thread)
    }

    /// It as those quote it that answer it.
    pub(crate) fn quoted(&self) -> Quote {
        Quote {
            message: self.id,
            sender: self.sender.clone(),
            excerpt: excerpt(&self.content).into(),
            deleted: self.deleted.is_some(),
        }
    }

    /// What its answers have.
    pub(crate) fn answered(&self) -> InReply {
        InReply { thread: self.thread(), quote: self.quoted() }
    }

    /// The files that its addresses name, if they live here.
    pub(crate) fn named_files(&self) -> Vec<Named> {
        named_files(self.kind, &self.content, |name| spelled_text(&self.metadata, name))
    }

    /// The file that its content names, if it lives here.
    pub fn content_file(&self) -> Option<Named> {
        self.kind.is_media().then(|| Named::in_address("content", &self.content)).flatten()
    }

    /// How many people like it.
    pub fn likes(&self) -> u32 {
        self.reactions.count(&Emoji::LIKE)
    }

    /// The same, wherever it names somebody, by what they show of themselves now.
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

    /// The same without what it says: its sender was erased, and it is to be deleted.
    pub(crate) fn unsaid(&self) -> Message {
        Message { content: "".into(), metadata: "{}".into(), file: None, ..self.clone() }
    }

    /// The tombstone that is left after it was deleted.
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

/// The files that a message would name by its content and the fields of its metadata.
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
