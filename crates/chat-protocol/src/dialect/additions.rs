//! The fields of a message object beyond the documents, for clients that asked for them, in every dialect's words.

use chat_domain::{Emoji, Failure, InReply, Message, MessageKind, Reception, Refusal};

use super::extra::Words;
use crate::features::Features;
use crate::json::Object;
use crate::trouble::Trouble;

/// What is known of a message besides the message itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    /// What became of it.
    pub(crate) reception: Option<&'a Reception>,
    /// The reader's own reactions; only in answers to a reader.
    pub(crate) mine: Option<&'a [Emoji]>,
}

/// Writes the additional fields that were asked for.
pub(crate) fn additions(o: &mut Object<'_>, words: Words, features: Features, message: &Message, beside: Beside<'_>) {
    if features.has(Features::REPLIES) {
        o.nest_or_null("reply_to", message.reply.as_deref(), |o, reply| quote(o, words, reply));
        words.message_id(o, "thread_id", message.reply.as_ref().map(|reply| reply.thread));
        if let Some(last) = beside.reception.and_then(|reception| reception.last_reply_at) {
            o.put("replies_count", message.replies);
            words.moment(o, "last_reply_at", last);
        }
    }
    if features.has(Features::MENTIONS) {
        let people = message.mentions.as_deref().map(|mentions| mentions.people.as_slice());
        words.user_ids(o, "mentions", people.unwrap_or_default());
        o.put("mentions_all", message.mentions.as_deref().is_some_and(|mentions| mentions.all));
    }
    if features.has(Features::PINS) {
        o.put("pinned", message.pinned.is_some());
    }
    if features.has(Features::FILES) {
        o.nest_or_null("file", message.file.as_deref(), |o, file| {
            o.put("id", file.id.as_str()).put("url", &*message.content).put("name", file.name.as_str());
            o.put("size", file.size).put("type", file.mime.as_str());
        });
    }
    if features.has(Features::REACTIONS) {
        o.objects("reactions", message.reactions.iter(), |o, tally| {
            o.put("emoji", tally.emoji.as_str()).put("count", tally.count);
            o.maybe("mine", beside.mine.map(|mine| mine.contains(&tally.emoji)));
        });
    }
}

/// Returns the kind of a message as a client is told it: a client that did not ask for files is told a file as a text
/// with the address.
pub(crate) fn shown_kind(message: &Message, features: Features) -> MessageKind {
    match message.kind {
        MessageKind::File if !features.has(Features::FILES) => MessageKind::Text,
        kind => kind,
    }
}

/// Writes how many unread messages mention the reader of a chat list, if that was asked for.
pub(crate) fn unread_mentions(o: &mut Object<'_>, features: Features, mentions: u64) {
    o.maybe("unread_mentions", features.has(Features::MENTIONS).then_some(mentions));
}

/// Writes what is told of a refusal besides its code.
pub(crate) fn refusal(o: &mut Object<'_>, words: Words, features: Features, trouble: &Trouble) {
    if !features.has(Features::MODERATION) {
        return;
    }
    match trouble {
        Trouble::Failure(Failure::Refused(Refusal::Muted { until })) => words.moment_or_null(o, "until", *until),
        Trouble::Failure(Failure::Refused(Refusal::TooSoon { seconds })) => drop(o.put("retry_after", *seconds)),
        _ => {}
    }
}

fn quote(o: &mut Object<'_>, words: Words, reply: &InReply) {
    let quote = &reply.quote;
    words.message_id(o, "id", Some(quote.message));
    words.user_id(o, "user_id", quote.sender.handle);
    o.put("name", quote.sender.name.as_str()).put("excerpt", &*quote.excerpt);
    o.maybe("deleted", quote.deleted.then_some(true));
}
