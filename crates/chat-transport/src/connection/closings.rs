//! How people's connections ended lately, for operators who look into a missing message.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_domain::{Time, UserId};
use chat_protocol::rest::answer::admin::Closing;

/// The last closings of each person, for an hour.
#[derive(Default)]
pub(crate) struct Closings(Mutex<ClosingsState>);

#[derive(Default)]
struct ClosingsState {
    people: HashMap<UserId, VecDeque<Closing>>,
    swept: Time,
}

impl Closings {
    /// Notes that a connection has ended.
    pub(crate) fn note(&self, user: UserId, closing: Closing) {
        let mut state = self.state();
        state.sweep(closing.at);
        let own = state.people.entry(user).or_default();
        own.push_back(closing);
        if own.len() > A_PERSON {
            own.pop_front();
        }
    }

    /// Returns a person's closings, newest first.
    pub(crate) fn of(&self, user: UserId, now: Time) -> Vec<Closing> {
        let state = self.state();
        let own = state.people.get(&user).into_iter().flatten().rev();
        own.filter(|closing| now.since(closing.at) < KEPT).cloned().collect()
    }

    /// Returns for how many people closings are kept.
    pub(crate) fn people(&self) -> usize {
        self.state().people.len()
    }

    fn state(&self) -> MutexGuard<'_, ClosingsState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClosingsState {
    /// Drops old closings, once a minute and when there are too many people. In the second case a quarter of the people go, those
    /// whose last closing is the oldest, so that this is seldom needed.
    fn sweep(&mut self, now: Time) {
        if self.people.len() < PEOPLE && now.since(self.swept) < SWEPT {
            return;
        }
        self.swept = now;
        self.people.retain(|_, own| own.back().is_some_and(|last| now.since(last.at) < KEPT));
        if self.people.len() < PEOPLE {
            return;
        }
        let mut last: Vec<Time> = self.people.values().filter_map(|own| own.back()).map(|last| last.at).collect();
        let (_, cut, _) = last.select_nth_unstable(PEOPLE / 4);
        let cut = *cut;
        self.people.retain(|_, own| own.back().is_some_and(|last| last.at > cut));
    }
}

/// How many closings of a person are kept.
const A_PERSON: usize = 20;
/// For how long closings are kept.
const KEPT: Duration = Duration::from_secs(3_600);
const SWEPT: Duration = Duration::from_secs(60);
/// For how many people closings are kept: they take some megabytes.
const PEOPLE: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: usize) -> UserId {
        UserId::new(number as i64 + 1).expect("an id")
    }

    fn closing(at: i64) -> Closing {
        Closing { at: Time::from_secs(at), dialect: "room", since: Time(0), code: Some(1013), reason: "too slow" }
    }

    #[test]
    fn the_last_twenty_of_the_last_hour_are_kept_the_newest_first() {
        let closings = Closings::default();
        (0..30).for_each(|at| closings.note(user(1), closing(at)));
        let at: Vec<_> = closings.of(user(1), Time::from_secs(30)).iter().map(|closing| closing.at).collect();
        assert_eq!(at, (10..30).rev().map(Time::from_secs).collect::<Vec<_>>());
        assert_eq!(closings.of(user(1), Time::from_secs(3_625)).len(), 4);
        assert!(closings.of(user(2), Time::from_secs(30)).is_empty());
    }

    #[test]
    fn nothing_is_kept_of_people_of_before_and_of_too_many() {
        let closings = Closings::default();
        (0..100).for_each(|who| closings.note(user(who), closing(0)));
        closings.note(user(100), closing(4_000));
        assert_eq!(closings.people(), 1);
        (0..3 * PEOPLE).for_each(|who| closings.note(user(who), closing(4_000 + who as i64 / 100)));
        assert!(closings.people() <= PEOPLE && !closings.of(user(3 * PEOPLE - 1), Time::from_secs(4_600)).is_empty());
    }
}
