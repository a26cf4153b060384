//! A simulated server: the real hub, the real sessions, routes and codecs of all five dialects and the domain's rules, everything
//! above the sockets, over a journal in memory that answers late, refuses, or does not say what became of an order. Clients are cut
//! off, stall, come back in another dialect; nodes crash; clocks jump. Time is virtual, and all chance comes from one seed: the same
//! seed is the same story, to the letter.
//!
//! `tests/simulate` runs it from a shell. It is a part of this crate's own tests, where the machines can be reached and
//! [mistakes](crate::mistakes) can be planted that no other build has.

mod bus;
mod chance;
mod check;
mod cluster;
mod device;
mod doubt;
mod ears;
mod fold;
mod frost;
mod journal;
mod link;
mod load;
mod node;
mod options;
mod plan;
mod search;
mod story;
mod talk;
mod truth;
mod words;

use std::time::{Duration, Instant, SystemTime};

use self::cluster::run;
use self::options::Options;
use self::plan::Plan;
use self::search::{Found, search, shrink};
use self::story::Red;
use crate::mistakes::Mistake;

#[test]
fn no_seed_breaks_a_promise() {
    let began = Instant::now();
    let (first, count, minutes) = match Options::of_environment() {
        Options::Seed(seed) => return tell(seed),
        Options::Mistakes => return,
        Options::Usual => (1, USUAL, None),
        Options::Seeds(first, count) => (first, count, None),
        Options::Minutes(minutes) => (unused(), u64::MAX, Some(Duration::from_secs(60 * minutes))),
    };
    let Found { tried, red } = search(first, count, None, || minutes.is_some_and(|most| began.elapsed() > most));
    println!("{tried} seeds from {first} on, {} s", began.elapsed().as_secs());
    if let Some((seed, red)) = red {
        fail(seed, &red);
    }
}

/// A seed beyond the usual ones in which something was wrong.
#[test]
fn what_was_mended_stays_right() {
    // Somebody was put out and let in again; the journal knew, the hub did not yet, and the room went silent for them.
    assert_eq!(run(&Plan::of(736), None).red, None);
}

#[test]
fn the_same_seed_is_the_same_story() {
    for seed in [1, 2, 3] {
        let (once, again) = (run(&Plan::of(seed), None), run(&Plan::of(seed), None));
        let differ = once.lines.iter().zip(&again.lines).find(|(once, again)| once != again);
        assert_eq!(once.hash, again.hash, "seed {seed}: {differ:?}");
    }
}

#[test]
fn every_planted_mistake_is_found() {
    let mistakes = match Options::of_environment() {
        Options::Mistakes => Mistake::ALL,
        Options::Usual => &Mistake::ALL[..3],
        _ => return,
    };
    let mut missed: Vec<Mistake> = Vec::new();
    for mistake in mistakes {
        let began = Instant::now();
        let Found { tried, red } = search(1, ENOUGH, Some(*mistake), || false);
        let spent = began.elapsed().as_secs_f64();
        match &red {
            Some((seed, red)) => println!("{:<50} seed {seed}: {} ({spent:.1} s)", mistake.word(), red.checker),
            None => println!("{:<50} not found in {tried} seeds ({spent:.1} s)", mistake.word()),
        }
        missed.extend(red.is_none().then_some(*mistake));
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}

/// Tells the story of a seed.
fn tell(seed: u64) {
    let plan = Plan::of(seed);
    let ran = run(&plan, None);
    ran.lines.iter().for_each(|line| println!("{line}"));
    println!("{plan:#?}\nseed {seed}: story {:016x}", ran.hash);
    assert_eq!(ran.red, None);
}

/// Tells the shortest story that is found in which the same happens.
fn fail(seed: u64, red: &Red) {
    let plan = shrink(Plan::of(seed), red.checker, None);
    let ran = run(&plan, None);
    ran.lines.iter().for_each(|line| println!("{line}"));
    println!("{plan:#?}");
    panic!("seed {seed}: {red:?}; above is a shorter story (the whole: tests/simulate --seed {seed})");
}

/// A seed that nobody has tried, as far as the clock knows.
fn unused() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.as_micros() as u64
}

/// Seeds that `cargo test` tries.
const USUAL: u64 = 6;
/// Seeds within which every mistake is found.
const ENOUGH: u64 = 300;
