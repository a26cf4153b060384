//! Bodies of requests about pushes.

use chat_domain::Level;

use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// The body of `PUT push/subscriptions`: a browser's subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// The address to which pushes are posted.
    pub address: String,
    /// The browser's public key.
    pub key: String,
    /// The secret that the browser and the server share.
    pub auth: String,
}

impl NewDevice {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<NewDevice, Trouble> {
        let mut fields = Fields::parse(body)?;
        let address = fields.short_text("endpoint", LONGEST)?;
        let mut keys = fields.object("keys")?;
        Ok(NewDevice { address, key: keys.short_text("p256dh", KEY)?, auth: keys.short_text("auth", KEY)? })
    }
}

/// The body of `DELETE push/subscriptions`: the same subscription, of which only the address counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldDevice {
    /// The address to which pushes were posted.
    pub address: String,
}

impl OldDevice {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<OldDevice, Trouble> {
        Ok(OldDevice { address: Fields::parse(body)?.short_text("endpoint", LONGEST)? })
    }
}

/// The body of `PUT chats/{c}/notify`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetLevel(pub Level);

impl SetLevel {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<SetLevel, Trouble> {
        let word = Fields::parse(body)?.text("level")?;
        Level::of(&word).map(SetLevel).ok_or_else(|| wrong("level", "must be all, mentions or none"))
    }
}

/// The longest address, in characters.
const LONGEST: usize = 2048;
/// The longest key, in characters of base64, with room for other spellings.
const KEY: usize = 128;
