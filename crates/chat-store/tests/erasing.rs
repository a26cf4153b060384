//! Erasing people and what they said: it is unreadable at once, deleted in batches, also after restarts, and again in
//! an older copy.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::files::FileQuota;
use chat_domain::find::Sought;
use chat_domain::notification::NotificationPage;
use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::*;
use chat_store::Store;
use common::postgres::Cluster;
use common::{Folder, open, order, somebody};
use futures_util::future::join_all;

/// A text that nobody may read any more, and its word in the index.
const SECRET: &str = "Schwertfisch";
const STEM: &str = "schwertfisch";
const MANY: usize = 230;

#[tokio::test]
async fn sqlite_erases() {
    let folder = Folder::new("erase");
    let store = open(&folder.sqlite()).await;
    let world = World::fill(&store).await;
    let found = move || found_in(&folder.0, &[SECRET.as_bytes(), STEM.as_bytes()]);
    // The index follows a moment later.
    let began = Instant::now();
    while world.finds(&store).await == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "the index does not follow");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!found().is_empty(), "what is looked for would be found");
    world.erase(&store).await;
    let store = world.purge_half(store).await;
    world.purge(&store).await;
    assert_eq!(found(), [""; 0], "while it runs");
    store.close().await;
    assert_eq!(found(), [""; 0]);
}

#[tokio::test]
async fn postgres_erases() {
    let Some(cluster) = Cluster::start() else { return };
    let store = open(&cluster.database("erase")).await;
    let world = World::fill(&store).await;
    world.erase(&store).await;
    let store = world.purge_half(store).await;
    world.purge(&store).await;
    let rest = "SELECT count(*) FROM messages WHERE content LIKE '%Schwert%'";
    assert_eq!(cluster.ask("erase", rest).trim(), "0");
    store.close().await;
}

#[tokio::test]
async fn an_older_copy_is_erased_again_and_no_other_database() {
    let (folder, elsewhere) = (Folder::new("copy"), Folder::new("other"));
    let (url, copy) = (folder.sqlite(), folder.0.join("copy.db"));
    let store = open(&url).await;
    let world = World::fill(&store).await;
    chat_store::back_up(&url, &copy).unwrap();
    world.erase(&store).await;
    store.close().await;
    chat_store::restore(&url, &copy).unwrap();
    let store = open(&url).await;
    world.is_unreadable(&store).await;
    let left = store.erasing(world.ann).await.unwrap().unwrap();
    assert_eq!((left.left, left.done), (MANY as u64, None), "its rows follow anew");
    for parted in store.memberships(world.ann).await.unwrap() {
        let _ = store.execute(order(world.ann, 900, Command::Part { room: parted.room })).await.unwrap();
    }
    world.purge(&store).await;
    store.close().await;
    // The same ids and the same list, but another database.
    std::fs::copy(folder.0.join("chat.db.erasures"), elsewhere.0.join("chat.db.erasures")).unwrap();
    let other = open(&elsewhere.sqlite()).await;
    let ann = somebody(&other, "ann").await;
    other.close().await;
    let other = open(&elsewhere.sqlite()).await;
    assert_eq!((ann.id(), other.erasing(ann.id()).await.unwrap()), (world.ann, None));
    other.close().await;
}

#[tokio::test]
async fn an_archive_carries_nothing_of_the_erased_and_goes_on_where_it_is_imported() {
    let folder = Folder::new("archive");
    let store = open(&folder.sqlite()).await;
    let world = World::fill(&store).await;
    world.erase(&store).await;
    let mut records = Vec::new();
    chat_store::export(&folder.sqlite(), &mut |record| {
        records.push(record);
        Ok(())
    })
    .await
    .unwrap();
    assert!(!format!("{records:?}").contains("Schwert"));
    store.close().await;
    let elsewhere = Folder::new("imported");
    let other = open(&elsewhere.sqlite()).await;
    other.put(records).await.unwrap().unwrap();
    other.put_all().await.unwrap();
    world.is_unreadable(&other).await;
    world.purge(&other).await;
    other.close().await;
}

struct World {
    ann: UserId,
    bob: UserId,
    room: RoomId,
    start: Head,
    answer: MessageId,
}

impl World {
    async fn fill(store: &Store) -> World {
        let (ann, bob) = (somebody(store, "ann").await.id(), somebody(store, "bob").await.id());
        let made = Command::CreateGroup { title: "all".into(), members: vec![bob], client_id: None };
        let room = store.execute(order(bob, 1, made)).await.unwrap().event().unwrap().room;
        store.execute(order(bob, 1, Command::AddMember { room, user: ann })).await.unwrap();
        let start = store.head(bob, room).await.unwrap();
        let sent = (0..MANY as i64).map(|number| {
            let draft = Draft::text(format!("{SECRET} {number} @bob"));
            let command = Command::Send { room, draft, client_id: ClientId::new(format!("{SECRET}-{number}")) };
            store.execute(order(ann, 2 + number, command))
        });
        let sent = join_all(sent).await.into_iter().map(|sent| match &sent.unwrap().event().unwrap().change {
            Change::Sent { message, .. } => message.id,
            other => panic!("{other:?}"),
        });
        let sent: Vec<_> = sent.collect();
        for message in sent.iter().copied().step_by(90) {
            let content = format!("{SECRET}! @bob");
            store.execute(order(ann, 700, Command::Edit { room, message, content })).await.unwrap();
        }
        let first = sent.first().copied();
        let draft = Draft { reply_to: first, ..Draft::text("what?") };
        let sent = store.execute(order(bob, 800, Command::Send { room, draft, client_id: None })).await.unwrap();
        let answer = sent.event().unwrap().head.seq;
        let newest = store.history(bob, room, Page::Newest, 1).await.unwrap().messages[0].message.clone();
        assert_eq!(newest.seq, answer);
        while !store.notify_mentioned(Time::from_secs(801), 100).await.unwrap().is_empty() {}
        let (title, body, data) = (SECRET.to_owned(), SECRET.to_owned(), Value::empty());
        let (kind, client_id) = (NotificationKind::Mention, ClientId::new(SECRET));
        let new = notification::NewNotification { user: ann, kind, title, body, data, client_id };
        store.notify(new, Time::from_secs(802)).await.unwrap();
        let file = File { id: FileId::of_bits(7), name: SECRET.into(), size: 1, mime: "text/plain".into() };
        let quota = FileQuota { bytes: 1_000, span: Duration::from_secs(100) };
        store.announce(Arc::new(file), ann, quota, Time::from_secs(803)).await.unwrap();
        World { ann, bob, room, start, answer: newest.id }
    }

    async fn finds(&self, store: &Store) -> usize {
        let sought = Sought::parse(SECRET).unwrap();
        let find = Find { sought, room: None, from: None, since: None, before: None, below: None, limit: 9 };
        store.find(self.bob, find).await.unwrap().hits.len()
    }

    /// Deletes the messages as a server does.
    async fn erase(&self, store: &Store) {
        store.execute(order(self.ann, 900, Command::Part { room: self.room })).await.unwrap();
        let erasure = Erasure { user: self.ann, at: Time::from_secs(901), unsaid: true };
        store.erase(erasure).await.unwrap();
        assert_eq!(store.erase(erasure).await, Err(Failure::Refused(Refusal::UnknownUser)));
        self.is_unreadable(store).await;
        let erasing = store.erasing(self.ann).await.unwrap().unwrap();
        assert_eq!(erasing, Erasing { erasure, said: MANY as u64, left: MANY as u64, done: None });
        assert_eq!(store.erasings(9).await.unwrap(), [erasing]);
    }

    /// Checks that the text is not to be found in any answer.
    async fn is_unreadable(&self, store: &Store) {
        let mut seen = String::new();
        let mut page = Page::After(None);
        loop {
            let history = store.history(self.bob, self.room, page, 100).await.unwrap();
            seen.push_str(&format!("{history:?}"));
            match history.messages.last() {
                Some(last) if history.more_after => page = Page::After(Some(last.message.id)),
                _ => break,
            }
        }
        let since = Since::Head(self.start);
        let replay = Replay { since, from: None, until: None, limit: 5_000 };
        let replayed = store.replay(self.bob, self.room, replay).await.unwrap();
        assert!(matches!(replayed, Replayed::Changes { .. }));
        seen.push_str(&format!("{replayed:?}"));
        let head = store.head(self.bob, self.room).await.unwrap();
        seen.push_str(&format!("{:?}", store.missed(self.room, self.start, 5_000).await.unwrap()));
        for seq in self.start.seq + 1..=head.seq {
            seen.push_str(&format!("{:?}", store.change(self.room, seq).await.unwrap()));
        }
        seen.push_str(&format!("{:?}", store.chats(self.bob, None, 9).await.unwrap()));
        seen.push_str(&format!("{:?}", store.message(self.bob, self.room, self.answer).await.unwrap()));
        seen.push_str(&format!("{:?}", store.thread(self.bob, self.room, self.answer, Page::Newest, 9).await.unwrap()));
        let page = NotificationPage { is_read: None, before: None, limit: 1_000 };
        seen.push_str(&format!("{:?}", store.notifications(self.bob, page).await.unwrap()));
        assert!(!seen.contains("Schwert") && !seen.contains("\"ann\""), "somebody reads it");
        assert_eq!(self.finds(store).await, 0);
        assert!(store.by_username("ann".into()).await.unwrap().is_none());
    }

    /// A server that is killed in the middle, and the next one.
    async fn purge_half(&self, store: Store) -> Store {
        let due = store.purging(200).await.unwrap();
        assert_eq!(due.len(), 200);
        let some = due.iter().take(120).copied();
        join_all(some.map(|(room, actor, message)| store.execute(order(actor, 902, Command::Purge { room, message }))))
            .await;
        // What was not deleted is returned again.
        let again: BTreeSet<_> = store.purging(200).await.unwrap().into_iter().map(|(.., id)| id).collect();
        assert!(due[120..].iter().all(|(.., id)| again.contains(id)));
        let left = store.erasing(self.ann).await.unwrap().unwrap().left;
        assert_eq!(left, (MANY - 120) as u64);
        store
    }

    async fn purge(&self, store: &Store) {
        let began = Instant::now();
        loop {
            let due = store.purging(200).await.unwrap();
            assert!(due.len() <= 200);
            if due.is_empty() {
                break;
            }
            let purged = due.into_iter().map(|(room, actor, message)| {
                assert_eq!(actor, self.ann);
                store.execute(order(actor, 903, Command::Purge { room, message }))
            });
            for outcome in join_all(purged).await {
                assert!(matches!(&outcome.unwrap().event().unwrap().change, Change::Deleted { .. }));
            }
        }
        while !store.tidy(self.ann, Time::from_secs(904), 200).await.unwrap() {
            assert!(began.elapsed() < Duration::from_secs(300));
        }
        let erasing = store.erasing(self.ann).await.unwrap().unwrap();
        assert_eq!((erasing.left, erasing.done), (0, Some(Time::from_secs(904))));
        let history = store.history(self.bob, self.room, Page::Newest, 100).await.unwrap();
        assert_eq!(history.messages.len(), 1, "what others said stays");
        assert_eq!(store.chat(self.bob, self.room).await.unwrap().unread, 0);
        assert_eq!(store.let_go(Time::from_secs(0), 9).await.unwrap(), [FileId::of_bits(7)]);
        store.are_deleted(vec![FileId::of_bits(7)]).await.unwrap();
    }
}

/// Returns the files that contain any of these bytes.
fn found_in(folder: &Path, needles: &[&[u8]]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == *needle)) {
            found.push(path.display().to_string());
        }
    }
    found
}
