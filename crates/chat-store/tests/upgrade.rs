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
    // Opened again: it is up to date already.
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

/// The version before ranks, mutes, bans and blocks.
#[tokio::test]
async fn a_sqlite_database_without_ranks_is_brought_up_to_date() {
    let folder = Folder::new("ranks");
    let mut conn = raw(&folder.0.join("chat.db").display().to_string());
    conn.batch_execute(include_str!("dumps/sqlite-10.sql")).unwrap();
    drop(conn);
    takes_ranks(&open(&folder.sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_database_without_ranks_is_brought_up_to_date() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("ranks");
    cluster.ask("ranks", include_str!("dumps/postgres-12.sql"));
    takes_ranks(&open(&url).await).await;
}

/// Nothing is lost of what Ann, Bob and Eve have. Everybody has the rank that they had, and can be given another one.
async fn takes_ranks(store: &Store) {
    let (ann, bob, eve) = (user(1), user(2), user(3));
    let view = store.chat(ann, room()).await.unwrap();
    assert_eq!((view.room.title.as_deref(), view.room.slow_mode, view.room.frozen), (Some("The team"), 0, false));
    let members: Vec<_> = view.members.iter().map(|one| (one.person.id(), one.role, one.muted)).collect();
    assert_eq!(members, [(ann, Role::Owner, None), (bob, Role::Member, None)]);
    let history = store.history(ann, room(), Page::Newest, 50).await.unwrap();
    let told: Vec<_> = history.messages.iter().map(|shown| &*shown.message.content).collect();
    assert_eq!(told, ["Привет", "hello @ann", "fourth", "an answer"]);
    assert_eq!(store.history(ann, room(), Page::Pinned, 9).await.unwrap().messages.len(), 1);
    assert_eq!(store.audit(ann, room(), None, 9).await.unwrap(), []);
    // A title that was given before is told as it is now.
    let replay = Replay { since: Since::Head(Head::default()), from: None, until: None, limit: 100 };
    let Replayed::Changes { events, .. } = store.replay(bob, room(), replay).await.unwrap() else { panic!("pruned") };
    let is_change = |event: &&std::sync::Arc<Event>| matches!(&event.change, Change::Extra(Extra::Changed { title, .. }) if title.as_deref() == Some("The team"));
    assert_eq!(events.iter().filter(is_change).count(), 1);

    give(store, ann, Command::Appoint { room: room(), user: bob, role: Role::Moderator }).await.unwrap();
    let sentence = Sentence { seconds: None, reason: Some("spam".into()) };
    let ban = Command::Ban { room: room(), user: eve, sentence: Some(sentence), delete_messages: true };
    give(store, bob, ban).await.unwrap();
    let add = Command::AddMember { room: room(), user: eve };
    assert_eq!(give(store, ann, add).await, Err(Failure::Refused(Refusal::Banned)));
    let bans = store.bans(bob, room(), Time(9), None, 9).await.unwrap();
    assert_eq!(
        bans.iter().map(|ban| (ban.person.id(), ban.reason.as_deref())).collect::<Vec<_>>(),
        [(eve, Some("spam"))]
    );
    let acts: Vec<_> = store.audit(ann, room(), None, 9).await.unwrap().iter().map(|one| one.act).collect();
    assert_eq!(acts, [Act::Ban, Act::Role]);
    give(store, ann, Command::Block { user: bob, stands: true }).await.unwrap();
    let direct = Command::Send { room: RoomId::new(2).unwrap(), draft: Draft::text("?"), client_id: None };
    assert_eq!(give(store, bob, direct).await, Err(Failure::Refused(Refusal::Blocked)));
}

async fn give(store: &Store, actor: UserId, command: Command) -> Result<Outcome, Failure> {
    store.execute(Order { actor, at: Time(1_900_000_000_000_000), command, origin: None }).await
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

/// Checks what Ann, Bob and Eve said and did in the group of the dump.
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

/// Names of requests are good for ever, and reactions continue the likes.
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
