//! The database stops in the middle of a commit: orders that are not in it are answered nevertheless.

use super::common::proxy::Fault;
use super::cut::{behind_a_bad_line, everything_is_there_once, know_the_room};
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_the_batch_in_doubt_waits() {
    let Some(cluster) = Cluster::start() else { return };
    let (store, proxy, me, room) = behind_a_bad_line(&cluster).await;
    for round in 0..2 {
        // Once for a transaction, once for a single statement.
        let looks =
            if round == 0 { Command::Change { room, amendment: Amendment::title("other") } } else { say(room, "once") };
        know_the_room(&store, me, room).await;
        proxy.next(Fault::Freezes);
        let in_doubt = send(&store, me, looks);
        until(|| proxy.has_failed()).await;
        let others: Vec<_> = (0..60).map(|n| send(&store, me, say(room, &format!("{round} {n}")))).collect();
        let reads = (0..10).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.history(me, room, Page::Newest, 1).await.map(drop) })
        });
        let reads: Vec<_> = reads.collect();
        for answer in others {
            assert_eq!(answer.await.unwrap().map(drop), Err(Failure::Unavailable));
        }
        for answer in reads {
            assert_eq!(answer.await.unwrap(), Err(Failure::Unavailable));
        }
        // The other orders were answered within two seconds. On a busy machine a test can only show that they did not
        // wait for the commit.
        assert!(!in_doubt.is_finished(), "nobody knows yet what became of it");
        proxy.thaw();
        in_doubt.await.unwrap().unwrap();
        until_it_answers(&store, me, room).await;
    }
    everything_is_there_once(&store, me, room).await;
}

fn send(
    store: &Arc<Store>,
    me: UserId,
    command: Command,
) -> tokio::task::JoinHandle<Result<chat_domain::Outcome, Failure>> {
    let store = store.clone();
    tokio::spawn(async move { store.execute(order(me, 2, command)).await })
}

async fn until_it_answers(store: &Store, me: UserId, room: RoomId) {
    while store.execute(order(me, 2, say(room, "again"))).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
