//! The state of a room in telling its news, and the order of turns among rooms.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chat_domain::RoomId;

/// The state of a room in telling its news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// Everybody has heard everything.
    Idle,
    /// It has news and waits for its turn.
    Ready,
    /// It is in a round, in which every member is asked once. Orders to it are held back.
    Round {
        /// When the round began.
        began: Instant,
        /// Whether there was news since then: if so, another round follows.
        again: bool,
    },
    /// A round that took several turns is over. The next one waits a little for what is on its way, so that more goes out with
    /// each write, which is what costs.
    Pausing {
        /// When the pause ends at the latest.
        until: Instant,
        /// Whether there is news by now.
        news: bool,
    },
}

/// When a shard has more to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At once, after other tasks had their turn.
    Now,
    /// When a pause ends.
    At(Instant),
    /// When something new happens.
    Later,
}

impl Next {
    /// Returns the earlier of this and `when`.
    pub(super) fn no_later(self, when: Option<Instant>) -> Next {
        match (self, when) {
            (Next::Now, _) | (_, None) => self,
            (Next::At(known), Some(when)) => Next::At(known.min(when)),
            (Next::Later, Some(when)) => Next::At(when),
        }
    }
}

/// The rooms with news, in the order of their turns.
#[derive(Default)]
pub(super) struct Turns {
    ready: VecDeque<RoomId>,
    pausing: Vec<(Instant, RoomId)>,
}

impl Telling {
    /// Notes that there is news in this room.
    pub(super) fn touch(&mut self, id: RoomId, turns: &mut Turns) {
        match self {
            Telling::Idle => {
                *self = Telling::Ready;
                turns.ready.push_back(id);
            }
            Telling::Round { again, .. } => *again = true,
            Telling::Pausing { until, news: news @ false } => {
                *news = true;
                turns.pausing.push((*until, id));
            }
            Telling::Ready | Telling::Pausing { news: true, .. } => {}
        }
    }

    /// Begins a turn. Returns true if a round begins with it.
    pub(super) fn begin(&mut self, now: Instant) -> bool {
        if matches!(self, Telling::Round { .. }) {
            return false;
        }
        *self = Telling::Round { began: now, again: false };
        true
    }

    /// Ends a turn, and the round too if everybody was asked. A round that took several turns is followed by a pause, at most as
    /// long as the round: where the core is the bottleneck something is always on its way, and then goes out together.
    pub(super) fn end(&mut self, id: RoomId, all_asked: bool, now: Instant, turns: &mut Turns) {
        let Telling::Round { began, again } = *self else { return };
        if !all_asked {
            return turns.ready.push_back(id);
        }
        let took = now.duration_since(began);
        *self = match took.is_zero() {
            true => Telling::Idle,
            false => Telling::Pausing { until: now + took.min(LONGEST_PAUSE), news: false },
        };
        if again {
            self.touch(id, turns);
        }
    }

    /// Tells whether there is nothing to tell.
    pub(super) fn is_idle(self) -> bool {
        matches!(self, Telling::Idle | Telling::Pausing { news: false, .. })
    }

    /// Tells whether the room is in a round.
    pub(super) fn is_in_round(self) -> bool {
        matches!(self, Telling::Round { .. })
    }
}

impl Turns {
    /// Takes the room whose turn it is. Pauses end early if nothing more is expected.
    pub(super) fn take(&mut self, now: Instant, expects: bool) -> Option<RoomId> {
        let ready = &mut self.ready;
        self.pausing.retain(|&(when, room)| {
            let pauses = expects && when > now;
            if !pauses {
                ready.push_back(room);
            }
            pauses
        });
        ready.pop_front()
    }

    /// Returns when there is more to tell.
    pub(super) fn next(&self, expects: bool) -> Next {
        match self.pausing.iter().map(|(when, _)| *when).min() {
            _ if !self.ready.is_empty() => Next::Now,
            Some(when) if expects => Next::At(when),
            Some(_) => Next::Now,
            None => Next::Later,
        }
    }

    /// Returns the rooms that wait for a turn.
    pub(super) fn ready(&self) -> impl Iterator<Item = RoomId> {
        self.ready.iter().copied()
    }
}

/// The longest pause between two rounds.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    /// A room with news, and what drives its telling.
    fn ready() -> (RoomId, Telling, Turns, Instant) {
        let (id, mut turns, mut telling) = (RoomId::new(1).expect("an id"), Turns::default(), Telling::Idle);
        telling.touch(id, &mut turns);
        (id, telling, turns, Instant::now())
    }

    #[test]
    fn a_round_in_one_turn_is_followed_by_no_pause() {
        let (id, mut telling, mut turns, now) = ready();
        telling.touch(id, &mut turns);
        assert_eq!((turns.take(now, true), turns.take(now, true)), (Some(id), None), "one turn, however much news");
        assert!(telling.begin(now));
        telling.end(id, true, now, &mut turns);
        assert_eq!((telling, turns.next(true)), (Telling::Idle, Next::Later));
    }

    #[test]
    fn news_during_a_round_is_told_in_the_next_one() {
        let (id, mut telling, mut turns, now) = ready();
        turns.take(now, true);
        telling.begin(now);
        telling.touch(id, &mut turns);
        assert_eq!(turns.next(true), Next::Later, "whose round is under way has its turn");
        telling.end(id, true, now, &mut turns);
        assert_eq!((telling, turns.take(now, true)), (Telling::Ready, Some(id)));
    }

    #[test]
    fn a_round_of_several_turns_is_followed_by_a_pause_as_long_and_no_longer_than_the_longest() {
        for (took, pause) in [(3, 3), (30, 10)] {
            let (id, mut telling, mut turns, now) = ready();
            let at = |millis| now + Duration::from_millis(millis);
            turns.take(now, true);
            assert!(telling.begin(now));
            telling.end(id, false, now, &mut turns);
            assert!(telling.is_in_round());
            turns.take(at(took), true);
            assert!(!telling.begin(at(took)), "the same round goes on");
            telling.end(id, true, at(took), &mut turns);
            assert_eq!(turns.next(true), Next::Later, "without news nobody wakes up");
            telling.touch(id, &mut turns);
            telling.touch(id, &mut turns);
            let until = at(took + pause);
            assert_eq!((turns.next(true), turns.take(at(took + pause - 1), true)), (Next::At(until), None));
            assert_eq!((turns.take(until, true), turns.take(until, true)), (Some(id), None));
        }
    }

    #[test]
    fn nobody_pauses_while_nothing_is_on_its_way() {
        let (id, mut telling, mut turns, now) = ready();
        let at = |millis| now + Duration::from_millis(millis);
        turns.take(now, true);
        telling.begin(now);
        telling.end(id, false, now, &mut turns);
        turns.take(at(4), true);
        telling.touch(id, &mut turns);
        telling.end(id, true, at(4), &mut turns);
        assert_eq!((turns.next(true), turns.next(false)), (Next::At(at(8)), Next::Now));
        assert_eq!((turns.take(at(5), true), turns.take(at(5), false)), (None, Some(id)));
    }
}
