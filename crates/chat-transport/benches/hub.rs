//! The cost of telling in the hub itself, with sockets that only count: on two threads against one, and in a room where all
//! sockets have the same shape against one with 64 shapes.
//!
//! `cargo bench -p chat-transport --features bench --bench hub`. Costs are CPU times of threads, measured in turns. The medians
//! of the ratios are printed.

use std::thread;

use chat_domain::Failure;
use chat_transport::hub::bench::{Hall, Said};

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|_| Failure::Unavailable)?;
    runtime.block_on(async {
        threads().await?;
        shapes().await
    })
}

/// Tells 64 rooms of 100 in two shards, first by one thread, then each shard by a thread of its own.
async fn threads() -> Result<(), Failure> {
    let hall = Hall::open(64, 100, 2, 1).await?;
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let mut said = hall.say(MESSAGES, CONTENT).await?;
        one.push(cost(&hall, || (0..2).for_each(|shard| hall.tell(shard, &mut said))));
        let said = hall.say(MESSAGES, CONTENT).await?;
        two.push(on_two_threads(&hall, said));
    }
    let ratios = one.iter().zip(&two).map(|(one, two)| two / one);
    println!("64 rooms of 100, one thread:   {:6.1} ns of CPU a delivery", middle(one.iter().copied()));
    println!("64 rooms of 100, two threads:  {:6.1} ns of CPU a delivery", middle(two.iter().copied()));
    verdict("two threads against one", middle(ratios), 1.1);
    Ok(())
}

fn on_two_threads(hall: &Hall, mut said: Said) -> f64 {
    let before = hall.deliveries();
    let shares = [said.of(0), said.of(1)];
    let spent: f64 = thread::scope(|scope| {
        let told = shares.into_iter().enumerate().map(|(shard, turns)| {
            scope.spawn(move || {
                let began = cpu();
                hall.tell_turns(shard, turns);
                cpu() - began
            })
        });
        told.collect::<Vec<_>>().into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    spent / (hall.deliveries() - before) as f64
}

/// Tells a room of 1,000 with one shape, and with 64.
async fn shapes() -> Result<(), Failure> {
    let (one, many) = (Hall::open(1, 1_000, 1, 1).await?, Hall::open(1, 1_000, 1, 64).await?);
    let (mut plain, mut mixed) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        for (hall, costs) in [(&one, &mut plain), (&many, &mut mixed)] {
            let mut said = hall.say(MESSAGES, CONTENT).await?;
            let began = cpu();
            hall.tell(0, &mut said);
            costs.push((cpu() - began) / (MESSAGES * 1_000) as f64);
        }
    }
    let ratios = plain.iter().zip(&mixed).map(|(one, many)| many / one);
    println!("a room of 1,000, one shape:    {:6.1} ns of CPU a member and message", middle(plain.iter().copied()));
    println!("a room of 1,000, 64 shapes:    {:6.1} ns of CPU a member and message", middle(mixed.iter().copied()));
    verdict("64 shapes against one", middle(ratios), 2.0);
    Ok(())
}

/// Returns the nanoseconds of this thread's CPU for each delivery.
fn cost(hall: &Hall, work: impl FnOnce()) -> f64 {
    let (before, began) = (hall.deliveries(), cpu());
    work();
    (cpu() - began) / (hall.deliveries() - before) as f64
}

/// Returns the nanoseconds of CPU that this thread has used.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0.0)
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn verdict(what: &str, is: f64, at_most: f64) {
    println!("{what}: {is:.2}, at most {at_most}: {}", if is <= at_most { "reached" } else { "MISSED" });
}

/// How many turns each side has, messages in every room in a turn, and bytes of a message, whose frame has about a thousand.
const TURNS: usize = 21;
const MESSAGES: usize = 40;
const CONTENT: usize = 800;
