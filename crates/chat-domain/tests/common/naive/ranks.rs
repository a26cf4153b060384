//! Who leads a group, and what they do to others.

use super::*;

impl Place {
    /// A user's rank: 0 owns the group, 1 is a moderator, 2 a plain member.
    pub fn rank(&self, user: UserId) -> u8 {
        let leads = |guest: &Guest| guest.user == user && guest.here && guest.moderator;
        match () {
            () if self.owner == Some(user) => 0,
            () if self.people.iter().any(leads) => 1,
            () => 2,
        }
    }

    pub(super) fn now(&self, stamp: Stamp) -> Time {
        self.last_at.max(stamp.at)
    }

    /// Refuses a user who may not say anything, or react.
    pub(super) fn voiced(&self, stamp: Stamp, silenced: bool) -> Result<(), Refusal> {
        let muted = self.people.iter().find(|guest| guest.user == stamp.actor).and_then(|guest| guest.muted);
        match muted.filter(|until| *until > self.now(stamp)) {
            _ if silenced => Err(Refusal::Blocked),
            Some(until) => Err(Refusal::Muted { until: Some(until).filter(|until| *until != Time::FOR_GOOD) }),
            None => Ok(()),
        }
    }

    /// Refuses a user who may not send now.
    pub(super) fn may_send(&self, stamp: Stamp) -> Result<(), Refusal> {
        if self.rank(stamp.actor) < 2 {
            return Ok(());
        }
        if self.frozen {
            return Err(Refusal::Frozen);
        }
        let own = self.lines.iter().rev().find(|line| line.sender == stamp.actor);
        let since = own.map_or(i64::MAX, |line| self.now(stamp).0 - line.at.0);
        let wait = i64::from(self.slow) * 1_000_000 - since;
        let seconds = (wait.max(0) as u64).div_ceil(1_000_000);
        if self.slow > 0 && wait > 0 { Err(Refusal::TooSoon { seconds }) } else { Ok(()) }
    }

    /// A user whose rank, mute and ban are told: a mute or ban that has ended by itself is left out from then on.
    fn told_of(&mut self, user: UserId, now: Time) -> &mut Guest {
        let guest = self.guest(user);
        guest.muted = guest.muted.filter(|until| *until > now);
        guest.banned = guest.banned.filter(|until| *until > now);
        guest
    }

    pub(super) fn lead(&mut self, stamp: Stamp, command: &Command, limits: &Limits) -> Judged {
        let (actor, now) = (stamp.actor, self.now(stamp));
        if !self.group {
            return Err(Refusal::NotGroup);
        }
        match command {
            Command::Change { amendment: Amendment { title, slow_mode, frozen }, .. } => {
                if self.rank(actor) == 2 {
                    return Err(Refusal::Outranked);
                }
                if let Some(title) = title {
                    words("title", title, limits.title)?;
                }
                let before = (self.title.clone(), self.slow, self.frozen);
                self.title = title.clone().or(before.0.clone());
                (self.slow, self.frozen) = (slow_mode.unwrap_or(self.slow), frozen.unwrap_or(self.frozen));
                if before == (self.title.clone(), self.slow, self.frozen) {
                    return Ok(Said::Already);
                }
                Ok(self.noted(stamp, Act::Change, None))
            }
            Command::Appoint { .. } if self.rank(actor) > 0 => Err(Refusal::NotOwner),
            Command::Appoint { user, role, .. } => {
                if !self.has(*user) {
                    return Err(Refusal::UnknownUser);
                }
                let wanted = [Role::Owner, Role::Moderator, Role::Member].iter().position(|one| one == role).unwrap();
                if usize::from(self.rank(*user)) == wanted {
                    return Ok(Said::Already);
                }
                if *user == actor {
                    let rule = "of the owner goes with the group: make somebody else the owner";
                    return Err(Refusal::Invalid { field: "role", rule });
                }
                self.told_of(*user, now).moderator = *role == Role::Moderator;
                let said = self.noted(stamp, Act::Role, Some(*user));
                if *role == Role::Owner {
                    self.owner = Some(*user);
                    self.told_of(actor, now).moderator = true;
                    self.changed(stamp);
                }
                Ok(said)
            }
            Command::Mute { user, .. } | Command::Ban { user, .. } if self.rank(actor) >= self.rank(*user) => {
                Err(Refusal::Outranked)
            }
            Command::Mute { user, sentence, .. } => {
                let guest = self.people.iter().find(|guest| guest.user == *user).ok_or(Refusal::UnknownUser)?;
                let muted = guest.muted.filter(|until| *until > now);
                if sentence.is_none() && muted.is_none() {
                    return Ok(Said::Quiet);
                }
                if sentence.is_some() && !guest.here {
                    return Err(Refusal::UnknownUser);
                }
                let until = sentence.as_ref().map(|sentence| sentence.until(now));
                if until == muted {
                    return Ok(Said::Already);
                }
                self.told_of(*user, now).muted = until;
                Ok(self.noted(stamp, if sentence.is_some() { Act::Mute } else { Act::Unmute }, Some(*user)))
            }
            Command::Ban { user, sentence, delete_messages, .. } => {
                let banned = self.people.iter().find(|guest| guest.user == *user).and_then(|guest| guest.banned);
                if sentence.is_none() && banned.is_none_or(|until| until <= now) {
                    return Ok(Said::Quiet);
                }
                exists(*user)?;
                let was_in = self.has(*user);
                if !self.people.iter().any(|guest| guest.user == *user) {
                    self.people.push(Guest::stranger(*user));
                }
                let until = sentence.as_ref().map(|sentence| sentence.until(now));
                if until == banned.filter(|until| *until > now) && !was_in && !delete_messages {
                    return Ok(Said::Already);
                }
                let guest = self.told_of(*user, now);
                guest.banned = until;
                (guest.here, guest.moderator) = (guest.here && sentence.is_none(), false);
                let said = self.noted(stamp, if sentence.is_some() { Act::Ban } else { Act::Unban }, Some(*user));
                if was_in {
                    self.changed(stamp);
                }
                Ok(said)
            }
            other => unreachable!("{other:?}"),
        }
    }

    /// An act that the audit has.
    pub(super) fn noted(&mut self, stamp: Stamp, act: Act, user: Option<UserId>) -> Said {
        let said = self.changed(stamp);
        if self.group {
            self.audit.push((self.seq, act, stamp.actor, user));
        }
        said
    }

    pub(super) fn guest(&mut self, user: UserId) -> &mut Guest {
        self.people.iter_mut().find(|guest| guest.user == user).unwrap()
    }
}

impl Guest {
    pub(super) fn stranger(user: UserId) -> Guest {
        Guest {
            user,
            here: false,
            joined: 0,
            moderator: false,
            muted: None,
            banned: None,
            read: vec![(None, Time(0))],
            delivered: None,
            delivered_at: Time(0),
        }
    }
}
