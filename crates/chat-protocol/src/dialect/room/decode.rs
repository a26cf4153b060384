//! Reads what a client of dialect 3 sends.

use chat_domain::{Command, Draft, MessageId, RoomId};

use crate::dialect::fields::{Fields, frame, unknown};
use crate::request::{Context, Request, Verb};
use crate::trouble::Trouble;

pub(crate) fn decode(room: RoomId, payload: &[u8], context: &mut Context) -> Result<Request, Trouble> {
    let mut fields = frame(payload)?;
    context.client_id = fields.name();
    context.verb = verb(fields.kind.word("type")?)?;
    if context.verb == Verb::Typing {
        return Ok(Request::Typing { room, is_typing: fields.is_typing.flag("is_typing")? });
    }
    if context.verb == Verb::Send {
        let draft = Draft::text(fields.message.text("message")?);
        return fields.send(room, draft, Fields::number_of).map(Request::Order);
    }
    let named = fields.message_id.given().map(|id| id.integer("message_id", MessageId::new)).transpose()?;
    if context.verb == Verb::Read {
        return Ok(Request::Order(Command::Read { room, upto: named }));
    }
    let message = fields.message_id.integer("message_id", MessageId::new)?;
    Ok(Request::Order(match context.verb {
        Verb::Edit => Command::Edit { room, message, content: fields.message.text("message")? },
        Verb::Delete => Command::Delete { room, message },
        Verb::React | Verb::Unreact => fields.reaction(context.verb, room, message)?,
        Verb::Like => Command::Like { room, message },
        _ => Command::Unlike { room, message },
    }))
}

fn verb(word: &str) -> Result<Verb, Trouble> {
    Ok(match word {
        "chat_message" => Verb::Send,
        "typing" => Verb::Typing,
        "mark_read" => Verb::Read,
        "edit_message" => Verb::Edit,
        "delete_message" => Verb::Delete,
        "react_message" => Verb::React,
        "unreact_message" => Verb::Unreact,
        "like_message" => Verb::Like,
        "unlike_message" => Verb::Unlike,
        _ => return Err(unknown("type", word)),
    })
}
