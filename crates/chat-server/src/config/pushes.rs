//! Settings of pushes.

use chat_transport::push::PushSettings;
use clap::{Args, ValueEnum};
use http::Uri;

/// Settings of pushes to people's devices.
#[derive(Clone, Debug, Args)]
pub(crate) struct Pushes {
    /// Whether a push contains names and the message's text. They are encrypted for the device, which shows them on its locked
    /// screen.
    #[arg(long, default_value = "all")]
    pub(crate) push_content: Content,
    /// The contact for operators of push services: an address that begins with `mailto:` or `https:`. Without it --public-url, if
    /// that begins with `https:`. Some services refuse pushes without a contact.
    #[arg(long, value_parser = contact)]
    pub(crate) push_contact: Option<String>,
}

/// What a push contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Content {
    /// Names and the message's text.
    All,
    /// Only which message it is.
    None,
}

impl Pushes {
    /// Returns the settings of pushes for a server with this public address.
    pub(crate) fn settings(&self, public: Option<&Uri>) -> PushSettings {
        let default = PushSettings::default();
        let public = public.filter(|address| address.scheme_str() == Some("https")).map(ToString::to_string);
        let contact = self.push_contact.clone().or(public).unwrap_or(default.contact);
        PushSettings { content: self.push_content == Content::All, contact, ..default }
    }
}

fn contact(text: &str) -> Result<String, String> {
    let named = text.strip_prefix("mailto:").or_else(|| text.strip_prefix("https://"));
    match named.filter(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)) {
        Some(_) => Ok(text.to_owned()),
        None => Err("must be an address such as mailto:ops@chat.example".into()),
    }
}
