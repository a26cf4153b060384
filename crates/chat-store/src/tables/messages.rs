//! Messages.

use chat_domain::fact::Written;
use chat_domain::{Message, MessageKind, Tallies, Time};

use super::users::{PersonRow, person};
use super::{row, table};
use crate::by_name::{insert, update};
use crate::rows::{bad, count, message_id, room_id, small};
use crate::sql::{Rows, Write};
use crate::work_error::{WorkError, Worked};

table! {
    /// All messages, whatever became of them.
    messages {
        room, id, seq, number, sender, own_number, kind, content, metadata, created_at, edited_at, edited_seq, deleted_at,
        deleted_seq, reactions, reply_to, thread, replies, mentions, pinned,
    }
}

row! {
    /// A message without its sender, of `messages m`.
    MessageRow of messages as "m" {
        room: i64,
        id: i64,
        seq: i64,
        number: i64,
        own_number: i64,
        kind: String,
        content: String,
        metadata: String,
        created_at: i64,
        edited_at: Option<i64>,
        edited_seq: Option<i64>,
        deleted_at: Option<i64>,
        deleted_seq: Option<i64>,
        reactions: String,
    }
}

/// The columns of a [`MessageRow`].
pub(crate) const MESSAGE: &str = MessageRow::COLUMNS;

row! {
    /// The columns that most messages leave empty, of the same `messages m`.
    MoreRow of messages as "m" {
        reply_to: Option<i64>,
        thread: Option<i64>,
        replies: i64,
        pinned: Option<i64>,
        mentions: Option<String>,
    }
}

/// The columns of a [`MoreRow`].
pub(crate) const MORE: &str = MoreRow::COLUMNS;

/// A message with its sender: [`MESSAGE`], [`MORE`], [`PERSON`].
pub(crate) type SaidRow = (MessageRow, MoreRow, PersonRow);

/// Reads a message, without what it quotes; and without its content, if the sender was erased together with it.
pub(crate) fn message((row, more, sender): SaidRow) -> Worked<Message> {
    let unsaid = sender.unsaid;
    let change = |at: Option<i64>, seq: Option<i64>| {
        at.zip(seq).map(|(at, seq)| Ok::<_, WorkError>((Time(at), count(seq)?))).transpose()
    };
    Ok(Message {
        id: message_id(row.id)?,
        room: room_id(row.room)?,
        sender: person(sender)?,
        seq: count(row.seq)?,
        number: count(row.number)?,
        own_number: count(row.own_number)?,
        kind: MessageKind::from_word(&row.kind).ok_or_else(|| bad("a kind of message", &row.kind))?,
        content: if unsaid { "".into() } else { row.content.into() },
        metadata: if unsaid { "{}".into() } else { row.metadata.into() },
        created_at: Time(row.created_at),
        edited: change(row.edited_at, row.edited_seq)?,
        deleted: change(row.deleted_at, row.deleted_seq)?,
        reactions: Tallies::parse(&row.reactions).ok_or_else(|| bad("reactions", &row.reactions))?,
        reply: None,
        replies: small(more.replies)?,
        pinned: more.pinned.map(count).transpose()?,
        mentions: None,
        file: None,
    })
}

/// Inserts new messages: the columns that every message has, and those that are named.
macro_rules! new_messages {
    ($rows:expr, |$message:ident| { $($column:ident: $value:expr),* $(,)? }) => {
        insert!(messages, $rows, |$message| {
            room: $message.room,
            id: $message.id,
            seq: $message.seq,
            number: $message.number,
            sender: $message.sender.id(),
            own_number: $message.own_number,
            kind: $message.kind.word(),
            content: &*$message.content,
            metadata: &*$message.metadata,
            created_at: $message.created_at,
            edited_at: $message.edited.map(|(at, _)| at),
            edited_seq: $message.edited.map(|(_, seq)| seq as i64),
            deleted_at: $message.deleted.map(|(at, _)| at),
            deleted_seq: $message.deleted.map(|(_, seq)| seq as i64),
            reactions: $message.reactions.spelled(),
            $($column: $value,)*
        })
    };
}

/// Inserts messages that answer nothing and mention nobody. Those that do have a statement of their own, so that this
/// one has fewer columns.
pub(crate) fn messages(written: &Written) -> Write<'_> {
    new_messages!(written.new_messages.iter().filter(|message| !has_more(message)), |message| {})
}

/// Inserts messages that answer others or mention somebody.
pub(crate) fn messages_with_more(written: &Written) -> Write<'_> {
    new_messages!(written.new_messages.iter().filter(|message| has_more(message)), |message| {
        reply_to: message.reply.as_deref().map(|reply| reply.quote.message),
        thread: message.reply.as_deref().map(|reply| reply.thread),
        mentions: mentions(message),
    })
}

fn has_more(message: &Message) -> bool {
    message.reply.is_some() || message.mentions.is_some()
}

/// Returns whom a message mentions, as it is stored: ids, and a word for everybody.
fn mentions(message: &Message) -> Option<String> {
    message.mentions.as_deref().map(|mentions| {
        let people = mentions.people.iter().map(|person| person.id.to_string());
        people.chain(mentions.all.then(|| ALL.to_owned())).collect::<Vec<_>>().join(" ")
    })
}

/// Stands for everybody among those who are mentioned.
pub(crate) const ALL: &str = "all";

/// Changes how many replies threads have.
pub(crate) fn threads(written: &Written) -> Write<'_> {
    let rows =
        Rows::new(written.threads.iter().map(|&((room, message), more)| [room.into(), message.into(), more.into()]));
    let tail = "messages SET replies = messages.replies + new.more FROM new
        WHERE messages.room = new.room AND messages.id = new.message";
    Write::update("new (room, message, more)", rows, tail)
}

/// Updates messages that were edited, deleted or reacted to.
pub(crate) fn changed_messages(written: &Written) -> Write<'_> {
    update!(messages, written.messages.iter(), |message| {
        key { room: message.room, id: message.id }
        set {
            content: &*message.content,
            metadata: &*message.metadata,
            edited_at: message.edited.map(|(at, _)| at),
            edited_seq: message.edited.map(|(_, seq)| seq as i64),
            deleted_at: message.deleted.map(|(at, _)| at),
            deleted_seq: message.deleted.map(|(_, seq)| seq as i64),
            reactions: message.reactions.spelled(),
            mentions: mentions(message),
            pinned: message.pinned.map(|seq| seq as i64),
        }
    })
}
