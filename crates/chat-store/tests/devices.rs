//! Devices: both databases agree with memory about what is to be pushed to whom.

mod common;

use std::sync::Arc;

use chat_domain::devices::{PushNotes, Ready, Tried, Waiting};
use chat_domain::directory::NewAccount;
use chat_domain::grant::Family;
use chat_domain::{
    Change, Command, Device, Devices, Directory, Erasure, Failure, InMemory, Journal, Level, Limits, MessageId,
    Refusal, RoomId, Subscribers, Time, UserId, Uuid,
};
use common::postgres::Cluster;
use common::{Deaf, Folder, leads, open, order, say};

#[tokio::test]
async fn memory_knows_what_is_for_whom() {
    let memory = InMemory::new(Limits::default(), Arc::new(Deaf));
    story(&memory).await;
}

#[tokio::test]
async fn sqlite_knows_what_is_for_whom() {
    let folder = Folder::new("devices");
    let store = open(&folder.sqlite()).await;
    leads(&store).await;
    story(&store).await;
    store.close().await;
    let store = open(&folder.sqlite()).await;
    assert_eq!(store.push_key("another".into()).await, Ok("first".into()), "over a restart");
}

#[tokio::test]
async fn postgres_knows_what_is_for_whom_and_hears_one_node_alone() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("devices");
    let store = open(&url).await;
    leads(&store).await;
    story(&store).await;
    let other = open(&url).await;
    assert_eq!(other.push_key("another".into()).await, Ok("first".into()), "all nodes sign with one");
    assert_eq!(other.note_pushes(PushNotes::default()).await, Ok(false), "it is not this one's to say");
}

async fn story<S: Journal + Directory + Subscribers>(store: &S) {
    let [ann, bob, cid] = [person(store, "ann").await, person(store, "bob").await, person(store, "cid").await];
    let direct = execute(store, ann, Command::OpenDirect { with: bob }).await;
    let made = Command::CreateGroup { title: "Tea".into(), members: vec![bob, cid], client_id: None };
    let group = execute(store, ann, made).await;
    let world = World { store, ann, bob, cid, direct, group };
    world.keeps_devices().await;
    world.tells_by_levels().await;
    world.looks_again().await;
    world.remembers_what_waits().await;
    world.ends_with_log_ins().await;
}

/// A direct chat of Ann and Bob, and a group with Cid.
struct World<'a, S> {
    store: &'a S,
    ann: UserId,
    bob: UserId,
    cid: UserId,
    direct: RoomId,
    group: RoomId,
}

impl<S: Journal + Directory + Subscribers> World<'_, S> {
    async fn keeps_devices(&self) {
        let (store, bob) = (self.store, self.bob);
        assert_eq!(store.push_key("first".into()).await, Ok("first".into()));
        assert_eq!(store.push_key("second".into()).await, Ok("first".into()), "it is made once");
        assert_eq!(store.pushes().await, Ok(None), "there is no device");
        assert_eq!(store.add_device(device(1, self.cid), 0, 2).await, Ok(true));
        let again = Device { auth: "new".into(), ..device(1, self.cid) };
        assert_eq!(store.add_device(Device { id: Uuid(9), ..again.clone() }, 0, 2).await, Ok(false));
        assert_eq!(store.devices(self.cid).await, Ok(vec![(again, Tried::default())]), "it keeps its name");
        let taken = Device { id: Uuid(8), person: bob, ..device(1, bob) };
        assert_eq!(store.add_device(taken.clone(), 0, 2).await, Ok(false), "it belongs to who named it last");
        assert_eq!(store.devices(self.cid).await, Ok(vec![]));
        assert_eq!(store.devices(bob).await, Ok(vec![(taken.clone(), Tried::default())]));
        store.remove_device(self.ann, taken.address.clone()).await.unwrap();
        assert_eq!(store.devices(bob).await.unwrap().len(), 1, "it is not hers");
        for n in 2..=3 {
            store.add_device(device(n, bob), 0, 2).await.unwrap();
        }
        let ids: Vec<_> = store.devices(bob).await.unwrap().into_iter().map(|(device, _)| device.id).collect();
        assert_eq!(ids, [Uuid(2), Uuid(3)], "the oldest goes");
        store.remove_device(bob, device(2, bob).address).await.unwrap();
        store.add_device(device(4, self.cid), 0, 2).await.unwrap();
        store.add_device(device(5, self.ann), 0, 2).await.unwrap();
    }

    async fn tells_by_levels(&self) {
        let Self { store, ann, bob, cid, direct, group } = *self;
        let mut fed = store.feed_end().await.unwrap();
        let first = self.say(ann, direct, "1").await;
        assert_eq!(self.fed(&mut fed).await, [(Uuid(3), direct, first)], "the other one of two");
        self.say(ann, group, "2").await;
        assert_eq!(self.fed(&mut fed).await, [], "of a group only who is mentioned");
        let named = self.say(ann, group, "@bob").await;
        assert_eq!(self.fed(&mut fed).await, [(Uuid(3), group, named)]);
        let all = self.say(ann, group, "@all").await;
        assert_eq!(self.fed(&mut fed).await, [(Uuid(3), group, all), (Uuid(4), group, all)], "the sender not");
        assert_eq!(store.level(cid, group).await, Ok(Level::Mentions));
        assert_eq!(store.level(bob, direct).await, Ok(Level::All));
        store.set_level(cid, group, Level::All).await.unwrap();
        store.set_level(bob, group, Level::None).await.unwrap();
        store.set_level(bob, direct, Level::Mentions).await.unwrap();
        let loud = [self.say(ann, group, "@bob").await, self.say(ann, group, "4").await];
        self.say(ann, direct, "5").await;
        assert_eq!(self.fed(&mut fed).await, [(Uuid(4), group, loud[1])], "the newest for all");
        let refused = store.set_level(cid, direct, Level::All).await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::NotMember)));
        let gone = self.say(ann, group, "6").await;
        execute(store, ann, Command::Delete { room: group, message: gone }).await;
        assert_eq!(self.fed(&mut fed).await, [], "what was deleted is not told");
        for (room, level) in [(group, Level::Mentions), (direct, Level::All)] {
            store.set_level(bob, room, level).await.unwrap();
        }
    }

    async fn looks_again(&self) {
        let Self { store, ann, bob, cid, direct, group } = *self;
        let of = |n, person, room, message| Waiting { device: Uuid(n), person, room, message, since: Time(0) };
        let [first, second] = [self.say(ann, direct, "Привет").await, self.say(ann, direct, "второе").await];
        assert_eq!(self.ready(of(3, bob, direct, first)).await, Some((first, "ann".into(), "Привет".into())));
        assert_eq!(self.ready(of(3, bob, direct, second)).await, Some((second, "ann".into(), "второе".into())));
        execute(store, ann, Command::Delete { room: direct, message: second }).await;
        assert_eq!(self.ready(of(3, bob, direct, second)).await.map(|push| push.0), Some(first), "what stands");
        execute(store, bob, Command::Read { room: direct, upto: Some(first) }).await;
        assert_eq!(self.ready(of(3, bob, direct, second)).await, None, "it was read");
        let named = self.say(ann, group, "@bob, tea!").await;
        let after = self.say(ann, group, "and more").await;
        let told = Some((named, "Tea".into(), "@bob, tea!".into()));
        assert_eq!(self.ready(of(3, bob, group, after)).await, told, "what mentions him");
        assert_eq!(self.ready(of(4, cid, group, after)).await.map(|push| push.0), Some(after), "who hears all");
        store.set_level(bob, group, Level::None).await.unwrap();
        assert_eq!(self.ready(of(3, bob, group, after)).await, None);
        execute(store, ann, Command::RemoveMember { room: group, user: cid }).await;
        assert_eq!(self.ready(of(4, cid, group, after)).await, None, "who is not there any more");
        let third = self.say(ann, direct, "3").await;
        store.suspend(bob, Time::FOR_GOOD, String::new()).await.unwrap();
        assert_eq!(self.ready(of(3, bob, direct, third)).await, None, "who is kept out");
        store.suspend(bob, Time(0), String::new()).await.unwrap();
        assert_eq!(self.ready(of(3, bob, direct, third)).await.map(|push| push.0), Some(third));
        assert_eq!(store.push_of(of(77, bob, direct, third), NOW).await, Ok(Ready::Gone));
    }

    async fn remembers_what_waits(&self) {
        let Self { store, bob, direct, group, .. } = *self;
        let message = MessageId::new(3).unwrap();
        let of = |room| Waiting { device: Uuid(3), person: bob, room, message, since: Time(4) };
        let tried = Tried { tries: 2, due: Time(7), answer: "it answered 500".into(), at: Some(Time(6)) };
        let waiting = [direct, group].map(|room| ((Uuid(3), room), Some(of(room))));
        let notes = PushNotes { fed: 5, waiting: waiting.into(), tried: vec![(Uuid(3), tried.clone())], ended: vec![] };
        assert_eq!(store.note_pushes(notes).await, Ok(true));
        let mut kept = store.pushes().await.unwrap().unwrap();
        kept.waiting.sort_by_key(|waiting| waiting.room);
        assert_eq!((kept.fed, &kept.waiting[..]), (5, &[of(direct), of(group)][..]));
        assert_eq!(kept.tried, [(Uuid(3), tried.clone())]);
        assert_eq!(store.devices(bob).await.unwrap().pop().unwrap().1, tried);
        let waiting = vec![((Uuid(3), direct), None)];
        store.note_pushes(PushNotes { fed: 6, waiting, ..PushNotes::default() }).await.unwrap();
        let kept = store.pushes().await.unwrap().unwrap();
        assert_eq!((kept.fed, kept.waiting), (6, vec![of(group)]));
        store.note_pushes(PushNotes { fed: 6, ended: vec![Uuid(3)], ..PushNotes::default() }).await.unwrap();
        assert_eq!(store.pushes().await.unwrap().unwrap().waiting, [], "it went with its device");
        assert_eq!(store.devices(bob).await, Ok(vec![]));
    }

    async fn ends_with_log_ins(&self) {
        let Self { store, ann, bob, direct, .. } = *self;
        let message = self.say(ann, direct, "still there?").await;
        let of = |n| Waiting { device: Uuid(n), person: bob, room: direct, message, since: Time(0) };
        let family = store.open_family(bob, "token".into(), Time::FOR_GOOD).await.unwrap().family;
        store.open_session(bob, "digest".into(), Time::FOR_GOOD).await.unwrap();
        store.add_device(Device { family, ..device(10, bob) }, 0, 9).await.unwrap();
        store.add_device(Device { session: Some("digest".into()), ..device(11, bob) }, 0, 9).await.unwrap();
        store.add_device(Device { family: Some(Family(999)), ..device(12, bob) }, 0, 9).await.unwrap();
        assert!(self.ready(of(10)).await.is_some() && self.ready(of(11)).await.is_some());
        assert_eq!(store.push_of(of(12), NOW).await, Ok(Ready::Gone), "nobody knows that log-in");
        store.close_family(bob, family.unwrap()).await.unwrap();
        store.close_session("digest".into()).await.unwrap();
        assert_eq!(store.push_of(of(10), NOW).await, Ok(Ready::Gone));
        assert_eq!(store.push_of(of(11), NOW).await, Ok(Ready::Gone));
        store.add_device(device(13, bob), 0, 9).await.unwrap();
        store.erase(Erasure { user: bob, at: NOW, unsaid: false }).await.unwrap();
        assert_eq!(store.push_of(of(13), NOW).await, Ok(Ready::Gone));
        assert_eq!(store.devices(bob).await, Ok(vec![]));
    }

    async fn say(&self, who: UserId, room: RoomId, text: &str) -> MessageId {
        let outcome = self.store.execute(order(who, 1, say(room, text))).await.unwrap();
        match &outcome.event().unwrap().change {
            Change::Sent { message, .. } => message.id,
            other => panic!("{other:?}"),
        }
    }

    /// Returns what is new in the feed for devices.
    async fn fed(&self, fed: &mut u64) -> Vec<(Uuid, RoomId, MessageId)> {
        self.store.feed_end().await.unwrap();
        let entries = self.store.feed(*fed, 100).await.unwrap();
        *fed = entries.last().map_or(*fed, |entry| entry.no);
        let found = self.store.to_push(entries, Time(0)).await.unwrap();
        found.into_iter().map(|waiting| (waiting.device, waiting.room, waiting.message)).collect()
    }

    async fn ready(&self, waiting: Waiting) -> Option<(MessageId, String, String)> {
        match self.store.push_of(waiting, NOW).await.unwrap() {
            Ready::Push(push) => Some((push.message, push.title, push.words)),
            Ready::Nothing => None,
            Ready::Gone => panic!("the device is gone"),
        }
    }
}

async fn person<S: Directory>(store: &S, name: &str) -> UserId {
    let account = NewAccount { username: name.into(), name: None, avatar: String::new(), password: "digest".into() };
    store.register(account).await.unwrap().person.id()
}

async fn execute<S: Journal>(store: &S, who: UserId, command: Command) -> RoomId {
    store.execute(order(who, 1, command)).await.unwrap().event().unwrap().room
}

fn device(n: u128, person: UserId) -> Device {
    Device {
        id: Uuid(n),
        person,
        address: format!("https://push.example/{n}"),
        key: "key".into(),
        auth: "auth".into(),
        tree: "v2".into(),
        family: None,
        session: None,
        created_at: Time(n as i64),
    }
}

const NOW: Time = Time(100);
