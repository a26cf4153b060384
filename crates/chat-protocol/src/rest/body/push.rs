//! What somebody wants to be pushed, and where.

use chat_domain::Level;

use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// `PUT push/subscriptions`: what a browser's subscription says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// Where it is reached.
    pub address: String,
    /// Its public key.
    pub key: String,
    /// What only it and the server know.
    pub auth: String,
}

impl NewDevice {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<NewDevice, Trouble> {
        let mut fields = Fields::parse(body)?;
        let address = fields.short_text("endpoint", LONGEST)?;
        let mut keys = fields.object("keys")?;
        Ok(NewDevice { address, key: keys.short_text("p256dh", KEY)?, auth: keys.short_text("auth", KEY)? })
    }
}

/// `DELETE push/subscriptions`: the same; only where it was reached counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldDevice {
    /// Where it was reached.
    pub address: String,
}

impl OldDevice {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<OldDevice, Trouble> {
        Ok(OldDevice { address: Fields::parse(body)?.short_text("endpoint", LONGEST)? })
    }
}

/// `PUT chats/{c}/notify`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetLevel(pub Level);

impl SetLevel {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<SetLevel, Trouble> {
        let word = Fields::parse(body)?.text("level")?;
        Level::of(&word).map(SetLevel).ok_or_else(|| wrong("level", "must be all, mentions or none"))
    }
}

/// Characters of an address.
const LONGEST: usize = 2048;
/// Characters of a key: its bytes as base64, with room for other spellings.
const KEY: usize = 128;
