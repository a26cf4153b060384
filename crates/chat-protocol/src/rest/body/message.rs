//! Bodies of requests about messages, reading and typing.

use chat_domain::{ClientId, Draft, MessageId, MessageKind};

use super::super::Tree;
use super::super::fields::{Fields, missing, wrong};
use crate::dialect::roulette::captioned;
use crate::trouble::Trouble;

/// The body of `POST chats/{id}/messages`.
#[derive(Clone, Debug, PartialEq)]
pub struct SendMessage {
    /// What is to be sent.
    pub draft: Draft,
    /// The sender's own name for the request.
    pub client_id: Option<ClientId>,
}

/// The body of `PATCH chats/{id}/messages/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditMessage {
    /// The new text.
    pub content: String,
}

/// The body of `POST chats/{id}/read`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkRead {
    /// The newest message that was read; `None` for the newest of the room.
    pub upto: Option<MessageId>,
}

/// The body of `POST chats/{id}/typing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetTyping {
    /// Whether the user still types.
    pub is_typing: bool,
}

impl SendMessage {
    /// Reads a body; `key` is the `Idempotency-Key` header.
    pub fn read(tree: Tree, body: &[u8], key: Option<&str>) -> Result<SendMessage, Trouble> {
        SendMessage::from_fields(tree, &mut Fields::parse(body)?, key)
    }

    pub(super) fn from_fields(tree: Tree, fields: &mut Fields, key: Option<&str>) -> Result<SendMessage, Trouble> {
        let client_id = fields.client_id(key)?;
        let draft = match tree {
            Tree::Api => Draft::text(fields.content()?),
            Tree::V1 => with_media_url(fields)?,
            Tree::V2 => {
                let (kind, content) = (fields.kind()?, fields.content()?);
                Draft {
                    kind,
                    content,
                    metadata: fields.map("metadata")?,
                    reply_to: None,
                    is_back_ends: false,
                    said: None,
                }
            }
        };
        let draft = Draft { reply_to: fields.message("reply_to", tree)?, ..draft };
        Ok(SendMessage { draft, client_id })
    }
}

impl EditMessage {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<EditMessage, Trouble> {
        Ok(EditMessage { content: Fields::parse(body)?.content()? })
    }
}

impl MarkRead {
    /// Reads a body, which may be empty.
    pub fn read(tree: Tree, body: &[u8]) -> Result<MarkRead, Trouble> {
        Ok(MarkRead { upto: Fields::parse(body)?.message("message_id", tree)? })
    }
}

impl SetTyping {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<SetTyping, Trouble> {
        Ok(SetTyping { is_typing: Fields::parse(body)?.flag("is_typing")? })
    }
}

impl Fields {
    fn content(&mut self) -> Result<String, Trouble> {
        self.text("content")
    }

    /// Returns the kind of message; a text if it is missing.
    fn kind(&mut self) -> Result<MessageKind, Trouble> {
        let Some(word) = self.optional_text("type")? else { return Ok(MessageKind::Text) };
        MessageKind::from_word(&word).ok_or_else(|| wrong("type", "is not a type of message"))
    }
}

/// Reads a draft of dialect 4, where the address of a picture, film, recording or file has a field of its own, and the
/// text becomes the caption.
fn with_media_url(fields: &mut Fields) -> Result<Draft, Trouble> {
    let (kind, metadata) = (fields.kind()?, fields.map("metadata")?);
    let address = fields.optional_text("media_url")?.filter(|address| !address.is_empty());
    match (kind.is_media(), address) {
        (true, Some(address)) => {
            let caption = fields.optional_text("content")?.filter(|text| !text.is_empty());
            Ok(Draft {
                kind,
                content: address,
                metadata: captioned(metadata, caption),
                reply_to: None,
                is_back_ends: false,
                said: None,
            })
        }
        (true, None) => Err(missing("media_url")),
        (false, None) => {
            Ok(Draft { kind, content: fields.content()?, metadata, reply_to: None, is_back_ends: false, said: None })
        }
        (false, Some(_)) => Err(wrong("media_url", "goes with photo, video, voice and file only")),
    }
}
