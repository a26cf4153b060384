//! Reports: both databases agree with memory.

mod common;

use std::sync::Arc;

use chat_domain::directory::NewAccount;
use chat_domain::{
    Command, Directory, Failure, FeedEntry, InMemory, Journal, Limits, MessageId, NewReport, Refusal, Report, ReportId,
    ReportsPage, RoomId, Time, UserId,
};
use common::postgres::Cluster;
use common::{Deaf, Folder, open, order, say};

#[tokio::test]
async fn sqlite_keeps_reports_as_the_memory_does() {
    let folder = Folder::new("reports");
    let store = open(&folder.sqlite()).await;
    compare(&store).await;
    store.close().await;
}

#[tokio::test]
async fn postgres_keeps_reports_as_the_memory_does() {
    let Some(cluster) = Cluster::start() else { return };
    let store = open(&cluster.database("reports")).await;
    compare(&store).await;
    store.close().await;
}

async fn compare<S: Journal + Directory>(store: &S) {
    let memory = InMemory::new(Limits::default(), Arc::new(Deaf));
    assert_eq!(reported(store).await, reported(&memory).await);
}

/// Reports messages, resolves reports, and compares the lists.
async fn reported<S: Journal + Directory>(store: &S) -> Vec<Vec<Report>> {
    let (ann, bob, eve) = (person(store, "ann").await, person(store, "bob").await, person(store, "eve").await);
    let made = Command::CreateGroup { title: "tea".into(), members: vec![bob], client_id: None };
    let room = store.execute(order(ann, 1, made)).await.expect("a group").event().expect("it was made").room;
    let (first, second) = (said(store, bob, room).await, said(store, bob, room).await);
    let report = |by, message, reason: &str, at| {
        let new = NewReport { by, room, message, reason: reason.into() };
        store.report(new, Time::from_secs(at))
    };
    let refused = |refusal| Err(Failure::Refused(refusal));
    assert_eq!(report(eve, first, "not mine to see", 2).await, refused(Refusal::NotMember));
    let unknown = MessageId::new(1 << 40).expect("an id");
    assert_eq!(report(ann, unknown, "there is none", 2).await, refused(Refusal::UnknownMessage));
    for reason in ["", " \n", &"x".repeat(NewReport::REASON + 1)] {
        assert!(matches!(report(ann, first, reason, 2).await, Err(Failure::Refused(Refusal::Invalid { .. }))));
    }
    let (once, is_new) = report(ann, first, "spam", 3).await.expect("a report");
    assert!(is_new && (once.message, once.reason.as_str(), once.at) == (first, "spam", Time::from_secs(3)));
    assert_eq!(report(ann, first, "", 4).await, Ok((once.clone(), false)), "whatever is said the second time");
    report(bob, first, "I regret it", 5).await.expect("a report");
    report(ann, second, &"x".repeat(NewReport::REASON), 6).await.expect("a report");
    store.execute(order(bob, 7, Command::Delete { room, message: first })).await.expect("it is gone");
    assert_eq!(report(ann, first, "spam", 8).await, Ok((once.clone(), false)), "also when the message is gone");

    let resolved = store.resolve_report(once.id, Time::from_secs(9)).await.expect("an answer").expect("a report");
    assert_eq!(resolved.resolved, Some(Time::from_secs(9)));
    assert_eq!(store.resolve_report(once.id, Time::from_secs(10)).await, Ok(Some(resolved)), "the first time counts");
    let nobody = ReportId::new(1 << 40).expect("an id");
    assert_eq!(store.resolve_report(nobody, Time::from_secs(9)).await, Ok(None));
    assert_eq!(fed(store).await, 3, "each stands in the feed once");

    let mut pages = Vec::new();
    for resolved in [None, Some(true), Some(false)] {
        for before in [None, ReportId::new(3)] {
            pages.push(ReportsPage::Newest { resolved, before, limit: 2 });
        }
    }
    pages.push(ReportsPage::Between { from: 2, upto: 9 });
    let mut shown = Vec::new();
    for page in pages {
        shown.push(store.reports(page).await.expect("a page"));
    }
    shown
}

/// Returns how many reports the feed tells of, once all of them are in it.
async fn fed(store: &impl Journal) -> u64 {
    let end = common::patiently(|| store.feed_end()).await.expect("a number");
    let entries: Vec<FeedEntry> = store.feed(0, 1000).await.expect("entries");
    assert!(entries.last().is_some_and(|entry| entry.no == end));
    let of_reports: Vec<_> = entries.into_iter().filter(|entry| entry.room.is_none()).collect();
    let mut next = 1;
    for entry in &of_reports {
        assert!(entry.from == next && entry.upto >= entry.from, "{of_reports:?}");
        next = entry.upto + 1;
    }
    next - 1
}

async fn said(store: &impl Journal, user: UserId, room: RoomId) -> MessageId {
    let outcome = store.execute(order(user, 1, say(room, "buy this"))).await.expect("it is said");
    match &outcome.event().expect("an event").change {
        chat_domain::Change::Sent { message, .. } => message.id,
        change => panic!("{change:?}"),
    }
}

async fn person(store: &impl Directory, name: &str) -> UserId {
    let account =
        NewAccount { username: name.into(), name: None, avatar: String::new(), password: "digest".to_owned() };
    store.register(account).await.expect("an account").person.id()
}
