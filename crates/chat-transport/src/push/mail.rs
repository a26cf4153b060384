//! Messages that devices have still to be told of: only the newest of each room, until its person has read it or comes back, or
//! it is too old.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use chat_domain::devices::{PushNotes, Pushes, Tried, Waiting};
use chat_domain::{RoomId, Time, UserId, Uuid};

use super::settings::PushSettings;
use crate::again;

/// What devices have still to be told.
#[derive(Default)]
pub(super) struct Mail {
    fed: u64,
    boxes: BTreeMap<Uuid, Mailbox>,
    /// The devices whose last push failed, and when they may be tried again.
    failing: BTreeMap<Uuid, Tried>,
    /// How many rooms wait, over all devices.
    count: usize,
    /// The device at which the last look for candidates ended.
    looked: Option<Uuid>,
    notes: Changed,
}

/// What one device has to be told.
struct Mailbox {
    person: UserId,
    rooms: BTreeMap<RoomId, Waiting>,
    is_being_told: bool,
}

/// What has changed since progress was last stored.
#[derive(Default)]
struct Changed {
    fed: bool,
    waiting: BTreeSet<(Uuid, RoomId)>,
    tried: BTreeMap<Uuid, Tried>,
    ended: BTreeSet<Uuid>,
}

/// How an attempt to push ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The push service took it, or refused it for good. The text is its answer.
    Settled(String),
    /// There was nothing to push any more.
    Nothing,
    /// It is to be tried again, not before this time if the service named one.
    Again(String, Option<Duration>),
    /// The device no longer exists.
    Gone,
    /// The journal could not be read.
    Unread,
}

impl Mail {
    pub(super) fn new(pushes: Pushes) -> Mail {
        let mut mail = Mail { fed: pushes.fed, ..Mail::default() };
        pushes.waiting.into_iter().for_each(|waiting| mail.put(waiting));
        mail.failing = pushes.tried.into_iter().collect();
        mail.notes = Changed::default();
        mail
    }

    /// Returns the number in the feed up to which everything is taken in.
    pub(super) fn fed(&self) -> u64 {
        self.fed
    }

    /// Returns how many rooms wait, over all devices.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Takes in what entries of the feed have brought, up to this number.
    pub(super) fn take_in(&mut self, fed: u64, waiting: Vec<Waiting>) {
        (self.fed, self.notes.fed) = (fed, true);
        waiting.into_iter().for_each(|waiting| self.put(waiting));
        if self.count > MOST {
            self.forget_oldest();
        }
    }

    fn put(&mut self, waiting: Waiting) {
        let new = || Mailbox { person: waiting.person, rooms: BTreeMap::new(), is_being_told: false };
        let mailbox = self.boxes.entry(waiting.device).or_insert_with(new);
        self.count += usize::from(mailbox.rooms.insert(waiting.room, waiting).is_none());
        self.notes.waiting.insert((waiting.device, waiting.room));
    }

    /// Returns up to `most` devices that may be told something now, with their people. It goes on where the last call ended, so
    /// that all get their turn.
    pub(super) fn candidates(&mut self, now: Time, most: usize) -> Vec<(Uuid, UserId)> {
        let after = (self.looked.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let upto = (Bound::Unbounded, self.looked.map_or(Bound::Excluded(Uuid(0)), Bound::Included));
        let all = self.boxes.range(after).chain(self.boxes.range(upto));
        let rests = |id: &Uuid| self.failing.get(id).is_some_and(|tried| tried.due > now);
        let due = all.filter(|(id, mailbox)| !mailbox.is_being_told && !rests(id));
        let found: Vec<_> = due.map(|(id, mailbox)| (*id, mailbox.person)).take(most).collect();
        self.looked = found.last().map(|(last, _)| *last).or(self.looked);
        found
    }

    /// Tells whether a device's last push failed.
    pub(super) fn is_failing(&self, device: Uuid) -> bool {
        self.failing.contains_key(&device)
    }

    /// Takes the room that has waited longest on a device, and marks the device as being told.
    pub(super) fn begin(&mut self, device: Uuid) -> Option<Waiting> {
        let mailbox = self.boxes.get_mut(&device).filter(|mailbox| !mailbox.is_being_told)?;
        let oldest = *mailbox.rooms.values().min_by_key(|waiting| waiting.since)?;
        mailbox.is_being_told = true;
        Some(oldest)
    }

    /// Takes in the result of a push. `chance` (0 to 99) spreads the next attempts.
    pub(super) fn settle(&mut self, told: Waiting, end: End, now: Time, settings: &PushSettings, chance: u32) {
        let Some(mailbox) = self.boxes.get_mut(&told.device) else { return };
        mailbox.is_being_told = false;
        // If a newer message came meanwhile, it still waits.
        let is_newest = mailbox.rooms.get(&told.room).is_none_or(|waiting| waiting.message <= told.message);
        let tries = self.failing.get(&told.device).map_or(0, |tried| tried.tries);
        match end {
            End::Gone => {
                self.notes.ended.insert(told.device);
                self.failing.remove(&told.device);
                self.forget(|waiting| waiting.device == told.device);
            }
            End::Unread => self.rests(told.device, Tried { due: now.after(settings.first), tries, ..Tried::default() }),
            End::Again(answer, not_before) => {
                let tries = tries.saturating_add(1);
                let pause = again::pause(settings.first, settings.longest, tries, chance)
                    .max(not_before.unwrap_or_default().min(settings.keep));
                let tried = Tried { tries, due: now.after(pause), answer, at: Some(now) };
                self.notes.tried.insert(told.device, tried.clone());
                self.rests(told.device, tried);
            }
            End::Settled(answer) => {
                self.failing.remove(&told.device);
                self.notes.tried.insert(told.device, Tried { answer, at: Some(now), ..Tried::default() });
                self.told(&told, is_newest);
            }
            End::Nothing => self.told(&told, is_newest),
        }
    }

    fn rests(&mut self, device: Uuid, tried: Tried) {
        self.failing.insert(device, tried);
        self.tidy(device);
    }

    fn told(&mut self, told: &Waiting, is_newest: bool) {
        if is_newest {
            self.take_out(told.device, told.room);
        }
    }

    /// Drops what is too old to be worth a push.
    pub(super) fn forget_old(&mut self, now: Time, settings: &PushSettings) {
        self.forget(|waiting| now.since(waiting.since) >= settings.keep);
        self.failing.retain(|_, tried| tried.due.after(settings.keep) > now);
    }

    fn forget_oldest(&mut self) {
        let all = self.boxes.values().flat_map(|mailbox| mailbox.rooms.values());
        let mut all: Vec<_> = all.map(|waiting| (waiting.since, waiting.device, waiting.room)).collect();
        // A tenth more than needed, so that this sorting is seldom.
        let surplus = all.len().saturating_sub(MOST - MOST / 10);
        all.sort_unstable();
        all.into_iter().take(surplus).for_each(|(_, device, room)| self.take_out(device, room));
    }

    fn forget(&mut self, is: impl Fn(&Waiting) -> bool) {
        let all = self.boxes.values().flat_map(|mailbox| mailbox.rooms.values());
        let gone: Vec<_> = all.filter(|waiting| is(waiting)).map(|waiting| (waiting.device, waiting.room)).collect();
        gone.into_iter().for_each(|(device, room)| self.take_out(device, room));
    }

    fn take_out(&mut self, device: Uuid, room: RoomId) {
        if self.boxes.get_mut(&device).and_then(|mailbox| mailbox.rooms.remove(&room)).is_some() {
            self.count -= 1;
            self.notes.waiting.insert((device, room));
        }
        self.tidy(device);
    }

    fn tidy(&mut self, device: Uuid) {
        if self.boxes.get(&device).is_some_and(|mailbox| mailbox.rooms.is_empty() && !mailbox.is_being_told) {
            self.boxes.remove(&device);
        }
    }

    /// Returns what has changed since the last call, to be stored.
    pub(super) fn notes(&mut self) -> Option<PushNotes> {
        let Changed { fed, waiting, tried, ended } = std::mem::take(&mut self.notes);
        if !fed && waiting.is_empty() && tried.is_empty() && ended.is_empty() {
            return None;
        }
        let now = |(device, room): (Uuid, RoomId)| {
            ((device, room), self.boxes.get(&device).and_then(|mailbox| mailbox.rooms.get(&room)).copied())
        };
        let waiting = waiting.into_iter().map(now).collect();
        let tried = tried.into_iter().filter(|(id, _)| !ended.contains(id)).collect();
        Some(PushNotes { fed: self.fed, waiting, tried, ended: ended.into_iter().collect() })
    }

    /// Takes notes back that could not be stored.
    pub(super) fn not_noted(&mut self, notes: PushNotes) {
        self.notes.fed = true;
        self.notes.waiting.extend(notes.waiting.into_iter().map(|(key, _)| key));
        notes.tried.into_iter().for_each(|(id, tried)| {
            self.notes.tried.entry(id).or_insert(tried);
        });
        self.notes.ended.extend(notes.ended);
    }
}

/// How many rooms may wait, over all devices. Beyond that the oldest are dropped.
pub(super) const MOST: usize = 50_000;

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
