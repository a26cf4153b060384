//! How many people react to a message, and with what.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::emoji::Emoji;

/// How many people stand behind one emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tally {
    /// The emoji that they give.
    pub emoji: Emoji,
    /// How many; never 0.
    pub count: u32,
}

/// What a message's reactions come to. An emoji comes before those that were first given later, as long as anybody stands
/// behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tallies(Vec<Tally>);

impl Tallies {
    /// How many stand behind an emoji.
    pub fn count(&self, emoji: &Emoji) -> u32 {
        self.iter().find(|tally| tally.emoji == *emoji).map_or(0, |tally| tally.count)
    }

    /// All of them, the earliest first.
    pub fn iter(&self) -> impl Iterator<Item = &Tally> {
        self.0.iter()
    }

    /// Whether nobody reacted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the emoji may be given where a message has at most so many different ones, the like aside.
    pub(crate) fn has_room_for(&self, emoji: &Emoji, most: usize) -> bool {
        let others = self.iter().filter(|tally| !tally.emoji.is_like()).count();
        emoji.is_like() || others < most || self.count(emoji) > 0
    }

    /// One more person stands behind an emoji, or one fewer.
    pub(crate) fn change(&mut self, emoji: &Emoji, stands: bool) {
        match self.0.iter().position(|tally| tally.emoji == *emoji) {
            Some(at) if stands => self.0[at].count += 1,
            Some(at) if self.0[at].count > 1 => self.0[at].count -= 1,
            Some(at) => drop(self.0.remove(at)),
            None if stands => self.0.push(Tally { emoji: emoji.clone(), count: 1 }),
            None => {}
        }
    }

    /// The tallies that were spelled by `Display`: `❤️ 3 👍 1`.
    pub fn parse(text: &str) -> Option<Tallies> {
        let mut words = text.split_terminator(' ');
        let mut tallies = Vec::new();
        while let Some(emoji) = words.next() {
            let count = words.next()?.parse().ok().filter(|&count| count > 0)?;
            tallies.push(Tally { emoji: Emoji::new(emoji)?, count });
        }
        Some(Tallies(tallies))
    }

    /// The same, spelled.
    pub fn spelled(&self) -> String {
        alloc::format!("{self}")
    }
}

impl fmt::Display for Tallies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Tally { emoji, count }) in self.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{emoji} {count}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_come_in_the_order_in_which_they_began() {
        let (thumb, named) = (Emoji::new("👍").unwrap(), Emoji::new(":hm:").unwrap());
        let mut tallies = Tallies::default();
        for (emoji, stands) in [(&thumb, true), (&Emoji::LIKE, true), (&thumb, true), (&named, true)] {
            tallies.change(emoji, stands);
        }
        assert_eq!(tallies.spelled(), "👍 2 ❤️ 1 :hm: 1");
        assert_eq!(Tallies::parse(&tallies.spelled()), Some(tallies.clone()));
        [false, false, true].into_iter().for_each(|stands| tallies.change(&thumb, stands));
        assert_eq!(tallies.spelled(), "❤️ 1 :hm: 1 👍 1");
        assert_eq!((tallies.count(&thumb), tallies.count(&Emoji::new("👎").unwrap())), (1, 0));
        assert_eq!(Tallies::parse(""), Some(Tallies::default()));
        for bad in ["👍", "👍 0", "x 1", "👍 -1"] {
            assert_eq!(Tallies::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_message_has_room_for_so_many_emoji_and_the_like() {
        let mut tallies = Tallies::default();
        for number in 0..20 {
            let emoji = Emoji::new(&alloc::format!(":{number}:")).unwrap();
            assert!(tallies.has_room_for(&emoji, 20));
            tallies.change(&emoji, true);
        }
        assert!(!tallies.has_room_for(&Emoji::new(":20:").unwrap(), 20));
        assert!(tallies.has_room_for(&Emoji::new(":0:").unwrap(), 20) && tallies.has_room_for(&Emoji::LIKE, 20));
    }
}
