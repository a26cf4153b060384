//! Additions: what clients can ask for beyond the documents. A client that asks for nothing is told what the documents
//! say, byte for byte.
//!
//! The table shows how each entrance tells the events that the documents do not have; a test compares it with the
//! codecs. *Native*: clients that ask for the event get a frame for it. *Fallback*: clients that do not ask get a frame
//! of the documents instead. *Silent*: nobody gets a frame, and the next frame's cursor is after the event.
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
    /// Reactions other than likes; message objects show all reactions.
    pub const REACTIONS: Features = Features(1);
    /// Replies: message objects show what they answer, and how many replies they have.
    pub const REPLIES: Features = Features(2);
    /// Mentions: message objects show whom they mention, and chat lists how many unread messages mention the reader.
    pub const MENTIONS: Features = Features(4);
    /// Pins: which messages are pinned, and events about that.
    pub const PINS: Features = Features(8);
    /// Files: message objects show their files, and there are messages of the type `file`.
    pub const FILES: Features = Features(16);
    /// Moderation: ranks, mutes, bans, and the title and rules of groups.
    pub const MODERATION: Features = Features(32);
    /// All additions.
    pub const ALL: Features = Features(63);
    /// An addition that nobody can ask for.
    const NOBODYS: Features = Features(128);
    /// The additions that message objects show.
    const IN_MESSAGES: Features = Features(31);

    /// Returns the additions with these names, which are separated by commas. Unknown names are ignored.
    pub fn named(names: &str) -> Features {
        names.split(',').fold(Features::NONE, |asked, name| asked.and(Features::of(name.trim())))
    }

    /// Returns the additions that are in either set.
    pub fn and(self, other: Features) -> Features {
        Features(self.0 | other.0)
    }

    /// Whether all of these are in the set.
    pub const fn has(self, others: Features) -> bool {
        self.0 & others.0 == others.0
    }

    /// Returns those of the additions that make a difference for this news. Clients that differ in the others can share
    /// its frames.
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

    /// Returns what a client must ask for to be told of this extra.
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
