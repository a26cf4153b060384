//! Devices and pushes, in memory.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{InMemory, World};
use crate::devices::{Device, Devices, Level, Push, PushNotes, Pushes, Ready, Tried, Waiting};
use crate::event::{Change, Event};
use crate::feed::FeedEntry;
use crate::id::{RoomId, UserId};
use crate::journal::Answer;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::room::{Head, RoomKind};
use crate::time::Time;
use crate::view::Replayed;

impl Devices for InMemory {
    fn push_key(&self, fresh: String) -> Answer<'_, String> {
        self.answer(|world| Ok(world.pushed.key.get_or_insert(fresh).clone()))
    }

    fn add_device(&self, device: Device, fed: u64, most: usize) -> Answer<'_, bool> {
        self.answer(|World { pushed, .. }| {
            if pushed.devices.is_empty() {
                pushed.fed = fed;
            }
            let known = pushed.devices.iter_mut().find(|(known, _)| known.address == device.address);
            let is_new = known.is_none();
            match known {
                Some((known, _)) if known.person == device.person => {
                    let (id, created_at) = (known.id, known.created_at);
                    *known = Device { id, created_at, ..device };
                }
                _ => {
                    pushed.forget(|known| known.address == device.address);
                    let theirs = pushed.devices.iter().filter(|(known, _)| known.person == device.person);
                    let surplus: Vec<_> = theirs.clone().map(|(known, _)| known.id).collect();
                    let surplus = &surplus[..(surplus.len() + 1).saturating_sub(most)];
                    pushed.forget(|known| surplus.contains(&known.id));
                    pushed.devices.push((device, Tried::default()));
                }
            }
            Ok(is_new)
        })
    }

    fn remove_device(&self, person: UserId, address: String) -> Answer<'_, ()> {
        self.answer(|world| {
            world.pushed.forget(|known| known.person == person && known.address == address);
            Ok(())
        })
    }

    fn devices(&self, person: UserId) -> Answer<'_, Vec<(Device, Tried)>> {
        self.answer(|world| {
            Ok(world.pushed.devices.iter().filter(|(device, _)| device.person == person).cloned().collect())
        })
    }

    fn set_level(&self, member: UserId, room: RoomId, level: Level) -> Answer<'_, ()> {
        self.answer(|world| {
            world.kind(member, room)?;
            world.pushed.levels.insert((member, room), level);
            Ok(())
        })
    }

    fn level(&self, member: UserId, room: RoomId) -> Answer<'_, Level> {
        self.answer(|world| {
            let unsaid = Level::unsaid(world.kind(member, room)?);
            Ok(world.pushed.levels.get(&(member, room)).copied().unwrap_or(unsaid))
        })
    }

    fn pushes(&self) -> Answer<'_, Option<Pushes>> {
        self.answer(|World { pushed, .. }| {
            let tried = pushed.devices.iter().filter(|(_, tried)| tried.tries > 0);
            let tried = tried.map(|(device, tried)| (device.id, tried.clone())).collect();
            let pushes = Pushes { fed: pushed.fed, waiting: pushed.waiting.values().copied().collect(), tried };
            Ok((!pushed.devices.is_empty()).then_some(pushes))
        })
    }

    fn to_push(&self, entries: Vec<FeedEntry>, at: Time) -> Answer<'_, Vec<Waiting>> {
        self.answer(|world| {
            let mut found = BTreeMap::new();
            for entry in entries {
                for event in world.happened(&entry)? {
                    let Change::Sent { message, .. } = &event.change else { continue };
                    let wanting =
                        world.pushed.devices.iter().filter(|(device, _)| world.is_for(device.person, message));
                    for (Device { id: device, person, .. }, _) in wanting {
                        let (device, person, room) = (*device, *person, message.room);
                        found.insert((device, room), Waiting { device, person, room, message: message.id, since: at });
                    }
                }
            }
            Ok(found.into_values().collect())
        })
    }

    fn push_of(&self, waiting: Waiting, at: Time) -> Answer<'_, Ready> {
        self.answer(|world| {
            let device = world.pushed.devices.iter().map(|(device, _)| device).find(|known| known.id == waiting.device);
            let stands = |device: &&Device| world.accounts.stands(device.family, device.session.as_deref(), at);
            let Some(device) = device.filter(stands) else { return Ok(Ready::Gone) };
            if world.accounts.is_suspended(device.person, at) {
                return Ok(Ready::Nothing);
            }
            Ok(world.push(device, &waiting).map_or(Ready::Nothing, Ready::Push))
        })
    }

    fn note_pushes(&self, notes: PushNotes) -> Answer<'_, bool> {
        self.answer(|World { pushed, .. }| {
            pushed.fed = notes.fed;
            for (key, waiting) in notes.waiting {
                match waiting.filter(|waiting| pushed.devices.iter().any(|(device, _)| device.id == waiting.device)) {
                    Some(waiting) => pushed.waiting.insert(key, waiting),
                    None => pushed.waiting.remove(&key),
                };
            }
            for (id, tried) in notes.tried {
                pushed
                    .devices
                    .iter_mut()
                    .filter(|(device, _)| device.id == id)
                    .for_each(|known| known.1 = tried.clone());
            }
            pushed.forget(|device| notes.ended.contains(&device.id));
            Ok(true)
        })
    }
}

impl World {
    /// Returns the kind of a room, for one of its members.
    fn kind(&self, member: UserId, room: RoomId) -> Result<RoomKind, Refusal> {
        let (_, row) = self.chat.state(room)?;
        self.chat.member(room, member).map(|_| row.kind).ok_or(Refusal::NotMember)
    }

    fn happened(&self, entry: &FeedEntry) -> Result<Vec<Arc<Event>>, Refusal> {
        let Some(room) = entry.room else { return Ok(Vec::new()) };
        let moves = self.chat.state(room)?.1.head.moves;
        let since = Head { seq: entry.from - 1, moves };
        match self.chat.missed(room, since, (entry.upto + 1 - entry.from) as usize)? {
            Replayed::Changes { events, .. } => Ok(events),
            Replayed::Pruned { .. } => Ok(Vec::new()),
        }
    }

    /// Whether a message is to be pushed to this member: somebody else sent it, and their level wants it.
    fn is_for(&self, person: UserId, message: &Message) -> bool {
        let Ok(kind) = self.kind(person, message.room) else { return false };
        let level = self.pushed.levels.get(&(person, message.room)).copied().unwrap_or(Level::unsaid(kind));
        let mentions = message.mentions.as_deref();
        let is_named = mentions.is_some_and(|whom| whom.all || whom.people.iter().any(|other| other.id == person));
        message.sender.id() != person && level.wants(is_named)
    }

    fn push(&self, device: &Device, waiting: &Waiting) -> Option<Push> {
        let (state, row) = self.chat.state(waiting.room).ok()?;
        let read = self.chat.member(waiting.room, device.person)?.member.read.number;
        let unread = state.messages().iter().rev().skip_while(|message| message.id > waiting.message);
        let mut unread = unread.take_while(|message| message.number > read);
        let newest = unread.find(|message| message.deleted.is_none() && self.is_for(device.person, message))?;
        Some(Push::of(device.clone(), row.kind, row.title.clone(), newest))
    }
}
