//! The memory that events take.

use std::mem::size_of;

use chat_domain::event::Reached;
use chat_domain::{Change, Event, Extra, Handle, InReply, Message, Tally};

/// Returns roughly the bytes of an event with everything that it refers to.
pub(super) fn weight(event: &Event) -> usize {
    let handles = |count: usize| count * size_of::<Handle>();
    let beside = match &event.change {
        Change::Sent { message, reception } => {
            text(message) + handles(reception.readers.len() + reception.likes.by.len())
        }
        Change::Edited { message } => text(message),
        Change::Liked { likes, .. } | Change::Unliked { likes, .. } => handles(likes.by.len()),
        Change::Extra(Extra::Changed { title, .. }) => title.as_ref().map_or(0, String::len),
        Change::Extra(extra) => handles(extra.named()),
        Change::Read(read) | Change::Delivered(read) => {
            read.messages.iter().map(|reached| size_of::<Reached>() + handles(reached.readers.len())).sum()
        }
        Change::Created { people, .. } => size_of_val(&**people),
        Change::Added { .. } | Change::Removed { .. } | Change::Deleted { .. } => 0,
        Change::Closed => 0,
    };
    size_of::<Event>() + beside
}

fn text(message: &Message) -> usize {
    let reactions = message.reactions.iter().count() * size_of::<Tally>();
    let quote = message.reply.as_ref().map_or(0, |reply| size_of::<InReply>() + reply.quote.excerpt.len());
    size_of::<Message>() + message.content.len() + message.metadata.len() + reactions + quote
}

/// The bytes that a room may keep for each event. Most are lighter.
pub(super) const USUAL_WEIGHT: usize = 1 << 10;
