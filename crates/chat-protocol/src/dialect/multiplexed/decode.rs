//! Reads what a client of dialect 2 sends.

use chat_domain::id::MAX_ID;
use chat_domain::{Command, MessageId, Mood, RoomId};

use crate::dialect::fields::{Fields, frame, unknown, wrong};
use crate::dialect::loose::Loose;
use crate::request::{Context, Request, Verb};
use crate::trouble::Trouble;

pub(crate) fn decode(payload: &[u8], context: &mut Context) -> Result<Request, Trouble> {
    let mut fields = frame(payload)?;
    context.client_id = fields.name();
    let room = fields.chat_id.integer("chat_id", RoomId::new);
    context.room = room.as_ref().ok().copied();
    context.verb = verb(fields.kind.word("type")?)?;
    match context.verb {
        Verb::Ping => Ok(Request::Ping),
        Verb::Status => mood(fields.status.word("status")?).map(Request::Status),
        Verb::Auth => Ok(Request::Auth { token: fields.token.text("token")? }),
        verb => in_room(verb, room?, fields),
    }
}

fn verb(word: &str) -> Result<Verb, Trouble> {
    Ok(match word {
        "ping" => Verb::Ping,
        "join_chat" => Verb::Join,
        "leave_chat" => Verb::Leave,
        "typing" => Verb::Typing,
        "status" => Verb::Status,
        "read_messages" => Verb::Read,
        "send_message" => Verb::Send,
        "edit_message" => Verb::Edit,
        "delete_message" => Verb::Delete,
        "react_message" => Verb::React,
        "unreact_message" => Verb::Unreact,
        "like_message" => Verb::Like,
        "unlike_message" => Verb::Unlike,
        "auth" => Verb::Auth,
        _ => return Err(unknown("type", word)),
    })
}

fn in_room(verb: Verb, room: RoomId, mut fields: Fields<'_>) -> Result<Request, Trouble> {
    let message = |fields: &Fields<'_>| fields.message_id.integer("message_id", MessageId::new);
    Ok(Request::Order(match verb {
        Verb::Join => return Ok(Request::Join { room, since: fields.resume(place)? }),
        Verb::Leave => return Ok(Request::Leave { room }),
        Verb::Typing => return Ok(Request::Typing { room, is_typing: fields.is_typing.flag("is_typing")? }),
        Verb::Send => {
            let kind = Fields::message_kind("message_type", &fields.message_type)?;
            let draft = fields.draft(kind)?;
            fields.send(room, draft, Fields::number_of)?
        }
        Verb::Edit => Command::Edit { room, message: message(&fields)?, content: fields.content.text("content")? },
        Verb::Delete => Command::Delete { room, message: message(&fields)? },
        Verb::Like => Command::Like { room, message: message(&fields)? },
        Verb::Unlike => Command::Unlike { room, message: message(&fields)? },
        Verb::React | Verb::Unreact => fields.reaction(verb, room, message(&fields)?)?,
        Verb::Read => {
            let upto = fields.message_id.given().map(|id| id.integer("message_id", MessageId::new)).transpose()?;
            Command::Read { room, upto }
        }
        Verb::Ping | Verb::Status | Verb::Auth | Verb::ReadNotification | Verb::Unknown => {
            return Err(Trouble::Malformed("`type` is not one that names a chat".into()));
        }
    }))
}

fn mood(word: &str) -> Result<Mood, Trouble> {
    match word {
        "online" => Ok(Mood::Online),
        "away" => Ok(Mood::Away),
        "busy" => Ok(Mood::Busy),
        "offline" => Ok(Mood::Offline),
        _ => Err(wrong("status", "one of online, away, busy, offline")),
    }
}

/// Returns the place of a message; 0 is the beginning.
fn place(id: &Loose<'_>) -> Result<i64, Trouble> {
    match id {
        Loose::Int(number @ 0..=MAX_ID) => Ok(*number),
        _ => Err(wrong("last_message_id", "the id of a message")),
    }
}
