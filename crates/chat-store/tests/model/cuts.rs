//! The same seeds on SQLite, which has no connection that could break, and on Postgres behind connections that do.

use super::*;

/// `CHAT_CUTS` says how many answers are lost; the step `cuts` of `tests/run` loses two hundred.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_answer_as_the_model_does_where_lines_break_between_a_commit_and_its_answer() {
    let Some(cluster) = Cluster::start() else { return };
    let cuts = std::env::var("CHAT_CUTS").map_or(20, |cuts| cuts.parse().unwrap());
    let proxy = Arc::new(Proxy::start(cluster.port).await);
    let lost = || proxy.lost().0 + proxy.lost().1;
    let mut given_up = 0;
    for seed in FIRST.. {
        let folder = Folder::new("model");
        Story::tell(&folder.sqlite(), seed, CHAPTERS, Stores::One, None).await;
        let name = format!("cut{seed}");
        cluster.database(&name);
        let behind = cluster.address(&name, proxy.port);
        given_up += usize::from(!Story::tell(&behind, seed, CHAPTERS, Stores::One, Some(proxy.clone())).await);
        // The store goes on asking for a while before it gives up, and the server answers by then.
        assert!(given_up * 5 <= lost(), "{given_up} stories were given up for want of an answer");
        if lost() >= cuts {
            let (transactions, statements) = proxy.lost();
            println!(
                "{transactions} transactions and {statements} statements lost their answers, seeds {FIRST} to {seed}"
            );
            return assert!(transactions > 0 && statements > 0);
        }
        assert!(seed < FIRST + cuts as u64, "only {} answers were lost", lost());
    }
}

/// The seed of the first story.
pub(super) const FIRST: u64 = 301;
const CHAPTERS: usize = 110;
