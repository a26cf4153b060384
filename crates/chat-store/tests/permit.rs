//! What a Postgres may restrict for those who connect; the store works nevertheless.

mod common;

use chat_domain::view::Page;
use chat_domain::{Change, Command, Journal};
use chat_store::Store;
use common::postgres::Cluster;
use common::{open, order, say, somebody};

/// A temporary password often belongs to a role of its own, which acts as the role that owns everything. It may not
/// even see when its own connection began.
#[tokio::test]
async fn who_acts_as_somebody_else() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("permit");
    for statement in [
        "CREATE ROLE owner",
        "ALTER DATABASE permit OWNER TO owner",
        "CREATE ROLE visitor LOGIN PASSWORD 'secret' IN ROLE owner",
        "ALTER ROLE visitor SET role = 'owner'",
    ] {
        cluster.ask("permit", statement);
    }
    works(&open(&url.replace("chat:", "visitor:")).await).await;
}

/// Transactions are stricter than they need to be.
#[tokio::test]
async fn whose_transactions_are_serializable() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("permit");
    cluster.ask("permit", "ALTER DATABASE permit SET default_transaction_isolation = 'serializable'");
    works(&open(&url).await).await;
}

/// One user sends, and another one reads.
async fn works(store: &Store) {
    let (ann, bob) = (somebody(store, "ann").await.id(), somebody(store, "bob").await.id());
    let made = Command::CreateGroup { title: "all".into(), members: vec![bob], client_id: None };
    let room = store.execute(order(ann, 1, made)).await.unwrap().event().unwrap().room;
    for n in 0..3 {
        let said = store.execute(order(bob, 2, say(room, &n.to_string()))).await.unwrap();
        let Change::Sent { message, .. } = &said.event().unwrap().change else { panic!("{said:?}") };
        let read = Command::Read { room, upto: Some(message.id) };
        store.execute(order(ann, 3, read)).await.unwrap();
    }
    let history = store.history(ann, room, Page::Newest, 10).await.unwrap();
    assert_eq!(history.messages.len(), 3);
}
