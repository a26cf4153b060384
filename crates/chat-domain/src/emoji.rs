//! What people react to messages with.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// An emoji of Unicode, fully qualified, or a client's own emoji by its name: `:name:`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Emoji(Cow<'static, str>);

impl Emoji {
    /// The reaction that is called a like: ❤️ (U+2764 U+FE0F).
    pub const LIKE: Emoji = Emoji(Cow::Borrowed("\u{2764}\u{fe0f}"));

    /// Returns the emoji of this spelling: a sequence that Unicode lists, or 1–32 of `a-z0-9_+-` between colons. A
    /// sequence that is not fully qualified is completed, so U+2764 alone becomes the like. A skin tone alone is not an
    /// emoji.
    pub fn new(text: &str) -> Option<Emoji> {
        if let Some(listed) = emojis::get(text).filter(|_| !is_tone(text)) {
            return Some(Emoji(Cow::Borrowed(listed.as_str())));
        }
        let name = text.strip_prefix(':')?.strip_suffix(':')?;
        let letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'-');
        let good = (1..=32).contains(&name.len()) && name.bytes().all(letter);
        good.then(|| Emoji(Cow::Owned(text.into())))
    }

    /// Returns the emoji of Unicode with this name (`thumbsup`), or else a client's own emoji of this name.
    pub fn called(name: &str) -> Option<Emoji> {
        match emojis::get_by_shortcode(name) {
            Some(listed) => Emoji::new(listed.as_str()),
            None => Emoji::new(&alloc::format!(":{name}:")),
        }
    }

    /// Returns the one spelling in which it is told and stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the like.
    pub fn is_like(&self) -> bool {
        *self == Emoji::LIKE
    }
}

/// Whether it is a skin tone alone.
fn is_tone(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|letter| matches!(letter, '\u{1f3fb}'..='\u{1f3ff}')) && letters.next().is_none()
}

impl fmt::Display for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Emoji> for String {
    fn from(emoji: Emoji) -> String {
        emoji.0.into_owned()
    }
}

impl TryFrom<String> for Emoji {
    type Error = NotEmoji;

    fn try_from(text: String) -> Result<Emoji, NotEmoji> {
        Emoji::new(&text).ok_or(NotEmoji)
    }
}

/// The text is not an emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an emoji, or :name: of 1 to 32 lower-case letters, digits, '_', '+' or '-'")]
pub struct NotEmoji;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_emoji_is_one_emoji() {
        assert_eq!(Emoji::new("\u{2764}"), Some(Emoji::LIKE));
        assert_eq!(Emoji::new("\u{2764}\u{fe0f}"), Some(Emoji::LIKE));
        let eye = Emoji::new("\u{1f441}\u{200d}\u{1f5e8}").unwrap();
        assert_eq!(eye.as_str(), "\u{1f441}\u{fe0f}\u{200d}\u{1f5e8}\u{fe0f}");
        // A tinted hand is an emoji of its own; Unicode 15.0 added the shaking face.
        for one in ["👍", "👍🏽", "1\u{fe0f}\u{20e3}", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🫨", ":party_parrot:", ":+1:", ":-:"]
        {
            assert_eq!(Emoji::new(one).unwrap().as_str(), one);
        }
    }

    #[test]
    fn other_text_is_none() {
        let long = alloc::format!(":{}:", "a".repeat(33));
        for text in
            ["", "\u{1f3fd}", "\u{1f3fb}", "a", "1", "👍👍", "👍 ", "::", ":A:", ":a b:", ":a", "a:", ":é:", &long]
        {
            assert_eq!(Emoji::new(text), None, "{text:?}");
        }
    }
}
