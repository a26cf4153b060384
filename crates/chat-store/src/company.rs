//! How long a commit waits for orders that will probably come in a moment.
//!
//! A client whose order was answered often sends the next order at once. If the first of these orders were committed as
//! soon as they come, the others would have to wait for the end of that commit, and so on for ever: two commits in
//! turn, each with some of the orders. One commit with all of them costs the disk the same. It also makes everything
//! behind it cheaper, because a message that is told together with others costs only a part of a write to each member.
//! Nobody gets their answer later: in either case they have to come back before the second commit.
//!
//! So a batch that begins soon after a commit waits for as many orders as that commit answered, in addition to those
//! that were here already. If they do not come (people do not type that fast), the next batches do not wait, and each
//! time this happens, more batches do not. A single order never waits.

use std::time::{Duration, Instant};

use crate::work::Waiting;

/// What the last commit says about the next one.
#[derive(Default)]
pub(crate) struct Company {
    last: Option<Last>,
    /// How many awaited orders the next batch is to have, or 0 if it does not wait; and how many it has.
    wanted: usize,
    have: usize,
    /// How many batches are still to go without waiting, and how many there were after the last time that orders did
    /// not come.
    skips: u32,
    skipped: u32,
}

/// The last commit.
struct Last {
    began: Instant,
    ended: Instant,
    /// How many callers it answered.
    answered: usize,
}

impl Company {
    /// Begins a batch with these orders. A batch that no caller awaits does not wait.
    pub(crate) fn begins(&mut self, batch: &[Waiting]) {
        (self.wanted, self.have) = (0, awaited(batch));
        let Some(last) = self.last.as_ref().filter(|_| self.have > 0) else { return };
        let were_here = batch.iter().filter(|waiting| waiting.is_awaited() && waiting.since <= last.ended).count();
        if last.answered + were_here < 2 {
            return;
        }
        match self.skips {
            0 => self.wanted = last.answered + were_here,
            _ => self.skips -= 1,
        }
    }

    /// Adds orders that have come to the batch.
    pub(crate) fn joins(&mut self, more: &[Waiting]) {
        self.have += awaited(more);
    }

    /// Returns for how long to wait before looking again who has come; `None` if the batch is to go now. If many are
    /// missing, that is longer, because they do not come all at once.
    pub(crate) fn lacks(&self, now: Instant) -> Option<Duration> {
        let Last { began, ended, .. } = self.last.as_ref()?;
        let patience = ended.saturating_duration_since(*began).clamp(SOON, LATE);
        let lack = self.wanted.saturating_sub(self.have);
        let waits = lack > 0 && now.saturating_duration_since(*ended) < patience;
        waits.then_some(if lack >= MANY { 4 * STEP } else { STEP })
    }

    /// Notes that the batch goes as it is.
    pub(crate) fn goes(&mut self) {
        // The batch counts as complete if a few orders are missing.
        let have_come = self.have * 8 >= self.wanted * 7;
        if self.wanted > 0 {
            self.skipped = if have_come { 0 } else { (2 * self.skipped).clamp(FEWEST, MOST) };
            self.skips = self.skipped;
        }
    }

    /// Notes that the batch was committed, and that so many callers were answered at `ended`: from then on they may
    /// send their next orders.
    pub(crate) fn parts(&mut self, answered: usize, began: Instant, ended: Instant) {
        self.last = Some(Last { began, ended, answered });
    }
}

/// Returns how many of these orders a caller awaits. Only those are followed by another order.
pub(crate) fn awaited(batch: &[Waiting]) -> usize {
    batch.iter().filter(|waiting| waiting.is_awaited()).count()
}

/// How long to wait before looking again, and four times as long if so many are missing.
const STEP: Duration = Duration::from_micros(100);
const MANY: usize = 64;

/// For how long after a commit its callers are waited for: as long as the commit took, but within these limits.
const SOON: Duration = Duration::from_millis(2);
const LATE: Duration = Duration::from_millis(20);

/// How many batches do not wait after orders did not come: doubled each time, within these limits.
const FEWEST: u32 = 1;
const MOST: u32 = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use chat_domain::{Command, MessageId, Order, Origin, RoomId, Time, UserId};

    /// So many orders that came at this moment.
    fn orders(count: usize, since: Instant) -> Vec<Waiting> {
        let (actor, origin) = (UserId::new(1).unwrap(), Some(Origin { socket: 1, tag: 1 }));
        let order = Order { actor, at: Time(1), command: Command::Search, origin };
        (0..count).map(|_| Waiting::since(order.clone(), None, since)).collect()
    }

    fn at(began: Instant, micros: u64) -> Instant {
        began + Duration::from_micros(micros)
    }

    #[test]
    fn a_batch_waits_for_those_who_were_answered_beside_those_who_are_here() {
        let (mut company, began) = (Company::default(), Instant::now());
        let batch = orders(7, at(began, 100));
        company.begins(&batch);
        assert!(company.lacks(at(began, 100)).is_none(), "the first of all");
        company.goes();
        company.parts(9, began, at(began, 500));
        company.begins(&batch);
        assert_eq!(company.lacks(at(began, 600)), Some(STEP));
        company.joins(&orders(8, at(began, 900)));
        assert!(company.lacks(at(began, 2_400)).is_some() && company.lacks(at(began, 2_500)).is_none(), "not for long");
        company.joins(&orders(1, at(began, 900)));
        assert!(company.lacks(at(began, 900)).is_none(), "all are here");
        // After a long commit, callers are given as much time to come back.
        company.parts(16, began, at(began, 10_000));
        let batch = orders(3, at(began, 10_100));
        company.begins(&batch);
        assert!(company.lacks(at(began, 19_999)).is_some() && company.lacks(at(began, 20_000)).is_none());
    }

    #[test]
    fn many_are_waited_for_in_longer_steps() {
        let (mut company, now) = (Company::default(), Instant::now());
        company.parts(MANY + 2, now, now);
        company.begins(&orders(2, at(now, 1)));
        assert_eq!(company.lacks(at(now, 1)), Some(4 * STEP));
        company.joins(&orders(1, at(now, 1)));
        assert_eq!(company.lacks(at(now, 1)), Some(STEP));
    }

    #[test]
    fn who_comes_alone_waits_for_nobody() {
        let (mut company, now) = (Company::default(), Instant::now());
        company.parts(1, now, now);
        let alone = orders(1, at(now, 1));
        company.begins(&alone);
        assert!(company.lacks(at(now, 1)).is_none());
    }

    #[test]
    fn where_nobody_comes_back_batches_wait_ever_more_seldom() {
        let (mut company, now) = (Company::default(), Instant::now());
        let mut waits = Vec::new();
        for number in 0..1_000 {
            company.parts(4, now, now);
            let batch = orders(2, at(now, 1));
            company.begins(&batch);
            if company.lacks(at(now, 1)).is_some() {
                waits.push(number);
            }
            company.goes();
        }
        assert_eq!(waits, [0, 2, 5, 10, 19, 36, 69, 134, 263, 520, 777]);
        // Once they come back, all batches wait again.
        company.parts(4, now, now);
        while company.skips > 0 {
            company.begins(&orders(4, at(now, 1)));
        }
        company.begins(&orders(4, at(now, 1)));
        company.goes();
        assert_eq!((company.skips, company.skipped), (0, 0));
    }

    #[test]
    fn notes_make_nobody_come_back() {
        let mut notes = orders(3, Instant::now());
        for note in &mut notes {
            let (room, upto) = (RoomId::new(1).unwrap(), MessageId::new(1).unwrap());
            let order = Order { command: Command::Deliver { room, upto }, origin: None, ..note.order.clone() };
            *note = Waiting::since(order, None, note.since);
        }
        let (mut company, now) = (Company::default(), notes[0].since);
        company.parts(4, now, now);
        company.begins(&notes);
        assert!(company.lacks(now).is_none(), "nor do they wait");
    }
}
