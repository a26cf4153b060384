//! Uploaded files: who may name them, to what they belong, when they are deleted.
#![cfg(feature = "std")]

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chat_domain::directory::NewAccount;
use chat_domain::files::{Announced, FileQuota};
use chat_domain::*;

struct Deaf;

impl Sink for Deaf {
    fn settled(&self, _: Vec<Settled>) {}
}

fn ready<T>(mut answer: Answer<'_, T>) -> Result<T, Failure> {
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("not ready"),
    }
}

/// Ann and Bob in one room, in memory.
struct World {
    memory: InMemory,
    ann: UserId,
    bob: UserId,
    room: RoomId,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl World {
    fn new() -> World {
        let memory = InMemory::new(Limits::default(), Arc::new(Deaf));
        let [ann, bob] = ["ann", "bob"].map(|username| {
            let account =
                NewAccount { username: username.into(), name: None, avatar: String::new(), password: "d".into() };
            ready(memory.register(account)).unwrap().person.id()
        });
        let order = Order { actor: ann, at: Time(0), command: Command::OpenDirect { with: bob }, origin: None };
        let room = ready(memory.execute(order)).unwrap().event().unwrap().room;
        World { memory, ann, bob, room }
    }

    fn announce(&self, bits: u128, owner: UserId, at: i64) -> Arc<File> {
        let file =
            Arc::new(File { id: FileId::of_bits(bits), name: "a b.png".into(), size: 3, mime: "image/png".into() });
        let quota = FileQuota { bytes: 1 << 30, span: DAY };
        assert_eq!(ready(self.memory.announce(file.clone(), owner, quota, Time::from_secs(at))), Ok(Announced::Taken));
        file
    }

    fn whole(&self, bits: u128, owner: UserId) -> Arc<File> {
        let file = self.announce(bits, owner, 1);
        ready(self.memory.is_whole(file.id)).unwrap();
        file
    }

    fn send(&self, actor: UserId, draft: Draft) -> Result<Arc<Message>, Failure> {
        let order = Order {
            actor,
            at: Time::from_secs(9),
            command: Command::Send { room: self.room, draft, client_id: None },
            origin: None,
        };
        match &ready(self.memory.execute(order))?.event().unwrap().change {
            Change::Sent { message, .. } => Ok(message.clone()),
            other => panic!("{other:?}"),
        }
    }

    fn bond(&self, file: &File) -> Bond {
        ready(self.memory.file(file.id)).unwrap().unwrap().bond
    }

    fn go(&self, unbound: i64) -> Vec<FileId> {
        ready(self.memory.let_go(Time::from_secs(unbound), 100)).unwrap()
    }

    fn delete(&self, message: &Message) {
        let command = Command::Delete { room: self.room, message: message.id };
        let order = Order { actor: message.sender.id(), at: Time::from_secs(9), command, origin: None };
        ready(self.memory.execute(order)).unwrap();
    }
}

fn address(file: &File) -> String {
    format!("https://cdn.example/api/v2/files/{}/a%20b.png", file.id)
}

fn draft(kind: MessageKind, content: String) -> Draft {
    Draft { kind, ..Draft::text(content) }
}

fn is_refused<T: std::fmt::Debug>(said: Result<T, Failure>, field: &str) {
    match said {
        Err(Failure::Refused(Refusal::Invalid { field: named, .. })) if named == field => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_message_of_its_owner_binds_a_file_and_then_anybody_may_send_it() {
    let world = World::new();
    let file = world.whole(7, world.ann);
    is_refused(world.send(world.bob, draft(MessageKind::File, address(&file))), "content");
    let said = world.send(world.ann, draft(MessageKind::File, address(&file))).unwrap();
    assert_eq!((said.file.as_ref(), world.bond(&file)), (Some(&file), Bond::Bound(world.room, said.id)));
    for who in [world.ann, world.bob] {
        let again = world.send(who, draft(MessageKind::Photo, address(&file))).unwrap();
        assert_eq!((again.file.as_ref(), world.bond(&file)), (Some(&file), Bond::Bound(world.room, said.id)));
        world.delete(&again);
        assert_eq!(world.bond(&file), Bond::Bound(world.room, said.id), "it belongs to the first");
    }
    world.delete(&said);
    assert_eq!(world.bond(&file), Bond::Gone);
    is_refused(world.send(world.ann, draft(MessageKind::File, address(&file))), "content");
    assert_eq!((world.go(0), world.go(0)), (vec![file.id], vec![file.id]), "until it is said to be deleted");
    ready(world.memory.are_deleted(vec![file.id])).unwrap();
    assert_eq!(world.go(i64::MAX / 2_000_000), []);
}

#[test]
fn a_file_is_named_by_all_of_its_bytes_its_own_name_and_no_text() {
    let world = World::new();
    let begun = world.announce(7, world.ann, 1);
    is_refused(world.send(world.ann, draft(MessageKind::File, address(&begun))), "content");
    ready(world.memory.is_whole(begun.id)).unwrap();
    is_refused(world.send(world.ann, draft(MessageKind::File, address(&begun).replace("a%20b", "c"))), "content");
    let text = world.send(world.ann, Draft::text(address(&begun))).unwrap();
    assert_eq!((&text.file, world.bond(&begun)), (&None, Bond::Free));
    let elsewhere = FileId::of_bits(99);
    let other = world.send(world.bob, draft(MessageKind::Photo, format!("https://other.example/files/{elsewhere}/x")));
    assert_eq!(other.unwrap().file, None);
}

#[test]
fn a_thumbnail_is_bound_beside_the_picture() {
    let world = World::new();
    let (file, small, theirs) = (world.whole(7, world.ann), world.whole(8, world.ann), world.whole(9, world.bob));
    let with = |small: &File| Draft {
        metadata: Value::Map(vec![("thumbnail".into(), Value::Text(address(small)))]),
        ..draft(MessageKind::Photo, address(&file))
    };
    is_refused(world.send(world.ann, with(&theirs)), "metadata.thumbnail");
    assert_eq!(world.bond(&file), Bond::Free, "what was refused has bound nothing");
    let said = world.send(world.ann, with(&small)).unwrap();
    assert_eq!(said.file.as_ref(), Some(&file));
    assert_eq!([world.bond(&file), world.bond(&small)], [Bond::Bound(world.room, said.id); 2]);
    world.delete(&said);
    assert_eq!([world.bond(&file), world.bond(&small)], [Bond::Gone; 2]);
}

#[test]
fn the_sweep_takes_what_nobody_named_in_time_and_never_what_is_named() {
    let world = World::new();
    let (named, unnamed, late) =
        (world.whole(7, world.ann), world.announce(8, world.ann, 5), world.whole(9, world.ann));
    world.send(world.ann, draft(MessageKind::Video, address(&named))).unwrap();
    assert_eq!(world.go(1), []);
    assert_eq!(world.go(5), [late.id]);
    is_refused(world.send(world.ann, draft(MessageKind::Video, address(&late))), "content");
    let gone = world.go(6);
    assert_eq!((gone.len(), gone.contains(&unnamed.id)), (2, true));
    assert!(matches!(world.bond(&named), Bond::Bound(..)));
    ready(world.memory.erase(Erasure { user: world.ann, at: Time(0), unsaid: false })).unwrap();
    assert!(world.go(0).contains(&named.id), "with its owner all of it goes");
}

#[test]
fn a_working_set_binds_what_it_learned_of_and_hands_it_back() {
    let world = World::new();
    let file = world.whole(7, world.ann);
    let row = ready(world.memory.file(file.id)).unwrap();
    let mut whole = Chat::new(Limits::default());
    for account in ready(world.memory.people(vec![world.ann, world.bob])).unwrap() {
        whole.learn(Fact::Person(account.person.id(), Some(account.person)));
    }
    whole.learn(Fact::File(file.id, row.clone()));
    let stamp = |number| Stamp {
        actor: world.ann,
        at: Time::from_secs(1),
        ids: Ids { room: RoomId::new(1).unwrap(), message: MessageId::new(number).unwrap() },
    };
    let opened = whole.execute(stamp(1), Command::OpenDirect { with: world.bob }).unwrap();
    let room = opened.event().unwrap().room;
    let send = Command::Send { room, draft: draft(MessageKind::Voice, address(&file)), client_id: None };
    let mut set = Chat::partial(Limits::default());
    send.needs(world.ann).iter().for_each(|need| set.learn(whole.answer(need)));
    set.execute(stamp(1), send.clone()).unwrap();
    whole.execute(stamp(1), send).unwrap();
    let bond = Bond::Bound(room, MessageId::new(1).unwrap());
    let bound = FileRow { bond, ..row.unwrap() };
    assert_eq!(set.take_written().files, std::slice::from_ref(&bound));
    let again = Chat::load(Limits::default(), whole.save());
    assert_eq!(again.answer(&Need::File(file.id)), Fact::File(file.id, Some(bound)));
}

#[test]
fn names_sizes_and_types_are_checked() {
    let good = File { id: FileId::of_bits(1), name: "a".into(), size: 10, mime: "text/plain; charset=utf-8".into() };
    assert_eq!(good.check(10), Ok(()));
    assert_eq!(good.check(9), Err(Refusal::TooLarge { field: "size", limit: 9 }));
    for (name, is_good) in [
        ("", false),
        (".", false),
        ("..", false),
        ("...", true),
        ("a/b", false),
        ("a\0", false),
        ("a\n", false),
        ("ё \\", true),
    ] {
        assert_eq!(File { name: name.into(), ..good.clone() }.check(10).is_ok(), is_good, "{name:?}");
    }
    assert!(File { name: "ы".repeat(255), ..good.clone() }.check(10).is_ok());
    assert!(File { name: "ы".repeat(256), ..good.clone() }.check(10).is_err());
    assert!(File { size: 0, ..good.clone() }.check(10).is_err());
    for bad in ["", "png", "/png", "image/", "image/\r\nx", "image/п"] {
        assert!(File { mime: bad.into(), ..good.clone() }.check(10).is_err(), "{bad:?}");
    }
}
