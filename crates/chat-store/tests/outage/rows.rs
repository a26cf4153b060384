//! The database refuses one row of a batch.

use super::*;

#[tokio::test]
async fn on_sqlite_a_row_that_the_database_refuses_fails_alone() {
    let folder = Folder::new("row");
    let store = open(&folder.sqlite()).await;
    let (me, room) = room(&store).await;
    let mut other = raw(&folder.0.join("chat.db").display().to_string());
    other.batch_execute(NO_SECOND_BAD).unwrap();
    drop(other);
    one_bad_row(&store, me, room).await;
}

#[tokio::test]
async fn on_postgres_a_row_that_the_database_refuses_fails_alone() {
    let Some(cluster) = Cluster::start() else { return };
    let store = open(&cluster.database("row")).await;
    let (me, room) = room(&store).await;
    cluster.ask("row", NO_SECOND_BAD);
    one_bad_row(&store, me, room).await;
}

/// A rule in the database that the domain does not have.
const NO_SECOND_BAD: &str = "CREATE UNIQUE INDEX no_second_bad ON messages (content) WHERE content = 'bad'";

async fn one_bad_row(store: &Store, me: UserId, room: RoomId) {
    let texts = ["bad", "a", "b", "bad", "c", "d"];
    let answers: Vec<_> = texts.map(|text| store.execute(order(me, 2, say(room, text)))).into();
    let mut taken = Vec::new();
    for answer in answers {
        taken.push(answer.await.is_ok());
    }
    assert_eq!(taken, [true, true, true, false, true, true]);
    let history = store.history(me, room, Page::Newest, 10).await.unwrap();
    let numbers: Vec<_> = history.messages.iter().map(|shown| shown.message.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}
