//! The checks at the end of a run. Each function checks one promise.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chat_domain::{Account, Change, Event};
use chat_protocol::Cursor;

use super::cluster::{Acked, Cluster};
use super::device::Device;
use super::fold::Fold;
use super::truth::now;
use super::voices::Voices;
use super::words::Kind;
use chat_domain::Journal;

/// Checks everything, after twenty quiet seconds.
pub(super) async fn everything(cluster: &Rc<Cluster>, devices: &[Rc<Device>], people: &[Account]) {
    if !cluster.plan.restore {
        cluster.acked.borrow().iter().for_each(|one| acked(cluster, one));
    }
    sent_once(cluster);
    voices(cluster);
    presence(cluster, devices, people);
    rooms(cluster, devices).await;
    devices.iter().for_each(|device| online(cluster, device));
}

/// Checks what every client knows of its rooms.
pub(super) async fn rooms(cluster: &Rc<Cluster>, devices: &[Rc<Device>]) {
    for device in devices.iter().filter(|device| !device.is_home()) {
        let folds: Vec<Fold> = device.folds.borrow().values().cloned().collect();
        for fold in folds.iter().filter(|fold| cluster.truth.is_member(device.user(), fold.room)) {
            came_back(cluster, device, fold);
            if fold.is_loaded && device.is_connected.get() {
                like_a_fresh_load(cluster, device, fold).await;
                likes(cluster, device, fold);
                positions(cluster, device, fold);
                typing(cluster, device, fold);
            }
        }
    }
}

/// Checks that an acknowledged message is in its room, as it was acknowledged.
pub(super) fn acked(cluster: &Cluster, acked: &Acked) {
    let Acked { by, room, id, name } = acked;
    let is_it = |event: &Event| match &event.change {
        Change::Sent { message, .. } => message.id.number() as u64 == *id && message.text() == name,
        _ => false,
    };
    let is_there = cluster.truth.events().iter().any(|event| event.room.number() as u64 == *room && is_it(event));
    cluster.story.check("acked", is_there, || format!("{by} was told that {name} is message {id}, which is not so"));
}

/// Checks that a message was stored once, however often it was sent under the same name.
fn sent_once(cluster: &Cluster) {
    let mut names = BTreeMap::new();
    for event in cluster.truth.events() {
        if let Change::Sent { message, .. } = &event.change
            && message.text() != "the end"
            && let Some(before) = names.insert(message.text().to_owned(), message.id)
        {
            cluster.story.red("again", format_args!("{} is message {before} and {}", message.text(), message.id));
        }
    }
}

/// Checks that nobody wrote where they were muted, banned or blocked, and nobody was added who was banned.
fn voices(cluster: &Cluster) {
    let mut voices = Voices::default();
    for event in cluster.truth.events() {
        if let Err(how) = voices.take(&event) {
            cluster.story.red("voice", how);
        }
    }
}

/// Checks that whoever is connected to any node is online on all nodes, and nobody else on any.
fn presence(cluster: &Cluster, devices: &[Rc<Device>], people: &[Account]) {
    for account in people {
        let (name, user) = (&account.person.username, account.person.id());
        let theirs = devices.iter().filter(|device| device.user() == user && device.is_connected.get());
        let at: BTreeSet<_> = theirs.filter(|one| !one.kind.get().polls()).map(|one| one.node.get()).collect();
        for (number, node) in cluster.nodes.iter().enumerate() {
            let looks = node.online(user);
            cluster.story.check("presence", looks != at.is_empty(), || {
                format!("{name} is at nodes {at:?} and looks online at node {number}: {looks}")
            });
        }
    }
}

/// Checks that a member's client is connected and hears the room.
fn came_back(cluster: &Cluster, device: &Device, fold: &Fold) {
    let is_back = device.is_connected.get() && fold.is_loaded && fold.is_joined;
    cluster.story.check("away", is_back, || format!("{} does not hear room {}", device.name, fold.room));
    let waits = device.pending.borrow().clone();
    cluster.story.check("unanswered", waits.is_none(), || format!("{} waits for {waits:?}", device.name));
}

/// Checks that what a client has put together equals a fresh load.
async fn like_a_fresh_load(cluster: &Cluster, device: &Device, fold: &Fold) {
    let kind = device.kind.get();
    let fresh = match device.load(kind, fold.room).await {
        Ok((fresh, _)) => fresh,
        Err(broken) => return cluster.story.red("load", format_args!("{} cannot load: {broken:?}", device.name)),
    };
    let ids = |messages: &BTreeMap<u64, String>| messages.keys().copied().collect::<BTreeSet<_>>();
    let lost: Vec<_> = ids(&fresh).difference(&fold.heard).copied().collect();
    cluster.story.check("lost", lost.is_empty(), || {
        format!("{} as {kind:?} never heard messages {lost:?} of room {}", device.name, fold.room)
    });
    if !device.hears_everything() {
        return;
    }
    let ghosts: Vec<_> = ids(&fold.messages).difference(&ids(&fresh)).copied().collect();
    cluster.story.check("ghost", ghosts.is_empty(), || {
        format!("{} as {kind:?} shows messages {ghosts:?} that are not in room {}", device.name, fold.room)
    });
    let other: Vec<_> =
        fold.messages.iter().filter(|(id, text)| fresh.get(id).is_some_and(|now| now != *text)).collect();
    cluster.story.check("diverged", other.is_empty(), || {
        format!("{} as {kind:?} shows other words of room {}: {other:?}", device.name, fold.room)
    });
}

/// Checks that the last number of likes that was told is right, and that one was told if it has changed since the load.
fn likes(cluster: &Cluster, device: &Device, fold: &Fold) {
    if !device.hears_everything() {
        return;
    }
    let mut told: BTreeMap<u64, u64> = BTreeMap::new();
    for event in since(cluster, fold, true) {
        match &event.change {
            Change::Liked { message, likes } | Change::Unliked { message, likes } => {
                told.insert(message.number() as u64, likes.count.into());
            }
            _ => {}
        }
    }
    for (id, count) in told.iter().filter(|(id, _)| fold.messages.contains_key(id)) {
        let known = fold.likes.get(id);
        cluster.story.check("diverged", known == Some(count), || {
            format!("{}: message {id} has {count} likes, it knows of {known:?}", device.name)
        });
    }
}

/// Checks that a client with cursors has heard how far everybody has read.
fn positions(cluster: &Cluster, device: &Device, fold: &Fold) {
    if !matches!(device.kind.get(), Kind::Stream | Kind::Poll) || !device.hears_everything() || !device.is_of_one_kind()
    {
        return;
    }
    let mut read = BTreeMap::new();
    for event in since(cluster, fold, false) {
        if let Change::Read(to) = &event.change {
            read.insert(event.actor.id().number() as u64, to.upto.number() as u64);
        }
    }
    for (user, upto) in read {
        let known = fold.read.get(&user);
        cluster.story.check("positions", known == Some(&upto), || {
            format!("{}: {user} has read up to {upto}, it knows of {known:?}", device.name)
        });
    }
}

/// Returns what happened in a room since the client loaded it: lasting changes, or moves.
fn since(cluster: &Cluster, fold: &Fold, lasting: bool) -> Vec<std::sync::Arc<Event>> {
    let Some(Cursor { head, .. }) = fold.loaded else { return Vec::new() };
    let is_later = |event: &Event| match lasting {
        true => event.change.is_durable() && event.head.seq > head.seq,
        false => !event.change.is_durable() && event.head.moves > head.moves,
    };
    let events = cluster.truth.events();
    events.into_iter().filter(|event| event.room == fold.room && is_later(event)).collect()
}

/// Checks that nobody counts as typing after the silence.
fn typing(cluster: &Cluster, device: &Device, fold: &Fold) {
    let types = &fold.typing;
    cluster.story.check("typing", types.is_empty(), || format!("for {} {types:?} still type", device.name));
}

/// Checks that a client knows who is online, unless a sign was dropped because it was slow.
fn online(cluster: &Cluster, device: &Device) {
    // With several nodes, or members who come and go, a client cannot know it exactly.
    let ([node], true) = (&cluster.nodes[..], cluster.plan.members + cluster.plan.voices == 0) else { return };
    let Some(app) = node.app() else { return };
    let dropped = app.hub.depot().counters().dropped.load(std::sync::atomic::Ordering::Relaxed);
    // Presence is told when somebody comes online, not when somebody who is online is added to a room.
    let is_said = dropped == 0;
    if !is_said || !device.is_connected.get() || !device.kind.get().hears_presence() {
        return;
    }
    let folds = device.folds.borrow();
    let shares = |room| now(cluster.truth.memory().members(device.user(), room, None, 100)).unwrap_or_default();
    let others: BTreeSet<_> = folds
        .values()
        .filter(|fold| fold.is_joined)
        .flat_map(|fold| shares(fold.room))
        .map(|member| member.person.id())
        .filter(|user| *user != device.user())
        .collect();
    for user in others {
        let (told, is) = (device.online.borrow().contains(&(user.number() as u64)), node.online(user));
        cluster.story.check("presence", told == is, || format!("for {} {user} is online: {told}, {is}", device.name));
    }
}
