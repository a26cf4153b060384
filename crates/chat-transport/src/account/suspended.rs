//! The people who are suspended, as far as the directory has said.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::{Suspension, Time, UserId};

/// The suspended people, kept in memory.
#[derive(Default)]
pub(super) struct Suspended(Mutex<SuspendedState>);

#[derive(Default)]
struct SuspendedState {
    until: HashMap<UserId, Time>,
    /// The number of the newest suspension that was read; `None` before the first reading.
    seen: Option<u64>,
}

impl Suspended {
    /// Tells whether a user is suspended now.
    pub(super) fn is(&self, user: UserId, now: Time) -> bool {
        self.state().until.get(&user).is_some_and(|until| *until > now)
    }

    /// Returns the number of the newest suspension that was read; `None` before the first reading.
    pub(super) fn seen(&self) -> Option<u64> {
        self.state().seen
    }

    /// Adds suspensions that were read from the directory. Later numbers replace earlier ones of the same user.
    pub(super) fn take_in(&self, told: &[Suspension], now: Time) {
        let mut state = self.state();
        for Suspension { no, user, until } in told {
            // Two readings may overlap: an older one must not undo what a newer one said.
            if state.seen.is_none_or(|seen| *no > seen) {
                state.until.insert(*user, *until);
            }
        }
        let last = told.iter().map(|one| one.no).max().unwrap_or(0);
        state.seen = Some(state.seen.unwrap_or(0).max(last));
        state.until.retain(|_, until| *until > now);
    }

    /// Returns everybody who is suspended now.
    pub(super) fn all(&self, now: Time) -> Vec<UserId> {
        self.state().until.iter().filter(|(_, until)| **until > now).map(|(user, _)| *user).collect()
    }

    fn state(&self) -> MutexGuard<'_, SuspendedState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_last_counts_and_ends_by_itself() {
        let (suspended, user) = (Suspended::default(), |number| UserId::new(number).expect("an id"));
        let said = |no, number, until| Suspension { no, user: user(number), until: Time::from_secs(until) };
        let at = Time::from_secs;
        assert_eq!(suspended.seen(), None);
        suspended.take_in(&[said(1, 1, 10), said(2, 2, 20)], at(0));
        assert_eq!(
            (suspended.seen(), suspended.is(user(1), at(9)), suspended.is(user(1), at(10))),
            (Some(2), true, false)
        );
        suspended.take_in(&[said(3, 2, 0)], at(1));
        suspended.take_in(&[said(2, 2, 20)], at(1));
        assert!(!suspended.is(user(2), at(1)), "an older word changes nothing");
        assert_eq!(suspended.all(at(1)), [user(1)]);
        suspended.take_in(&[], at(11));
        assert_eq!((suspended.all(at(0)), suspended.seen()), (Vec::new(), Some(3)));
    }
}
