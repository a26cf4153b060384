//! The directory: the same answers as from memory, and no account twice, however many requests come at once.

mod common;

use std::sync::Arc;

use chat_domain::Limits;
use chat_domain::directory::{NewAccount, Subject, Visitor};
use chat_domain::grant::{Family, Rotation};
use chat_domain::id::FIRST_FOREIGN_USER;
use chat_domain::notification::{NewNotification, NotificationPage};
use chat_domain::{
    ClientId, Command, Directory, Failure, InMemory, Journal, NotificationId, NotificationKind, Refusal, Time, UserId,
    Uuid, Value,
};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Deaf, Dice, Folder, open, order, patiently, somebody};

/// The time of the stories, which is far in the future, because a store deletes what has expired by the real clock.
const BEGIN: i64 = 4_000_000_000;

#[tokio::test]
async fn sqlite_knows_people_as_memory_does() {
    for seed in 1..=4 {
        let folder = Folder::new("people");
        story(&open(&folder.sqlite()).await, seed).await;
    }
}

#[tokio::test]
async fn postgres_knows_people_as_memory_does() {
    let Some(cluster) = Cluster::start() else { return };
    story(&open(&cluster.database("people")).await, 9).await;
}

/// Random calls to both, whose answers must be equal.
async fn story(store: &Store, seed: u64) {
    let model = InMemory::new(Limits::default(), Arc::new(Deaf));
    let mut dice = Dice::new(seed);
    macro_rules! same {
        ($call:ident($($argument:expr),*)) => {{
            let (found, expected) = (store.$call($($argument.clone()),*).await, model.$call($($argument.clone()),*).await);
            assert_eq!(found, expected, "seed {seed}: {}({:?})", stringify!($call), ($(&$argument,)*));
        }};
    }
    for now in 0..400 {
        let now = Time::from_secs(BEGIN + now);
        let (user, later) =
            (UserId::new(1 + dice.roll(9) as i64).unwrap(), now.after(std::time::Duration::from_secs(60)));
        let name = ["ann", "Ann", "bob", "Wörter", "dot.dot", "e", "7", "bad name"][dice.roll(8)].to_owned();
        let digest = |dice: &mut Dice| format!("digest {}", dice.roll(6));
        match dice.roll(16) {
            0 => {
                let (shown, password) = (Some(format!("Name of {name}")), "secret".to_owned());
                let shown = if dice.one_in(2) { shown } else { None };
                let account = NewAccount { username: name, name: shown, avatar: String::new(), password };
                same!(register(account));
            }
            1 | 2 => {
                let visitor = visitor(&mut dice, name);
                same!(admit(visitor));
            }
            3 => same!(credential(name)),
            4 => same!(by_username(name)),
            5 => {
                let query = name.chars().take(dice.roll(3)).collect::<String>();
                let after = if dice.one_in(2) { Some("bob".to_owned()) } else { None };
                let limit = 1 + dice.roll(4);
                same!(search(query, after, limit));
            }
            6 => {
                let uuid = if dice.one_in(2) { Uuid(77) } else { user.uuid() };
                same!(by_uuid(uuid));
            }
            7 => {
                let digest = format!("{}", now.0);
                if store.people(vec![user]).await.unwrap().is_empty() {
                    continue;
                }
                same!(open_family(user, digest, later));
                let next = format!("{} next", now.0);
                same!(rotate(digest, next, now, later));
                if dice.one_in(2) {
                    same!(rotate(digest, digest, now, later));
                }
                same!(family(next));
                let family = model.family(next.clone()).await.unwrap().map(|(_, family)| family);
                same!(holder(user, family));
                if let Some(family) = family.filter(|_| dice.one_in(2)) {
                    let by = if dice.one_in(2) { user } else { UserId::new(1).unwrap() };
                    same!(close_family(by, family));
                }
                same!(holder(user, family));
                let (other, nothing) = (Some(Family(1 + dice.roll(9) as i64)), None::<Family>);
                same!(holder(user, other));
                if dice.one_in(3) {
                    let when = Time::from_secs(BEGIN + dice.roll(400) as i64);
                    same!(end_tokens(user, when));
                }
                same!(holder(user, nothing));
                let last = format!("{} last", now.0);
                let when = if dice.one_in(2) { now } else { later };
                same!(rotate(next, last, when, later));
            }
            8 => {
                let digest = format!("session {}", now.0);
                if store.people(vec![user]).await.unwrap().is_empty() {
                    continue;
                }
                same!(open_session(user, digest, later));
                for at in [0, 20, 40, 70, 110, 200] {
                    let at = now.after(std::time::Duration::from_secs(at));
                    let expires = at.after(std::time::Duration::from_secs(60));
                    same!(session(digest, at, expires));
                }
                same!(close_session(digest));
                same!(session(digest, now, later));
            }
            9 => {
                let seen = vec![(user, now), (user, Time::from_secs(BEGIN + 100))];
                same!(seen(seen));
            }
            10 | 11 => {
                let title = ["one", "two"][dice.roll(2)].to_owned();
                let client_id = if dice.one_in(2) { ClientId::new(digest(&mut dice)) } else { None };
                let (body, data, kind) = ("body".into(), Value::empty(), NotificationKind::Mention);
                let new = NewNotification { user, kind, title, body, data, client_id };
                same!(notify(new, now));
            }
            12 => {
                let id = NotificationId::new(1 + dice.roll(9) as i64).unwrap();
                same!(read_notification(user, id, now));
            }
            13 => {
                if dice.one_in(4) {
                    same!(read_all_notifications(user, now));
                }
            }
            14 => {
                let is_read = [None, Some(true), Some(false)][dice.roll(3)];
                let before = if dice.one_in(2) { NotificationId::new(4) } else { None };
                let page = NotificationPage { is_read, before, limit: 3 };
                same!(notifications(user, page));
            }
            _ => {
                let users = vec![user];
                same!(people(users));
            }
        }
    }
}

fn visitor(dice: &mut Dice, name: String) -> Visitor {
    let number = 1 + dice.roll(9) as i64;
    let subject = match dice.roll(6) {
        0 => Subject::Number(UserId::new(number).unwrap()),
        1 => Subject::Uuid(Uuid(77 + dice.roll(3) as u128)),
        2 => Subject::Uuid(UserId::new(number).unwrap().uuid()),
        // A user to whom an integer was assigned or will be: nobody may come as them.
        3 => Subject::Uuid(UserId::new(FIRST_FOREIGN_USER + dice.roll(4) as i64).unwrap().uuid()),
        _ => Subject::Text(format!("subject {}", dice.roll(3))),
    };
    let said = |dice: &mut Dice, text: &str| if dice.one_in(2) { Some(text.to_owned()) } else { None };
    Visitor {
        issuer: ["https://one", "https://two"][dice.roll(2)].into(),
        subject,
        name: said(dice, "Called So"),
        username: said(dice, &name),
        avatar: said(dice, "https://example.org/a.png"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_on_one_postgres_make_nobody_and_nothing_twice() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("twice");
    let stores = [Arc::new(open(&url).await), Arc::new(open(&url).await)];
    let (ann, bob) = (somebody(&stores[0], "ann").await.id(), somebody(&stores[0], "bob").await.id());
    let both = (0..20).map(|n| {
        let (store, actor, with) = if n % 2 == 0 { (&stores[0], ann, bob) } else { (&stores[1], bob, ann) };
        let direct = patiently(move || store.execute(order(actor, 1, Command::OpenDirect { with })));
        let store = store.clone();
        let others = tokio::spawn(async move {
            let visitor = Visitor {
                issuer: "https://one".into(),
                subject: Subject::Text("x".into()),
                name: None,
                username: None,
                avatar: None,
            };
            let title = "same".to_owned();
            let group = Command::CreateGroup { title, members: vec![], client_id: ClientId::new("same") };
            let group = patiently(|| store.execute(order(ann, 1, group.clone()))).await.unwrap();
            let made = patiently(|| store.admit(visitor.clone())).await.unwrap().person.id();
            let taken = NewAccount { username: "carl".into(), name: None, avatar: String::new(), password: "x".into() };
            let registered = store.register(taken).await;
            (group.event().unwrap().room, made, registered)
        });
        (direct, others)
    });
    let (mut rooms, mut groups, mut visitors, mut registered, mut unknown) = (vec![], vec![], vec![], 0, 0);
    for (direct, others) in both.collect::<Vec<_>>() {
        rooms.push(direct.await.unwrap().event().unwrap().room);
        let (group, visitor, account) = others.await.unwrap();
        groups.push(group);
        visitors.push(visitor);
        match account {
            Ok(_) => registered += 1,
            // On a busy machine it may have been made nevertheless.
            Err(Failure::Unavailable) => unknown += 1,
            Err(failure) => assert_eq!(failure, Failure::Refused(Refusal::NameTaken)),
        }
    }
    rooms.dedup();
    groups.dedup();
    visitors.dedup();
    assert_eq!((rooms.len(), groups.len(), visitors.len()), (1, 1, 1));
    assert!(registered == 1 || registered == 0 && unknown > 0, "{registered} were registered");
}

#[tokio::test]
async fn a_token_used_twice_ends_its_family() {
    let folder = Folder::new("family");
    let store = open(&folder.sqlite()).await;
    let ann = somebody(&store, "ann").await.id();
    let (now, later) = (Time::from_secs(BEGIN), Time::from_secs(BEGIN + 100));
    store.open_family(ann, "one".into(), later).await.unwrap();
    assert!(matches!(store.rotate("one".into(), "two".into(), now, later).await, Ok(Rotation::Rotated(..))));
    assert!(matches!(store.rotate("one".into(), "three".into(), now, later).await, Ok(Rotation::Reused(..))));
    assert_eq!(store.rotate("two".into(), "four".into(), now, later).await, Ok(Rotation::Unknown));
}
