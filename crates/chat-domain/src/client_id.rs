//! A sender's own name for a request, by which a repeat is recognised.

use alloc::string::String;

/// A sender's own name for a request, by which a repeat is recognised: 1–64 printable characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct ClientId(String);

impl ClientId {
    /// Makes a name of 1–64 characters, all of them printable; otherwise returns `None`.
    pub fn new(name: impl Into<String>) -> Option<ClientId> {
        let name = name.into();
        let good = !name.is_empty() && name.chars().take(65).count() <= 64 && !name.chars().any(char::is_control);
        good.then_some(ClientId(name))
    }

    /// Returns the name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ClientId> for String {
    fn from(name: ClientId) -> String {
        name.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = NotClientId;

    fn try_from(name: String) -> Result<ClientId, NotClientId> {
        ClientId::new(name).ok_or(NotClientId)
    }
}

/// The text is not 1–64 printable characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 64 printable characters")]
pub struct NotClientId;
