//! Settings of what people are pushed.

use chat_transport::push::PushSettings;
use clap::{Args, ValueEnum};
use http::Uri;

/// What people are pushed while they have nothing open.
#[derive(Clone, Debug, Args)]
pub(crate) struct Pushes {
    /// Whether names and words go along with a push; they are encrypted for the device, and the device shows them on its locked screen.
    #[arg(long, default_value = "all")]
    pub(crate) push_content: Content,
    /// Whom those write to who run push services: an address beginning with `mailto:` or `https:`. Without it --public-url, if that is
    /// one; some services take nothing from who says neither.
    #[arg(long, value_parser = contact)]
    pub(crate) push_contact: Option<String>,
}

/// What goes along with a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Content {
    /// Names and words.
    All,
    /// Which message it is.
    None,
}

impl Pushes {
    /// How people are pushed what they miss by a server with this address.
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
