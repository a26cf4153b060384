//! Reacting to messages. A like is a reaction.

use super::decision::{Decision, happened};
use super::scene::Scene;
use crate::emoji::Emoji;
use crate::event::Change;
use crate::id::MessageId;
use crate::message::Message;
use crate::reception::Likes;
use crate::refusal::Refusal;
use crate::rows::ReactionRow;

/// Gives a reaction to a message, or takes it back. Every emoji counts once for each user.
pub(super) fn react(scene: Scene<'_>, message: MessageId, emoji: Emoji, stands: bool) -> Result<Decision, Refusal> {
    scene.open()?;
    scene.has_voice(false)?;
    let row = scene.message(message)?;
    if scene.chat.reacts(scene.state, row, &emoji, scene.actor.id()) == stands {
        let by = scene.chat.backers(scene.state, row, &emoji);
        let since = by.at.unwrap_or(row.created_at);
        return Ok(Decision::Already(scene.already(since, Change::reaction(message, emoji, stands, by))));
    }
    if stands && !row.reactions.has_room_for(&emoji, scene.chat.limits().emoji) {
        return Err(Refusal::TooMany { what: "different reactions" });
    }
    let by = backers_after(&scene, row, &emoji, stands);
    happened(scene.next(Change::reaction(message, emoji, stands, by)))
}

/// Returns who gives this reaction after the actor has given it or taken it back.
fn backers_after(scene: &Scene<'_>, message: &Message, emoji: &Emoji, stands: bool) -> Likes {
    let (user, count) = (scene.actor.handle, message.reactions.count(emoji));
    let mut rows = scene.chat.newest_rows(scene.state, message, emoji, Some(user.id));
    if stands {
        let (room, seq) = (scene.room.id, scene.room.head.seq + 1);
        let (message, emoji) = (message.id, emoji.clone());
        rows.push(ReactionRow { room, message, user, emoji, stands, at: scene.at(), seq });
    }
    Likes::of(if stands { count + 1 } else { count.saturating_sub(1) }, &rows)
}
