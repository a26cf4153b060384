//! Who is typing.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use crate::id::{RoomId, UserId};
use crate::time::Time;

/// Typing ends by itself this long after its last sign.
pub const TYPING_ENDS: Duration = Duration::from_secs(3);

/// A repeated sign of typing is passed on if the last one that was passed on is at least this old.
pub const TYPING_REPEATS: Duration = Duration::from_secs(2);

/// Who is typing where. Its owner gives it signs with the present time, and gets what the others in the room are to be
/// told; at [`Typing::deadline`] it gives a [`TypingSign::Tick`]. Whether somebody may type in a room must be asked
/// before.
#[derive(Clone, Debug, Default)]
pub struct Typing {
    signs: BTreeMap<(UserId, RoomId), Span>,
    ends: BTreeSet<(Time, UserId, RoomId)>,
}

/// A sign from which typing is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TypingSign {
    /// A client says that its user types.
    Types {
        /// The room in which they type.
        room: RoomId,
        /// The person who types.
        user: UserId,
    },
    /// A client says that its user stopped; or the user sent the message, or left the room.
    Stops {
        /// The room in which they stopped.
        room: RoomId,
        /// The person who stopped.
        user: UserId,
    },
    /// A user's connection was closed.
    Leaves {
        /// Whose connection went away.
        user: UserId,
    },
    /// Some time has passed.
    Tick,
}

/// What the others in the room are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Typed {
    /// The room.
    pub room: RoomId,
    /// The user whose typing began or ended.
    pub user: UserId,
    /// Whether they type.
    pub typing: bool,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    ends: Time,
    told: Time,
}

impl Typing {
    /// Takes in a sign and returns what is to be told: first what has ended by now, then what the sign brings.
    pub fn handle(&mut self, now: Time, sign: TypingSign) -> Vec<Typed> {
        let mut told = self.expired(now);
        match sign {
            TypingSign::Types { room, user } => told.extend(self.types(now, room, user)),
            TypingSign::Stops { room, user } => told.extend(self.stops(room, user)),
            TypingSign::Leaves { user } => {
                let rooms: Vec<_> = self.rooms(user).collect();
                told.extend(rooms.into_iter().filter_map(|room| self.stops(room, user)));
            }
            TypingSign::Tick => {}
        }
        told
    }

    /// Returns when the next typing ends by itself.
    pub fn deadline(&self) -> Option<Time> {
        self.ends.first().map(|&(ends, ..)| ends)
    }

    /// Whether a user is typing in a room.
    pub fn is_typing(&self, room: RoomId, user: UserId) -> bool {
        self.signs.contains_key(&(user, room))
    }

    fn types(&mut self, now: Time, room: RoomId, user: UserId) -> Option<Typed> {
        let ends = now.after(TYPING_ENDS);
        let before = self.signs.get(&(user, room)).copied();
        let tell = before.is_none_or(|span| now.since(span.told) >= TYPING_REPEATS);
        let told = before.filter(|_| !tell).map_or(now, |span| span.told);
        if let Some(span) = before {
            self.ends.remove(&(span.ends, user, room));
        }
        self.signs.insert((user, room), Span { ends, told });
        self.ends.insert((ends, user, room));
        tell.then_some(Typed { room, user, typing: true })
    }

    fn stops(&mut self, room: RoomId, user: UserId) -> Option<Typed> {
        let span = self.signs.remove(&(user, room))?;
        self.ends.remove(&(span.ends, user, room));
        Some(Typed { room, user, typing: false })
    }

    /// Ends typing whose time has come. Also typing that would last longer than possible: the clock was set back.
    fn expired(&mut self, now: Time) -> Vec<Typed> {
        let latest = now.after(TYPING_ENDS);
        let due = |&&(ends, ..): &&(Time, UserId, RoomId)| ends <= now || ends > latest;
        let (early, late) = (self.ends.iter().take_while(due), self.ends.iter().rev().take_while(due));
        let due: BTreeSet<_> = early.chain(late).map(|&(_, user, room)| (user, room)).collect();
        due.into_iter().filter_map(|(user, room)| self.stops(room, user)).collect()
    }

    fn rooms(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.signs.range((user, MIN_ROOM)..).take_while(move |((who, _), _)| *who == user).map(|((_, room), _)| *room)
    }
}

const MIN_ROOM: RoomId = RoomId::new(1).expect("1 is an id");

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn room(number: i64) -> RoomId {
        RoomId::new(number).unwrap()
    }

    fn user(number: i64) -> UserId {
        UserId::new(number).unwrap()
    }

    fn at(millis: i64) -> Time {
        Time(1_000_000_000 + millis * 1_000)
    }

    fn types(who: i64) -> TypingSign {
        TypingSign::Types { room: room(1), user: user(who) }
    }

    fn typed(who: i64, typing: bool) -> Typed {
        Typed { room: room(1), user: user(who), typing }
    }

    #[test]
    fn it_ends_three_seconds_after_the_last_sign() {
        let mut machine = Typing::default();
        assert_eq!(machine.handle(at(0), types(1)), vec![typed(1, true)]);
        assert_eq!(machine.handle(at(1_500), types(1)), vec![]);
        assert_eq!(machine.deadline(), Some(at(4_500)));
        assert_eq!(machine.handle(at(4_499), TypingSign::Tick), vec![]);
        assert_eq!(machine.handle(at(4_500), TypingSign::Tick), vec![typed(1, false)]);
        assert_eq!(machine.deadline(), None);
    }

    #[test]
    fn a_repeat_is_passed_on_after_two_seconds() {
        let mut machine = Typing::default();
        machine.handle(at(0), types(1));
        assert_eq!(machine.handle(at(1_999), types(1)), vec![]);
        assert_eq!(machine.handle(at(2_000), types(1)), vec![typed(1, true)]);
        assert_eq!(machine.handle(at(3_900), types(1)), vec![]);
    }

    #[test]
    fn stopping_and_leaving_end_it_once() {
        let mut machine = Typing::default();
        machine.handle(at(0), types(1));
        machine.handle(at(0), types(2));
        machine.handle(at(0), TypingSign::Types { room: room(2), user: user(2) });
        assert_eq!(machine.handle(at(1), TypingSign::Stops { room: room(1), user: user(1) }), vec![typed(1, false)]);
        assert_eq!(machine.handle(at(1), TypingSign::Stops { room: room(1), user: user(1) }), vec![]);
        assert_eq!(machine.handle(at(2), TypingSign::Leaves { user: user(2) }).len(), 2);
        assert_eq!((machine.deadline(), machine.is_typing(room(1), user(2))), (None, false));
    }

    #[test]
    fn a_clock_set_back_ends_it_too() {
        let mut machine = Typing::default();
        machine.handle(at(3_600_000), types(1));
        assert_eq!(machine.handle(at(0), TypingSign::Tick), vec![typed(1, false)]);
        assert_eq!(machine.handle(at(0), types(1)), vec![typed(1, true)]);
    }
}
