//! Tokens that were ended a moment ago. Somebody may be on their way in with one: checked before it was ended, and not yet known
//! to the hub. They are found here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_domain::grant::{Family, Holder};
use chat_domain::{Time, UserId};

use super::caller::Pass;

/// The families and people whose tokens were ended lately.
#[derive(Default)]
pub(super) struct Endings(Mutex<EndingsState>);

#[derive(Default)]
struct EndingsState {
    families: HashMap<Family, Time>,
    people: HashMap<UserId, (Holder, Time)>,
    swept: Time,
}

impl Endings {
    /// Notes that a family was ended.
    pub(super) fn family(&self, family: Family, now: Time) {
        self.swept(now).families.insert(family, now);
    }

    /// Notes that all tokens of a user made until now were ended.
    pub(super) fn person(&self, holder: Holder, now: Time) {
        self.swept(now).people.insert(holder.account.person.id(), (holder, now));
    }

    /// Tells whether this user's token is among those that were ended.
    pub(super) fn concern(&self, user: UserId, pass: &Pass) -> bool {
        let state = self.state();
        let family = pass.grant.and_then(|grant| grant.family);
        let person = state.people.get(&user).map(|(holder, _)| holder);
        family.is_some_and(|family| state.families.contains_key(&family))
            || person.is_some_and(|holder| !pass.is_honoured(holder))
    }

    /// Locks the state, and drops what is so old that nobody can still be on their way in with a token from before it.
    fn swept(&self, now: Time) -> MutexGuard<'_, EndingsState> {
        let mut state = self.state();
        if state.swept.after(LONG) <= now {
            state.families.retain(|_, at| at.after(LONG) > now);
            state.people.retain(|_, (_, at)| at.after(LONG) > now);
            state.swept = now;
        }
        state
    }

    fn state(&self) -> MutexGuard<'_, EndingsState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Longer than anybody's way in takes.
const LONG: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chat_domain::grant::Grant;
    use chat_domain::{Account, Person};

    use super::*;

    fn user(number: i64) -> UserId {
        UserId::new(number).expect("an id")
    }

    fn holder(number: i64, generation: i64, since: Time) -> Holder {
        let handle = user(number).into();
        let person = Arc::new(Person { handle, username: "a".into(), name: "A".into(), avatar: String::new() });
        Holder { account: Account { person, last_seen: None }, generation, since }
    }

    fn own(family: i64, generation: i64) -> Pass {
        let grant = Grant { family: Some(Family(family)), generation };
        Pass { expires: Time(i64::MAX), grant: Some(grant), issued: None }
    }

    fn foreign(issued: Option<Time>) -> Pass {
        Pass { expires: Time(i64::MAX), grant: None, issued }
    }

    #[test]
    fn what_was_ended_concerns_the_tokens_of_before_and_no_others() {
        let (endings, at) = (Endings::default(), Time::from_secs);
        endings.family(Family(7), at(1_000));
        endings.person(holder(1, 3, at(1_000)), at(1_000));
        assert!(endings.concern(user(2), &own(7, 9)) && !endings.concern(user(2), &own(8, 0)));
        assert!(endings.concern(user(1), &own(8, 2)) && !endings.concern(user(1), &own(8, 3)));
        assert!(endings.concern(user(1), &foreign(Some(at(999)))));
        assert!(!endings.concern(user(1), &foreign(Some(at(1_000)))) && !endings.concern(user(1), &foreign(None)));
        endings.family(Family(9), at(1_200));
        assert!(!endings.concern(user(2), &own(7, 9)) && !endings.concern(user(1), &own(8, 2)), "nobody is that late");
    }
}
