//! The files of a Slack export: people, conversations and messages, each a JSON list.
//!
//! ```
//! use chat_protocol::slack::{self, Said};
//!
//! let day = br#"[{"type": "message", "user": "U1", "text": "<@U2> see <https://a.example|this>", "ts": "1355517523.000005"}]"#;
//! let said: Vec<Said> = slack::list(day).unwrap();
//! let name = |id: &str| (id == "U2").then(|| "boris".to_owned());
//! assert_eq!(slack::words(said[0].text(), &name), "@boris see this (https://a.example)");
//! assert_eq!(said[0].at().unwrap().0, 1_355_517_523_000_005);
//! ```

use chat_domain::{Emoji, Time};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A member of the workspace, in `users.json`.
#[derive(Debug, Deserialize)]
pub struct Member {
    /// The member's id, by which all other files name them.
    pub id: String,
    /// The name by which they are mentioned.
    pub name: Option<String>,
    /// What others see of them.
    pub profile: Option<Profile>,
}

/// What others see of a member.
#[derive(Debug, Deserialize)]
pub struct Profile {
    display_name: Option<String>,
    real_name: Option<String>,
    image_192: Option<String>,
}

impl Member {
    /// Returns the name that others see, if there is one.
    pub fn shown(&self) -> Option<&str> {
        let profile = self.profile.as_ref()?;
        [&profile.display_name, &profile.real_name]
            .into_iter()
            .flatten()
            .map(|name| name.trim())
            .find(|n| !n.is_empty())
    }

    /// Returns the address of their picture, if there is one.
    pub fn picture(&self) -> Option<&str> {
        self.profile.as_ref()?.image_192.as_deref()
    }
}

/// A conversation, in `channels.json`, `groups.json`, `mpims.json` or `dms.json`.
#[derive(Debug, Deserialize)]
pub struct Conversation {
    /// Its id. A conversation of two people has no other name.
    pub id: String,
    /// Its name, which is also that of its folder.
    pub name: Option<String>,
    /// When it was made, in seconds since 1970.
    pub created: Option<i64>,
    /// Who made it.
    pub creator: Option<String>,
    /// The ids of its present members.
    #[serde(default)]
    pub members: Vec<String>,
}

/// An entry of a day's file in a conversation's folder.
#[derive(Debug, Deserialize)]
pub struct Said {
    #[serde(rename = "type")]
    kind: Option<String>,
    subtype: Option<String>,
    /// The id of the member who said it.
    pub user: Option<String>,
    /// The name of the program that said it.
    pub username: Option<String>,
    text: Option<String>,
    /// When it was said, which is also its id within the conversation.
    pub ts: String,
    /// The id of the first message of its thread.
    pub thread_ts: Option<String>,
    reactions: Option<Vec<Reaction>>,
    files: Option<Vec<Attached>>,
}

/// The members who reacted to a message with one emoji.
#[derive(Debug, Deserialize)]
pub struct Reaction {
    name: String,
    /// Their ids.
    #[serde(default)]
    pub users: Vec<String>,
}

/// A file that was shared with a message. It stays where it is.
#[derive(Debug, Deserialize)]
struct Attached {
    title: Option<String>,
    name: Option<String>,
    permalink: Option<String>,
    url_private: Option<String>,
}

impl Said {
    /// Whether it is a message: not somebody's coming or going, a new topic, or something deleted.
    pub fn is_message(&self) -> bool {
        let subtype = self.subtype.as_deref();
        self.kind.as_deref() == Some("message")
            && matches!(
                subtype,
                None | Some("bot_message" | "me_message" | "thread_broadcast" | "file_share" | "file_comment")
            )
    }

    /// Returns its text, as Slack spells it.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Returns a line with name and address for each file that was shared with it.
    pub fn files(&self) -> impl Iterator<Item = String> + '_ {
        self.files.iter().flatten().map(|file| {
            let name = file.title.as_deref().or(file.name.as_deref()).unwrap_or("file");
            match file.permalink.as_deref().or(file.url_private.as_deref()) {
                Some(address) => format!("{name} ({address})"),
                None => name.to_owned(),
            }
        })
    }

    /// Returns when it was said.
    pub fn at(&self) -> Option<Time> {
        let (seconds, part) = self.ts.split_once('.').unwrap_or((&self.ts, "0"));
        let micros: i64 = format!("{part:0<6}").get(..6)?.parse().ok()?;
        Some(Time(seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)?))
    }

    /// Returns the id of the message that it answers, if it is in a thread that it did not begin.
    pub fn answers(&self) -> Option<&str> {
        self.thread_ts.as_deref().filter(|first| *first != self.ts)
    }

    /// Returns the reactions to it.
    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        self.reactions.iter().flatten()
    }
}

impl Reaction {
    /// Returns the emoji, without its skin tone.
    pub fn emoji(&self) -> Option<Emoji> {
        Emoji::called(self.name.split("::").next()?)
    }
}

/// Reads the list in a file, or returns what is wrong with it.
pub fn list<T: DeserializeOwned>(json: &[u8]) -> Result<Vec<T>, String> {
    serde_json::from_slice(json).map_err(|error| error.to_string())
}

/// Returns a text as people saw it: with names instead of ids (`name` finds them), with links as they read, and with
/// emoji instead of their names.
pub fn words(text: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (inside, after))) =
        rest.split_once('<').and_then(|(before, behind)| Some((before, behind.split_once('>')?)))
    {
        words.push_str(before);
        words.push_str(&reference(inside, name));
        rest = after;
    }
    words.push_str(rest);
    with_emoji(&words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// Returns what stands between `<` and `>`, as people saw it.
fn reference(inside: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    let (what, label) = inside.split_once('|').map_or((inside, None), |(what, label)| (what, Some(label)));
    match (what.split_at_checked(1), label) {
        (Some(("@", id)), _) => format!("@{}", name(id).or(label.map(str::to_owned)).unwrap_or(id.to_owned())),
        (Some(("#", id)), _) => format!("#{}", label.unwrap_or(id)),
        (Some(("!", command)), _) => label.map_or(format!("@{command}"), str::to_owned),
        (_, Some(label)) if label != what && !what.ends_with(label) => format!("{label} ({what})"),
        _ => what.to_owned(),
    }
}

/// Replaces `:smile:` by the emoji. Unknown names stay as they are.
fn with_emoji(text: &str) -> String {
    let mut parts = text.split(':').peekable();
    let mut words = parts.next().unwrap_or_default().to_owned();
    let mut is_behind_emoji = false;
    while let Some(part) = parts.next() {
        // After the last part there is no colon.
        let emoji = Emoji::called(part).filter(|emoji| !emoji.as_str().starts_with(':') && parts.peek().is_some());
        match emoji {
            Some(emoji) if !is_behind_emoji => {
                words.push_str(emoji.as_str());
                is_behind_emoji = true;
            }
            _ => {
                if !is_behind_emoji {
                    words.push(':');
                }
                words.push_str(part);
                is_behind_emoji = false;
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_as_it_looked() {
        let name = |id: &str| (id == "U2").then(|| "boris".to_owned());
        for (text, read) in [
            ("plain", "plain"),
            ("<@U2>: <@U9> and <@U8|eva>", "@boris: @U9 and @eva"),
            ("<#C1|tea> <!channel> <!subteam^S1|@ops>", "#tea @channel @ops"),
            (
                "<https://a.example> <https://a.example|a.example> <mailto:a@b.example|a@b.example>",
                "https://a.example https://a.example mailto:a@b.example",
            ),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt;", "1 < 2 && 3 > 2, &lt;"),
            (":thumbsup: at 12:30:45 :no_such: a:b", "👍 at 12:30:45 :no_such: a:b"),
            (":tea::tea:", "🍵🍵"),
            ("open < only", "open < only"),
        ] {
            assert_eq!(words(text, &name), read);
        }
    }

    #[test]
    fn what_is_no_message_is_none() {
        let day = br#"[{"type":"message","subtype":"channel_join","user":"U1","ts":"1.0"},{"type":"message","subtype":null,
            "user":"U1","text":"hi","ts":"1.5","thread_ts":"1.5","reactions":[{"name":"+1::skin-tone-2","users":["U1"]}],
            "files":[{"title":"plan.pdf","url_private":"https://files.example/1"}]}]"#;
        let said: Vec<Said> = list(day).unwrap();
        assert_eq!(said.iter().map(Said::is_message).collect::<Vec<_>>(), [false, true]);
        assert_eq!((said[1].at(), said[1].answers()), (Some(Time(1_500_000)), None));
        assert_eq!(said[1].reactions().next().unwrap().emoji().unwrap().as_str(), "👍");
        assert_eq!(said[1].files().collect::<Vec<_>>(), ["plan.pdf (https://files.example/1)"]);
        assert!(list::<Said>(b"{}").is_err());
    }
}
