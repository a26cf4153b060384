//! A database that an earlier version made and filled is brought up to date when it is opened, and nothing is lost.

mod common;

use chat_domain::view::{Page, ReactorsPage, Replay, Replayed, Since};
use chat_domain::*;
use chat_store::Store;
use common::postgres::Cluster;
use common::{Folder, open, order, raw};
use diesel::connection::SimpleConnection;

#[tokio::test]
async fn a_sqlite_database_of_the_first_version_is_brought_up_to_date() {
    let folder = Folder::new("upgrade");
    let mut conn = raw(&folder.0.join("chat.db").display().to_string());
    conn.batch_execute(include_str!("dumps/sqlite-1.sql")).unwrap();
    drop(conn);
    is_whole(&open(&folder.sqlite()).await).await;
    // Once more: it is up to date already.
    goes_on(&open(&folder.sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_database_of_the_first_version_is_brought_up_to_date() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("old");
    cluster.ask("old", include_str!("dumps/postgres-1.sql"));
    is_whole(&open(&url).await).await;
    goes_on(&open(&url).await).await;
}

fn user(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

fn message(number: i64) -> MessageId {
    MessageId::new(number).unwrap()
}

fn room() -> RoomId {
    RoomId::new(1).unwrap()
}

/// What Ann, Bob and Eve said and did in the group of the dump.
async fn is_whole(store: &Store) {
    let (ann, bob) = (user(1), user(2));
    let history = store.history(ann, room(), Page::Newest, 50).await.unwrap();
    let told: Vec<_> =
        history.messages.iter().map(|shown| (&*shown.message.content, shown.reception.likes.count)).collect();
    assert_eq!(told, [("Привет", 2), ("hello @ann", 1), ("third", 0), ("fourth, edited", 1)]);
    for shown in &history.messages {
        let likes = shown.reception.likes.by.len() as u32;
        assert_eq!((shown.message.likes(), shown.message.reactions.iter().count() as u32), (likes, likes.min(1)));
    }
    let mine: Vec<_> = history.messages.iter().map(|shown| shown.mine.contains(&Emoji::LIKE)).collect();
    assert_eq!(mine, [false, true, false, false], "who takes a like back stands behind it no longer");
    let likers = store.likers(bob, room(), message(1), None, 9).await.unwrap();
    assert_eq!(likers.iter().map(|mark| mark.user.id).collect::<Vec<_>>(), [bob, user(3)]);
    let replay = Replay { since: Since::Head(Head::default()), from: None, until: None, limit: 100 };
    let Replayed::Changes { events, .. } = store.replay(ann, room(), replay).await.unwrap() else { panic!("pruned") };
    let told: Vec<_> = events.iter().filter(|event| event.change.is_durable()).map(|event| event.head.seq).collect();
    assert_eq!(
        told,
        [1, 2, 3, 4, 5, 7, 8, 10, 12, 14, 15, 17, 18],
        "the last of each toggle, and no edit of what was not had"
    );
}

/// The names of requests are good for ever, and reactions go on where likes left off.
async fn goes_on(store: &Store) {
    let (ann, bob) = (user(1), user(2));
    let again = Command::Send { room: room(), draft: Draft::text("Привет"), client_id: ClientId::new("c0") };
    let Ok(Outcome::Already(event)) = store.execute(order(ann, 9, again)).await else { panic!("sent twice") };
    assert!(matches!(&event.change, Change::Sent { message, .. } if message.id.number() == 1));
    let title = "Team".to_owned();
    let group = Command::CreateGroup { title, members: vec![bob, user(3)], client_id: ClientId::new("make-1") };
    assert!(matches!(store.execute(order(ann, 9, group)).await, Ok(Outcome::Already(event)) if event.room == room()));

    let like = Command::Like { room: room(), message: message(1) };
    assert!(matches!(store.execute(order(bob, 9, like)).await, Ok(Outcome::Already(_))), "he likes it since before");
    let party = Command::React { room: room(), message: message(1), emoji: Emoji::new("🎉").unwrap() };
    assert!(matches!(store.execute(order(ann, 9, party)).await, Ok(Outcome::Happened(_))));
    let page = ReactorsPage { emoji: None, after: 0, limit: 9 };
    let reactors = store.reactors(bob, room(), message(1), page).await.unwrap();
    let reactors: Vec<_> = reactors.iter().map(|one| (one.emoji.as_str(), one.user.id, one.seq)).collect();
    assert_eq!(reactors, [("❤️", bob, 7), ("❤️", user(3), 8), ("🎉", ann, 19)]);
    let shown = store.message(ann, room(), message(1)).await.unwrap();
    assert_eq!(shown.message.reactions.spelled(), "❤️ 2 🎉 1");
    assert_eq!(shown.mine, [Emoji::new("🎉").unwrap()]);
}
