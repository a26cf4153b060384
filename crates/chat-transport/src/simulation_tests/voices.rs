//! Who may not write: people who are muted, banned or blocked. The domain's rules decide that; here it is only read off the events.

use std::collections::{BTreeMap, BTreeSet};

use chat_domain::{Account, Change, Command, Event, Extra, RoomId, Sentence, Time, UserId};

use super::chance::Chance;
use super::cluster::Cluster;

/// Who may not write in which room, according to the events.
#[derive(Default)]
pub(super) struct Voices {
    now: BTreeMap<(RoomId, UserId), Voice>,
    /// Those who were muted, banned, blocked or removed at any time.
    once: BTreeSet<(RoomId, UserId)>,
}

#[derive(Clone, Copy, Default)]
struct Voice {
    muted: Option<Time>,
    banned: Option<Time>,
    is_blocked: bool,
}

impl Voices {
    /// Processes these events.
    pub(super) fn after<'a>(events: impl IntoIterator<Item = &'a Event>) -> Voices {
        let mut voices = Voices::default();
        events.into_iter().for_each(|event| drop(voices.take(event)));
        voices
    }

    /// Processes the next event. The error says who did something that they might not do.
    pub(super) fn take(&mut self, event: &Event) -> Result<(), String> {
        let room = event.room;
        let taken = match &event.change {
            change if speaks(change) => self.is_heard(event),
            Change::Added { person } if self.of(room, person.id()).banned.is_some_and(|until| until > event.at) => {
                Err(format!("{} is let into room {room} and is banned there", person.username))
            }
            _ => Ok(()),
        };
        match &event.change {
            Change::Extra(Extra::Updated { person, standing }) => {
                let voice = self.silence(room, person.id());
                (voice.muted, voice.banned) = (standing.muted, standing.banned);
            }
            Change::Extra(Extra::Silenced { person, stands }) => {
                self.silence(room, person.id()).is_blocked = *stands;
            }
            Change::Removed { person, .. } => drop(self.once.insert((room, person.id()))),
            _ => {}
        }
        taken
    }

    /// Tells whether somebody was muted, banned, blocked or removed at any time.
    pub(super) fn was_silent(&self, room: RoomId, user: UserId) -> bool {
        self.once.contains(&(room, user))
    }

    fn is_heard(&self, event: &Event) -> Result<(), String> {
        let voice = self.of(event.room, event.actor.id());
        let stands = |until: Option<Time>| until.is_some_and(|until| until > event.at);
        let why = match voice {
            Voice { is_blocked: true, .. } => "blocked",
            Voice { muted, .. } if stands(muted) => "muted",
            Voice { banned, .. } if stands(banned) => "banned",
            _ => return Ok(()),
        };
        let (who, room, seq) = (&event.actor.username, event.room, event.head.seq);
        Err(format!("{who} is {why} in room {room} and is heard there at {seq}"))
    }

    fn of(&self, room: RoomId, user: UserId) -> Voice {
        self.now.get(&(room, user)).copied().unwrap_or_default()
    }

    fn silence(&mut self, room: RoomId, user: UserId) -> &mut Voice {
        self.once.insert((room, user));
        self.now.entry((room, user)).or_default()
    }
}

/// Tells whether muted people may not do this.
fn speaks(change: &Change) -> bool {
    let reacts = |extra: &Extra| matches!(extra, Extra::Reacted { .. } | Extra::Unreacted { .. });
    match change {
        Change::Sent { .. } | Change::Edited { .. } | Change::Liked { .. } | Change::Unliked { .. } => true,
        Change::Extra(extra) => reacts(extra),
        _ => false,
    }
}

impl Cluster {
    /// Mutes, bans or blocks somebody, or takes that back.
    pub(super) fn silence_somebody(&self, chance: &mut Chance, people: &[Account], groups: &[RoomId]) {
        let Some((owner, others)) = people.split_first() else { return };
        let (Some(first), Some(room)) = (others.first(), chance.pick(groups)) else { return };
        if self.direct.is_some() && chance.percent(40) {
            let (by, whom) = if chance.percent(50) { (owner, first) } else { (first, owner) };
            return self.order(by, Command::Block { user: whom.person.id(), stands: chance.percent(60) });
        }
        let users: Vec<UserId> = others.iter().map(|other| other.person.id()).collect();
        let Some(user) = chance.pick(&users) else { return };
        let seconds = chance.percent(50).then(|| chance.between(1, 4));
        let sentence = chance.percent(60).then_some(Sentence { seconds, reason: None });
        if chance.percent(60) {
            return self.order(owner, Command::Mute { room, user, sentence });
        }
        let is_over = sentence.is_none();
        self.order(owner, Command::Ban { room, user, sentence, delete_messages: chance.percent(30) });
        if is_over {
            self.order(owner, Command::AddMember { room, user });
        }
    }
}
