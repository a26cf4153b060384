//! What SQLite is asked for one order to a room that the writer remembers: to write what changes, and nothing that the
//! writer knows.

mod common;

use std::sync::{Arc, Mutex};

use chat_domain::{Change, Command, Journal, Outcome, UserId};
use chat_store::{Options, Store};
use common::{Deaf, Folder, options, order, say, somebody};
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

/// Every statement that was sent to a database in this process.
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[tokio::test]
async fn what_is_remembered_is_not_asked_for() {
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                SENT.lock().unwrap().push(query.to_string());
            }
        }))
    })
    .unwrap();
    let folder = Folder::new("statements");
    // Whoever writes the feed and the index of words asks questions between the orders, so there is none here.
    let options = Options { feeds: false, ..options() };
    let store = Store::open(&folder.sqlite(), options, Arc::new(Deaf)).await.unwrap();
    let (ann, bob) = (somebody(&store, "ann").await.id(), somebody(&store, "bob").await.id());
    let made = Command::CreateGroup { title: "all".into(), members: vec![bob], client_id: None };
    let room = store.execute(order(ann, 1, made)).await.unwrap().event().unwrap().room;
    for n in 0..4 {
        let (said, sending) = asked(&store, ann, say(room, "hello")).await;
        let Change::Sent { message, .. } = said.event().unwrap().change.clone() else { panic!("{said:?}") };
        let (_, delivering) = asked(&store, bob, Command::Deliver { room, upto: message.id }).await;
        if n > 0 {
            // Begin, an id, the member, the message, the room, the mark, commit.
            assert_eq!(sending.len(), 7, "{sending:#?}");
            // Begin, the member, the room, the mark, commit.
            assert_eq!(delivering.len(), 5, "{delivering:#?}");
        }
    }
    store.close().await;
}

/// Returns what came of an order, and the statements that it took, except for those for the mark and the length of the
/// log, which come after the answer.
async fn asked(store: &Store, actor: UserId, command: Command) -> (Outcome, Vec<String>) {
    SENT.lock().unwrap().clear();
    let outcome = store.execute(order(actor, 2, command)).await.unwrap();
    let mut sent = std::mem::take(&mut *SENT.lock().unwrap());
    sent.retain(|text| !text.starts_with("SELECT last FROM ids") && !text.starts_with("PRAGMA wal_checkpoint(NOOP)"));
    (outcome, sent)
}
