//! Sending, editing and deleting messages.

use alloc::string::String;
use alloc::sync::Arc;

use super::content::check_draft;
use super::decision::{Decision, Memo, happened};
use super::files::named_file;
use super::mentions::mentioned;
use super::moderation;
use super::scene::{Scene, as_it_is};
use crate::chat::Chat;
use crate::checks::{check_text, spelled};
use crate::command::{ClientId, Draft, Stamp};
use crate::digest::Digest;
use crate::event::{Change, Event};
use crate::file::File;
use crate::id::{MessageId, RoomId};
use crate::message::{Message, MessageKind};
use crate::moderation::{Act, Acted};
use crate::quote::InReply;
use crate::reception::Reception;
use crate::refusal::Refusal;
use crate::room::Head;
use crate::tally::Tallies;

/// Sends a message. Whether it repeats an earlier one is asked before every other rule, so that a repeat is always
/// answered as before.
pub(super) fn send(
    chat: &Chat,
    stamp: Stamp,
    room: RoomId,
    draft: Draft,
    client_id: Option<ClientId>,
) -> Result<Decision, Refusal> {
    let metadata = spelled("metadata", &draft.metadata)?;
    let memo = match client_id {
        Some(name) => {
            let digest = Digest::of_message(&draft, &metadata);
            if let Some((before, message)) = chat.first_sent(room, stamp.actor, &name) {
                return repeated(chat, stamp, room, message, before == digest);
            }
            Some(Memo::Sent(name, digest, stamp.ids.message))
        }
        None => None,
    };
    let scene = Scene::enter(chat, stamp, room)?;
    scene.open()?;
    scene.has_voice(draft.is_back_ends)?;
    if !draft.is_back_ends {
        scene.may_send()?;
    }
    check_draft(&draft, &metadata, chat.limits())?;
    let reply = draft.reply_to.map(|message| answer(&scene, message)).transpose()?;
    let file = named_file(&scene, &draft)?;
    Ok(Decision::Happened(sent(&scene, draft, &metadata, reply, file), memo))
}

/// Changes the text of a message. Only its sender may.
pub(super) fn edit(scene: Scene<'_>, message: MessageId, content: String) -> Result<Decision, Refusal> {
    scene.open()?;
    scene.has_voice(false)?;
    let before = &scene.chat.as_now(scene.message(message)?);
    if before.sender.id() != scene.actor.id() {
        return Err(Refusal::NotAuthor);
    }
    if before.kind != MessageKind::Text {
        return Err(Refusal::Invalid { field: "message", rule: "must name a text: nothing else can be edited" });
    }
    check_text("content", &content, scene.chat.limits().content)?;
    if *before.content == *content {
        let at = before.edited.map_or(before.created_at, |(at, _)| at);
        return Ok(Decision::Already(scene.already(at, Change::Edited { message: before.clone() })));
    }
    let mut event = scene.next(Change::Closed);
    let edited = Some((event.at, event.head.seq));
    let (mentions, sender) = (mentioned(&scene, &content), scene.actor.clone());
    let message = Message { content: content.into(), edited, sender, mentions, ..Message::clone(before) };
    event.change = Change::Edited { message: Arc::new(message) };
    happened(event)
}

/// Deletes a message. Its sender may, and whoever leads the group and outranks the sender.
pub(super) fn delete(scene: Scene<'_>, message: MessageId) -> Result<Decision, Refusal> {
    let sender = scene.message(message)?.sender.id();
    let event = scene.next(Change::Deleted { message, sender });
    if sender == scene.actor.id() {
        return happened(event);
    }
    if !scene.leads() {
        return Err(Refusal::NotAuthor);
    }
    scene.outranks(sender)?;
    moderation::acted(event, Acted { message: Some(message), ..Acted::on(Act::Delete, sender) })
}

/// Deletes a message that a ban or an erasure ordered to delete. Ranks are not asked: they were when it was ordered.
pub(super) fn purge(chat: &Chat, stamp: Stamp, room: RoomId, message: MessageId) -> Result<Decision, Refusal> {
    let actor = chat.person(stamp.actor)?;
    let (_, row) = chat.state(room)?;
    let sender = chat.live_message(room, message)?.sender.id();
    let event = as_it_is(row, actor, Change::Deleted { message, sender });
    let head = Head { seq: row.head.seq + 1, ..row.head };
    let event = Event { head, at: stamp.at.max(row.last_at), ..event };
    if sender == stamp.actor {
        return happened(event);
    }
    moderation::acted(event, Acted { message: Some(message), ..Acted::on(Act::Delete, sender) })
}

/// Returns what a reply stores about the message that it answers.
fn answer(scene: &Scene<'_>, message: MessageId) -> Result<Arc<InReply>, Refusal> {
    Ok(Arc::new(scene.chat.as_now(scene.message(message)?).answered()))
}

fn sent(
    scene: &Scene<'_>,
    draft: Draft,
    metadata: &Arc<str>,
    reply: Option<Arc<InReply>>,
    file: Option<Arc<File>>,
) -> Event {
    let id = scene.next_message;
    let newest = scene.room.last_message;
    assert!(newest < Some(id), "the stamp offers message id {id}, and the room's newest is {newest:?}");
    let mentions = mentioned(scene, draft.words());
    let mut event = scene.next(Change::Closed);
    let message = Message {
        id,
        room: scene.room.id,
        sender: scene.actor.clone(),
        seq: event.head.seq,
        number: scene.room.sent + 1,
        own_number: scene.slot.member.sent + 1,
        kind: draft.kind,
        content: draft.content.into(),
        metadata: metadata.clone(),
        created_at: event.at,
        edited: None,
        deleted: None,
        reactions: Tallies::default(),
        reply,
        replies: 0,
        pinned: None,
        mentions,
        file,
    };
    event.change = Change::Sent { message: Arc::new(message), reception: Reception::default() };
    event
}

/// Returns the first message that was sent under a name, with what became of it; refuses if the name was used for
/// something else.
fn repeated(chat: &Chat, stamp: Stamp, room: RoomId, message: MessageId, same: bool) -> Result<Decision, Refusal> {
    if !same {
        return Err(Refusal::Reused { message: Some(message) });
    }
    let (state, row) = chat.state(room)?;
    let message = chat.as_now(chat.message_row(room, message).ok_or(Refusal::UnknownMessage)?);
    let at = message.created_at;
    let change = Change::Sent { reception: chat.reception(state, &message), message };
    Ok(Decision::Already(Event { at, ..as_it_is(row, chat.person(stamp.actor)?, change) }))
}
