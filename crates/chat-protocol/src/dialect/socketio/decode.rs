//! Reads what a client of dialect 5 sends.

use std::fmt;

use chat_domain::{Command, MessageId, NotificationId, Refusal, RoomId};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::dialect::fields::{Fields, parse, unknown};
use crate::dialect::loose::{Body, Loose};
use crate::request::{Context, Request, Verb};
use crate::trouble::Trouble;

pub(crate) fn decode(payload: &[u8], context: &mut Context) -> Result<Request, Trouble> {
    let Said { name, argument } = parse(payload)?;
    let name = match name {
        Loose::Text(name) => name,
        _ => return Err(Trouble::Malformed("the event has no name".into())),
    };
    context.verb = verb(&name)?;
    let mut fields = argument.object("the event's argument")?;
    context.client_id = fields.name();
    let room = fields.chat_id.chat_uuid();
    context.room = room.as_ref().ok().copied();
    match context.verb {
        Verb::Auth => Ok(Request::Auth { token: fields.token.text("token")? }),
        Verb::ReadNotification => fields
            .notification_id
            .uuid("notification_id", NotificationId::from_uuid, Refusal::UnknownNotification)
            .map(Request::ReadNotification),
        verb => in_room(verb, room?, fields),
    }
}

fn verb(name: &str) -> Result<Verb, Trouble> {
    Ok(match name {
        "chat:message:send" => Verb::Send,
        "chat:message:edit" => Verb::Edit,
        "chat:message:delete" => Verb::Delete,
        "chat:message:react" => Verb::React,
        "chat:message:unreact" => Verb::Unreact,
        "chat:message:like" => Verb::Like,
        "chat:message:unlike" => Verb::Unlike,
        "chat:message:read" => Verb::Read,
        "chat:typing" => Verb::Typing,
        "chat:join" => Verb::Join,
        "chat:leave" => Verb::Leave,
        "notification:read" => Verb::ReadNotification,
        "auth:refresh" => Verb::Auth,
        _ => return Err(unknown("event", name)),
    })
}

fn in_room(verb: Verb, room: RoomId, mut fields: Fields<'_>) -> Result<Request, Trouble> {
    Ok(Request::Order(match verb {
        Verb::Join => return Ok(Request::Join { room, since: fields.resume(place)? }),
        Verb::Leave => return Ok(Request::Leave { room }),
        Verb::Typing => return Ok(Request::Typing { room, is_typing: fields.is_typing.flag("is_typing")? }),
        Verb::Send => {
            let kind = Fields::message_kind("type", &fields.kind)?;
            let draft = fields.draft(kind)?;
            fields.send(room, draft, Fields::uuid_of)?
        }
        Verb::Edit => {
            let message = fields.message_id.message_uuid()?;
            Command::Edit { room, message, content: fields.content.text("content")? }
        }
        Verb::Delete => Command::Delete { room, message: fields.message_id.message_uuid()? },
        Verb::Like => Command::Like { room, message: fields.message_id.message_uuid()? },
        Verb::Unlike => Command::Unlike { room, message: fields.message_id.message_uuid()? },
        Verb::React | Verb::Unreact => fields.reaction(verb, room, fields.message_id.message_uuid()?)?,
        Verb::Read => Command::Read { room, upto: fields.message_id.given().map(Loose::message_uuid).transpose()? },
        Verb::Ping | Verb::Status | Verb::Auth | Verb::ReadNotification | Verb::Unknown => {
            return Err(Trouble::Malformed("the event is not one that names a chat".into()));
        }
    }))
}

/// Returns the place of the message that this UUID names.
fn place(id: &Loose<'_>) -> Result<i64, Trouble> {
    id.uuid("last_message_id", MessageId::from_uuid, Refusal::UnknownMessage).map(MessageId::number)
}

/// The array of an EVENT packet: the event's name and its first argument. Further arguments are ignored.
struct Said<'a> {
    name: Loose<'a>,
    argument: Body<Fields<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Said<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Said<'a>, D::Error> {
        deserializer.deserialize_seq(SaidVisitor)
    }
}

struct SaidVisitor;

impl<'de> Visitor<'de> for SaidVisitor {
    type Value = Said<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of an event's name and its argument")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Said<'de>, A::Error> {
        let name = items.next_element()?.unwrap_or_default();
        let argument = items.next_element()?.unwrap_or_default();
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Said { name, argument })
    }
}
