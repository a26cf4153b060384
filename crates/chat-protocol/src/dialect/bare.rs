//! Dialect 1's WebSocket `/chat/{id}`. Its client takes every frame for a message, so it is sent nothing but message
//! objects. The one exception is an error, in the shape of the dialect's HTTP errors; a client that sends well-formed
//! frames hardly ever gets one.

use chat_domain::{Change, Draft, Message, Outcome, Reception, RoomId};

use super::Cursors;
use super::additions::{Beside, additions, refusal};
use super::extra::Words;
use super::fields::{Fields, frame, unknown};
use super::sse::message_fields;
use crate::cursor::Cursor;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::object;
use crate::news::News;
use crate::request::{Context, Request, Verb};
use crate::trouble::Trouble;

/// Reads `{"type":"message","content":…}`.
pub(super) fn decode(room: RoomId, payload: &[u8], context: &mut Context) -> Result<Request, Trouble> {
    let mut fields = frame(payload)?;
    context.client_id = fields.name();
    match fields.kind.word("type")? {
        "message" => context.verb = Verb::Send,
        other => return Err(unknown("type", other)),
    }
    let draft = Draft::text(fields.content.text("content")?);
    fields.send(room, draft, Fields::number_of).map(Request::Order)
}

/// Whether this news has a frame.
pub(super) fn carries(news: &News) -> bool {
    sent(news).is_some()
}

pub(super) fn encode(news: &News, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    if let Some((message, reception)) = sent(news) {
        write(message, Some(reception), features, cursors.map(Cursors::after), out);
    }
}

fn sent(news: &News) -> Option<(&Message, &Reception)> {
    match news {
        News::Event(event) => match &event.change {
            Change::Sent { message, reception } => Some((message, reception)),
            Change::Edited { .. } | Change::Deleted { .. } | Change::Liked { .. } | Change::Unliked { .. } => None,
            Change::Created { .. } | Change::Closed => None,
            Change::Added { .. } | Change::Removed { .. } | Change::Read(_) | Change::Delivered(_) => None,
            Change::Extra(_) => None,
        },
        News::Typing(_) | News::Presence(_) | News::Summary { .. } | News::Match { .. } | News::Left { .. } => None,
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => None,
    }
}

/// Answers a repeated send with the message object again, because the dialect has no ACK.
pub(crate) fn settled(outcome: &Outcome, features: Features, out: &mut Frames) {
    if let Outcome::Already(event) = outcome
        && let Change::Sent { message, .. } = &event.change
    {
        write(message, None, features, None, out);
    }
}

pub(crate) fn refused(context: &Context, features: Features, trouble: &Trouble, out: &mut Frames) {
    out.frame(|bytes| {
        object(bytes, |o| {
            o.put("status", "error")
                .put("code", trouble.code())
                .put("message", trouble.message().as_str())
                .maybe("message_id", trouble.first_message().map(|id| id.number()))
                .maybe("client_id", context.client_id.as_ref().map(|name| name.as_str()));
            refusal(o, Words::Sse, features, trouble);
        });
    });
}

fn write(
    message: &Message,
    reception: Option<&Reception>,
    features: Features,
    cursor: Option<Cursor>,
    out: &mut Frames,
) {
    out.frame(|bytes| {
        object(bytes, |o| {
            message_fields(o, message);
            additions(o, Words::Sse, features, message, Beside { reception, mine: None });
            o.maybe("cursor", cursor);
        });
    });
}
