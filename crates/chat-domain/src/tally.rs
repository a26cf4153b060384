//! How many people react to a message, by emoji.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::emoji::Emoji;

/// How many people react with one emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tally {
    /// The emoji that they give.
    pub emoji: Emoji,
    /// How many; never 0.
    pub count: u32,
}

/// The tallies of a message's reactions, in the order in which the emoji were first given. An emoji that nobody gives
/// any more loses its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tallies(Vec<Tally>);

impl Tallies {
    /// Returns how many people give an emoji.
    pub fn count(&self, emoji: &Emoji) -> u32 {
        self.iter().find(|tally| tally.emoji == *emoji).map_or(0, |tally| tally.count)
    }

    /// Returns the tallies, earliest emoji first.
    pub fn iter(&self) -> impl Iterator<Item = &Tally> {
        self.0.iter()
    }

    /// Whether nobody reacts.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this emoji may be given to a message that can have `most` different ones besides the like.
    pub(crate) fn has_room_for(&self, emoji: &Emoji, most: usize) -> bool {
        let others = self.iter().filter(|tally| !tally.emoji.is_like()).count();
        emoji.is_like() || others < most || self.count(emoji) > 0
    }

    /// Counts one person more for an emoji, or one fewer.
    pub(crate) fn change(&mut self, emoji: &Emoji, stands: bool) {
        match self.0.iter().position(|tally| tally.emoji == *emoji) {
            Some(at) if stands => self.0[at].count += 1,
            Some(at) if self.0[at].count > 1 => self.0[at].count -= 1,
            Some(at) => drop(self.0.remove(at)),
            None if stands => self.0.push(Tally { emoji: emoji.clone(), count: 1 }),
            None => {}
        }
    }

    /// Reads the spelling of `Display`, such as `❤️ 3 👍 1`.
    pub fn parse(text: &str) -> Option<Tallies> {
        let mut words = text.split_terminator(' ');
        let mut tallies = Vec::new();
        while let Some(emoji) = words.next() {
            let count = words.next()?.parse().ok().filter(|&count| count > 0)?;
            tallies.push(Tally { emoji: Emoji::new(emoji)?, count });
        }
        Some(Tallies(tallies))
    }

    /// Returns that spelling.
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
