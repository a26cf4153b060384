//! What a client asks for beyond the documents. Who asks for nothing is told what the documents say, byte for byte.
//!
//! What is beyond them, and how each entrance tells it (a test makes this table from the codecs and compares): *native* is a frame
//! of its own for who asks, *fallback* is told to who does not ask, in the dialect's own words, and *silent* is told to nobody:
//! the next frame's cursor is past it.
//!
//! | event | SSE | bare | multiplexed | room | roulette | personal | Socket.IO |
//! |---|---|---|---|---|---|---|---|
//! | reacted | native | silent | native | native | native | silent | native |
//! | unreacted | native | silent | native | native | native | silent | native |
//! | pinned | native | silent | native | native | native | silent | native |
//! | unpinned | native | silent | native | native | native | silent | native |
//! | updated | native | silent | native | native | native | silent | native |
//! | changed | native | silent | native | native | native | silent | native |

use chat_domain::{Change, Extra};

use crate::news::News;

/// A set of additions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Features(u8);

impl Features {
    /// Nothing beyond the documents.
    pub const NONE: Features = Features(0);
    /// Reactions other than likes, and all of them in message objects.
    pub const REACTIONS: Features = Features(1);
    /// What messages answer, and how many answers they have.
    pub const REPLIES: Features = Features(2);
    /// Whom messages mention, and how many unread ones mention the reader.
    pub const MENTIONS: Features = Features(4);
    /// Which messages are pinned, and that they are.
    pub const PINS: Features = Features(8);
    /// The files of messages, and the type of message that is any file.
    pub const FILES: Features = Features(16);
    /// What those who lead a group do: ranks, mutes, bans, the group's title and rules.
    pub const MODERATION: Features = Features(32);
    /// All that there are.
    pub const ALL: Features = Features(63);
    /// What nobody can ask for.
    const NOBODYS: Features = Features(128);
    /// Those that message objects show.
    const IN_MESSAGES: Features = Features(31);

    /// The additions that these names, between commas, stand for. What names nothing asks for nothing.
    pub fn named(names: &str) -> Features {
        names.split(',').fold(Features::NONE, |asked, name| asked.and(Features::of(name.trim())))
    }

    /// What one of these asks for, or the other.
    pub fn and(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }

    /// Whether all of these are asked for.
    pub const fn has(self, others: Features) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those of them that make a difference in what is told of this news: who asked for others may share its frame.
    pub fn shown_by(self, news: &News) -> Features {
        let shown = match news {
            News::Event(event) => match &event.change {
                Change::Sent { .. } | Change::Edited { .. } => Features::IN_MESSAGES,
                Change::Extra(extra) => Features::of_extra(extra),
                Change::Created { .. } | Change::Added { .. } | Change::Removed { .. } => Features::NONE,
                Change::Closed | Change::Deleted { .. } => Features::NONE,
                Change::Liked { .. } | Change::Unliked { .. } => Features::NONE,
                Change::Read(_) | Change::Delivered(_) => Features::NONE,
            },
            News::Summary { .. } => Features::IN_MESSAGES,
            News::Typing(_) | News::Presence(_) | News::Notification(_) => Features::NONE,
            News::PostLiked(_) | News::PostCommented(_) | News::Match { .. } | News::Left { .. } => Features::NONE,
        };
        Features(self.0 & shown.0)
    }

    /// What must be asked for to be told of this.
    pub(crate) fn of_extra(extra: &Extra) -> Features {
        match extra {
            Extra::Reacted { .. } | Extra::Unreacted { .. } => Features::REACTIONS,
            Extra::Pinned { .. } | Extra::Unpinned { .. } => Features::PINS,
            Extra::Updated { .. } | Extra::Changed { .. } => Features::MODERATION,
            Extra::Silenced { .. } => Features::NOBODYS,
        }
    }

    fn of(name: &str) -> Features {
        match name {
            "reactions" => Features::REACTIONS,
            "replies" => Features::REPLIES,
            "mentions" => Features::MENTIONS,
            "pins" => Features::PINS,
            "files" => Features::FILES,
            "moderation" => Features::MODERATION,
            "all" => Features::ALL,
            _ => Features::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_add_up_and_what_names_nothing_asks_for_nothing() {
        assert_eq!(Features::named("reactions"), Features::REACTIONS);
        assert_eq!(Features::named(" reactions ,x"), Features::REACTIONS);
        assert_eq!(Features::named("all"), Features::ALL);
        assert_eq!(Features::named("replies,reactions"), Features::REPLIES.and(Features::REACTIONS));
        for nothing in ["", ",", "Reactions", "reactions;", "reaction", "none"] {
            assert_eq!(Features::named(nothing), Features::NONE, "{nothing}");
        }
        assert!(Features::NONE.and(Features::ALL).has(Features::REACTIONS) && !Features::NONE.has(Features::REACTIONS));
    }
}
