//! Reads what a client of dialect 4 sends.

use chat_domain::{Command, Draft, RoomId, Value};
use serde::Deserialize;

use crate::dialect::fields::{Fields, missing, parse, unknown};
use crate::dialect::loose::{Body, Loose};
use crate::request::{Context, Request, Verb};
use crate::trouble::Trouble;

/// Reads a frame about the room in the context, which the address named.
pub(crate) fn decode(payload: &[u8], context: &mut Context) -> Result<Request, Trouble> {
    let EnvelopeWire { kind, payload } = parse::<Body<EnvelopeWire<'_>>>(payload)?.object("the frame")?;
    context.verb = verb(kind.word("type")?)?;
    let room = context.room.ok_or_else(|| Trouble::Malformed("the address names no `chat_id`".into()))?;
    let mut fields = match (context.verb, payload) {
        // The payload of a read may be missing.
        (Verb::Read, Body::Absent) => Fields::default(),
        (_, payload) => payload.object("`payload`")?,
    };
    context.client_id = fields.name();
    if context.verb == Verb::Typing {
        return Ok(Request::Typing { room, is_typing: fields.is_typing.flag("is_typing")? });
    }
    command(context.verb, room, &mut fields).map(Request::Order)
}

fn verb(word: &str) -> Result<Verb, Trouble> {
    Ok(match word {
        "send_message" => Verb::Send,
        "edit_message" => Verb::Edit,
        "delete_message" => Verb::Delete,
        "react_message" => Verb::React,
        "unreact_message" => Verb::Unreact,
        "like_message" => Verb::Like,
        "unlike_message" => Verb::Unlike,
        "mark_read" => Verb::Read,
        "typing" => Verb::Typing,
        _ => return Err(unknown("type", word)),
    })
}

fn command(verb: Verb, room: RoomId, fields: &mut Fields<'_>) -> Result<Command, Trouble> {
    if verb == Verb::Send {
        let draft = draft(fields)?;
        return fields.send(room, draft, Fields::uuid_of);
    }
    if verb == Verb::Read {
        let upto = fields.message_id.given().map(Loose::message_uuid).transpose()?;
        return Ok(Command::Read { room, upto });
    }
    let message = fields.message_id.message_uuid()?;
    Ok(match verb {
        Verb::Edit => Command::Edit { room, message, content: fields.content.text("content")? },
        Verb::Delete => Command::Delete { room, message },
        Verb::React | Verb::Unreact => fields.reaction(verb, room, message)?,
        Verb::Like => Command::Like { room, message },
        _ => Command::Unlike { room, message },
    })
}

/// Reads a draft. For a picture, film, recording or file, the address becomes the content, and the text becomes the
/// caption in the metadata.
fn draft(fields: &mut Fields<'_>) -> Result<Draft, Trouble> {
    let kind = Fields::message_kind("type", &fields.kind)?;
    let address = fields.media_url.optional_text("media_url")?.filter(|address| !address.is_empty());
    match (kind.is_media(), address) {
        (true, Some(address)) => {
            let caption = fields.content.optional_text("content")?.filter(|text| !text.is_empty());
            let metadata = captioned(fields.metadata()?, caption);
            Ok(Draft { kind, content: address, metadata, reply_to: None, is_back_ends: false, said: None })
        }
        (true, None) => Err(missing("media_url")),
        (false, None) => fields.draft(kind),
        (false, Some(_)) => Err(Trouble::Malformed("`media_url` goes with photo, video, voice and file only".into())),
    }
}

pub(crate) fn captioned(metadata: Value, caption: Option<String>) -> Value {
    match (metadata, caption) {
        (Value::Map(mut fields), Some(caption)) => {
            fields.retain(|(name, _)| name != "caption");
            fields.push(("caption".into(), Value::Text(caption)));
            Value::Map(fields)
        }
        (metadata, _) => metadata,
    }
}

/// `{type, payload}`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct EnvelopeWire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Loose<'a>,
    #[serde(borrow)]
    payload: Body<Fields<'a>>,
}
