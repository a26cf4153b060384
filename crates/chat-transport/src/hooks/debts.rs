//! What a webhook has still to be told: the position in the feed, and for each room with undelivered events the first of them. A
//! room whose next event fails waits and is tried again later, while the others go on.

use std::collections::BTreeMap;

use chat_domain::subscribers::{Owed, Progress};
use chat_domain::{FeedEntry, RoomId, Time};

use super::settings::HookSettings;
use crate::again;

/// What a webhook has still to be told.
pub(super) struct Debts {
    fed: u64,
    /// By room; `None` stands for reports.
    rooms: BTreeMap<Option<RoomId>, Debt>,
    failing: Option<Time>,
    why: String,
    ended: Option<Time>,
    changed: bool,
}

/// What is owed about a room, and whether it is being told at the moment.
struct Debt {
    owed: Owed,
    under_way: bool,
}

/// A range of events of a room, or of reports, that is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) room: Option<RoomId>,
    pub(super) from: u64,
    pub(super) upto: u64,
}

/// The result of a job: the first change that was not told, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) room: Option<RoomId>,
    pub(super) next: u64,
    pub(super) end: End,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Everything was told that was tried.
    Told,
    /// The address did not accept an event.
    Refused(String),
    /// The address wants no more events.
    Gone,
    /// The journal could not be read.
    Unread,
}

impl Debts {
    pub(super) fn new(progress: Progress) -> Debts {
        let Progress { fed, owed, failing, why, ended } = progress;
        let rooms = owed.into_iter().map(|owed| (owed.room, Debt { owed, under_way: false })).collect();
        Debts { fed, rooms, failing, why, ended, changed: false }
    }

    /// Returns the number in the feed up to which everything is told or owed.
    pub(super) fn fed(&self) -> u64 {
        self.fed
    }

    /// Returns how many more entries of the feed may be taken in.
    pub(super) fn room_for(&self) -> usize {
        MOST.saturating_sub(self.rooms.len())
    }

    /// Takes in entries of the feed. Those of rooms that are not wanted only move the position.
    pub(super) fn take_in(&mut self, entries: Vec<FeedEntry>, wanted: impl Fn(Option<RoomId>) -> bool, now: Time) {
        for FeedEntry { no, room, from, upto } in entries {
            (self.fed, self.changed) = (no, true);
            if wanted(room) {
                let owed = Owed { room, next: from, upto, tries: 0, since: None, due: now };
                let debt = self.rooms.entry(room).or_insert(Debt { owed, under_way: false });
                debt.owed.upto = debt.owed.upto.max(upto);
            }
        }
    }

    /// Returns the job that has been due for longest, and marks its room as under way.
    pub(super) fn next(&mut self, now: Time) -> Option<Job> {
        let waiting = self.rooms.values_mut().filter(|debt| !debt.under_way && debt.owed.due <= now);
        let debt = waiting.min_by_key(|debt| debt.owed.due)?;
        debt.under_way = true;
        Some(Job { room: debt.owed.room, from: debt.owed.next, upto: debt.owed.upto })
    }

    /// Returns when the next job is due.
    pub(super) fn due(&self) -> Option<Time> {
        self.rooms.values().filter(|debt| !debt.under_way).map(|debt| debt.owed.due).min()
    }

    /// Takes in the result of a job. `chance` (0 to 99) spreads the next attempts.
    pub(super) fn settle(&mut self, done: Done, now: Time, settings: &HookSettings, chance: u32) {
        self.changed = true;
        let Some(debt) = self.rooms.get_mut(&done.room) else { return };
        let was_failing = debt.owed.tries > 0;
        let owed = &mut debt.owed;
        debt.under_way = false;
        let went_on = done.next > owed.next;
        if went_on {
            (owed.next, owed.tries, owed.since) = (done.next, 0, None);
        }
        match done.end {
            End::Told => owed.due = now,
            End::Unread => owed.due = now.after(settings.first),
            End::Gone => self.ended = Some(now),
            End::Refused(why) => {
                owed.tries = owed.tries.saturating_add(1);
                let since = *owed.since.get_or_insert(now);
                owed.due = now.after(again::pause(settings.first, settings.longest, owed.tries, chance));
                self.why = why;
                if now.since(since) >= settings.give_up {
                    self.ended = Some(now);
                }
            }
        }
        if owed.next > owed.upto {
            self.rooms.remove(&done.room);
        }
        if was_failing && went_on {
            // The address works again: what it refused before is tried at once.
            self.rooms.values_mut().for_each(|debt| debt.owed.due = debt.owed.due.min(now));
        }
        self.failing = self.rooms.values().filter_map(|debt| debt.owed.since).min();
        if self.failing.is_none() {
            self.why.clear();
        }
    }

    /// Tells whether an attempt has failed that has not succeeded since.
    pub(super) fn is_failing(&self) -> bool {
        self.failing.is_some()
    }

    /// Tells whether this webhook has ended for good.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Notes that the last progress could not be stored.
    pub(super) fn is_unnoted(&mut self) {
        self.changed = true;
    }

    /// Returns the progress to store, if it has changed since the last call.
    pub(super) fn changes(&mut self) -> Option<Progress> {
        std::mem::take(&mut self.changed).then(|| Progress {
            fed: self.fed,
            owed: self.rooms.values().map(|debt| debt.owed).collect(),
            failing: self.failing,
            why: self.why.clone(),
            ended: self.ended,
        })
    }
}

/// For how many rooms something may be owed. With so many, nothing more is read from the feed until some are told.
pub(super) const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_room_that_fails_holds_back_itself_alone() {
        let (mut debts, settings) = (debts(), HookSettings::default());
        debts.take_in(vec![entry(1, 1, 1, 2), entry(2, 2, 1, 1), entry(3, 1, 3, 3)], |_| true, AT);
        assert_eq!(debts.next(AT), Some(Job { room: room(1), from: 1, upto: 3 }));
        assert_eq!(debts.next(AT), Some(Job { room: room(2), from: 1, upto: 1 }));
        assert_eq!(debts.next(AT), None, "one after the other in a room");
        debts.settle(done(1, 2, End::Refused("500".into())), AT, &settings, 0);
        debts.settle(done(2, 2, End::Told), AT, &settings, 0);
        debts.take_in(vec![entry(4, 2, 2, 2), entry(5, 1, 4, 4)], |_| true, AT);
        assert_eq!(debts.next(AT), Some(Job { room: room(2), from: 2, upto: 2 }));
        assert_eq!(debts.next(AT), None);
        let later = AT.after(settings.first);
        assert_eq!((debts.due(), debts.next(later)), (Some(later), Some(Job { room: room(1), from: 2, upto: 4 })));
        let noted = debts.changes().expect("changes");
        assert_eq!((noted.fed, noted.failing, noted.why.as_str()), (5, Some(AT), "500"));
        assert_eq!(
            noted.owed.iter().map(|owed| (owed.room, owed.next)).collect::<Vec<_>>(),
            [(room(1), 2), (room(2), 2)]
        );
        assert_eq!(debts.changes(), None);
    }

    #[test]
    fn pauses_grow_from_five_seconds_to_six_hours_and_after_three_days_it_ends() {
        let (mut debts, settings) = (debts(), HookSettings::default());
        debts.take_in(vec![entry(1, 1, 1, 1)], |_| true, AT);
        let (mut now, mut pauses) = (AT, Vec::new());
        while !debts.has_ended() {
            assert!(debts.next(now).is_some());
            debts.settle(done(1, 1, End::Refused("no".into())), now, &settings, 99);
            let due = debts.due().expect("another try");
            pauses.push(due.since(now).as_secs_f64());
            now = due;
        }
        assert!(pauses.is_sorted() && (5.0..=6.0).contains(&pauses[0]), "{pauses:?}");
        assert!(pauses.iter().all(|pause| *pause <= 6.0 * 3_600.0) && pauses.last() > Some(&18_000.0), "{pauses:?}");
        assert!(now.since(AT) >= Duration::from_secs(3 * 24 * 3_600));
    }

    #[test]
    fn who_is_back_gets_all_at_once_and_who_is_gone_nothing() {
        let (mut debts, settings) = (debts(), HookSettings::default());
        debts.take_in((1..=3).map(|n| entry(n, n as i64, 1, 1)).collect(), |_| true, AT);
        for n in 1..=3 {
            debts.next(AT);
            debts.settle(done(n, 1, End::Refused("no".into())), AT, &settings, 0);
        }
        let later = AT.after(settings.first);
        assert!(debts.next(later).is_some());
        for _ in 0..5 {
            // Meanwhile the failing room's pause grows.
            debts.next(later);
        }
        debts.settle(done(2, 1, End::Refused("no".into())), later, &settings, 0);
        debts.settle(done(1, 2, End::Told), later, &settings, 0);
        assert_eq!(debts.next(later).map(|job| job.room), Some(room(2)));
        debts.settle(done(2, 2, End::Told), later, &settings, 0);
        debts.settle(done(3, 2, End::Told), later, &settings, 0);
        assert_eq!(debts.changes().map(|noted| (noted.failing, noted.owed)), Some((None, Vec::new())));
        debts.take_in(vec![entry(9, 1, 2, 2)], |_| true, AT);
        debts.next(later);
        debts.settle(done(1, 2, End::Gone), later, &settings, 0);
        assert!(debts.has_ended());
    }

    #[test]
    fn no_more_is_taken_in_than_can_be_held_back() {
        let mut debts = debts();
        debts.take_in((1..=MOST as u64).map(|n| entry(n, n as i64, 1, 1)).collect(), |_| true, AT);
        assert_eq!(debts.room_for(), 0);
        debts.take_in(vec![entry(9_999, 1, 2, 2)], |room| room != self::room(1), AT);
        assert_eq!((debts.fed(), debts.changes().map(|noted| noted.owed[0].upto)), (9_999, Some(1)));
    }

    const AT: Time = Time(1_000_000_000_000_000);

    fn debts() -> Debts {
        Debts::new(Progress::default())
    }

    fn room(number: i64) -> Option<RoomId> {
        RoomId::new(number)
    }

    fn entry(no: u64, at: i64, from: u64, upto: u64) -> FeedEntry {
        FeedEntry { no, room: room(at), from, upto }
    }

    fn done(at: i64, next: u64, end: End) -> Done {
        Done { room: room(at), next, end }
    }
}
