//! Writing messages.

use chat_domain::Message;
use chat_domain::fact::Written;

use crate::by_name::update;
use crate::sql::{Cell, Rows, Write};

/// Messages that answer nothing and mention nobody. (Those that do have a statement of their own, so that this one does not grow by what most of
/// them do not have.)
pub(crate) fn messages(written: &Written) -> Write<'_> {
    let plain = written.new_messages.iter().filter(|message| !has_more(message));
    Write::insert(MESSAGES, Rows::new(plain.map(|message| plain_cells(message))), "")
}

fn has_more(message: &Message) -> bool {
    message.reply.is_some() || message.mentions.is_some()
}

fn mentions(message: &Message) -> Option<String> {
    message.mentions.as_deref().map(super::mentions::spelled)
}

/// Messages that answer others, or mention somebody.
pub(super) fn messages_with_more(written: &Written) -> Write<'_> {
    let with_more = written.new_messages.iter().filter(|message| has_more(message));
    let rows = Rows::new(with_more.map(|message| {
        let reply = message.reply.as_deref();
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = plain_cells(message);
        let to = reply.map(|reply| reply.quote.message).into();
        let thread = reply.map(|reply| reply.thread).into();
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, to, thread, mentions(message).into()]
    }));
    Write::insert(WITH_MORE, rows, "")
}

fn plain_cells(message: &Message) -> [Cell<'_>; 15] {
    [
        message.room.into(),
        message.id.into(),
        message.seq.into(),
        message.number.into(),
        message.sender.id().into(),
        message.own_number.into(),
        message.kind.word().into(),
        (*message.content).into(),
        (*message.metadata).into(),
        message.created_at.into(),
        message.edited.map(|(at, _)| at).into(),
        message.edited.map(|(_, seq)| seq as i64).into(),
        message.deleted.map(|(at, _)| at).into(),
        message.deleted.map(|(_, seq)| seq as i64).into(),
        message.reactions.spelled().into(),
    ]
}

/// Threads that grew or shrank.
pub(super) fn threads(written: &Written) -> Write<'_> {
    let rows =
        Rows::new(written.threads.iter().map(|&((room, message), more)| [room.into(), message.into(), more.into()]));
    let tail = "messages SET replies = messages.replies + new.more FROM new
        WHERE messages.room = new.room AND messages.id = new.message";
    Write::update("new (room, message, more)", rows, tail)
}

/// Where new messages go.
pub(crate) const MESSAGES: &str =
    "messages (room, id, seq, number, sender, own_number, kind, content, metadata, created_at,
    edited_at, edited_seq, deleted_at, deleted_seq, reactions)";

const WITH_MORE: &str = "messages (room, id, seq, number, sender, own_number, kind, content, metadata, created_at,
    edited_at, edited_seq, deleted_at, deleted_seq, reactions, reply_to, thread, mentions)";

/// Messages that were edited, deleted or reacted to.
pub(super) fn changed_messages(written: &Written) -> Write<'_> {
    update!("messages", written.messages.iter(), |message| {
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
