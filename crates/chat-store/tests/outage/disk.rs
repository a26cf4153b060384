//! The disk of Postgres is full: once as a small file system of its own, where one may be mounted, and once as files
//! that may not grow, which every machine has.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_postgres_loses_nothing_and_is_overcome() {
    let Some(cluster) = Cluster::start_on_a_disk("96m") else { return };
    // Something that an operator can delete.
    let ballast = cluster.folder().join("data/ballast");
    std::fs::write(&ballast, vec![1; 24 << 20]).unwrap();
    fill(&cluster, || {
        // So far only the tables had no room. Now the server's own log has none either, and the server gives up.
        let more = "SELECT pg_logical_emit_message(false, 'more', 'log'), pg_switch_wal()";
        let gave_up = (0..20).any(|_| cluster.try_ask("postgres", more).is_err());
        assert!(gave_up && cluster.log().contains("PANIC"), "{}", cluster.log());
        std::fs::remove_file(&ballast).unwrap();
        // A server without room for its own log ends, and does not come back by itself.
        cluster.up_again();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_under_postgres_that_may_not_grow_are_overcome() {
    let Some(cluster) = Cluster::start() else { return };
    cluster.limit_files("20480000");
    fill(&cluster, || cluster.limit_files("unlimited")).await;
}

/// Sends long texts, each until it is accepted, until the disk is full; ends that, and sends some more.
async fn fill(cluster: &Cluster, make_room: impl FnOnce()) {
    let store = open(&cluster.database("disk")).await;
    let (me, room) = room(&store).await;
    let (mut dice, mut make_room) = (common::Dice::new(7), Some(make_room));
    let (mut taken, mut refused, mut after) = (0u64, 0, 0);
    while after < 50 {
        // The tables compress repetitions.
        let noise: String = (0..15_000).map(|_| char::from(b'!' + dice.roll(90) as u8)).collect();
        let mut waiting = true;
        while waiting {
            let draft = Draft::text(format!("{taken} {noise}"));
            let command = Command::Send { room, draft, client_id: ClientId::new(taken.to_string()) };
            match store.execute(order(me, 2, command)).await {
                Ok(_) => waiting = false,
                Err(failure) => {
                    assert_eq!(failure, Failure::Unavailable);
                    refused += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            // For a while, all or some questions fail.
            if refused == 20
                && let Some(make_room) = make_room.take()
            {
                make_room();
            }
        }
        taken += 1;
        after += usize::from(make_room.is_none());
        assert!(taken < 10_000, "the disk was never full");
    }
    let said = cluster.log();
    assert!(said.contains("No space left on device") || said.contains("File too large"), "{said}");
    let history = store.history(me, room, Page::Newest, 1 << 20).await.unwrap();
    let there = history.messages.iter().map(|shown| shown.message.content.split(' ').next().unwrap().parse().unwrap());
    assert_eq!(there.collect::<Vec<u64>>(), (0..taken).collect::<Vec<_>>(), "lost, twice, or out of order");
    store.close().await;
}
