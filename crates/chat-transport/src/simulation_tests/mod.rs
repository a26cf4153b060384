//! A simulated cluster: the real hub, sessions, routes and codecs of all five dialects and the domain's rules, over a journal in
//! memory that answers late, refuses, or does not say what became of an order. Clients are cut off, stall, and come back in
//! another dialect; nodes crash; clocks jump. Time is virtual, and all chance comes from one seed, so that the same seed always
//! gives the same story.
//!
//! `tests/simulate` runs it from a shell. It is a part of this crate's own tests, where the machines can be reached and
//! [mistakes](crate::mistakes) can be planted that no other build has.

mod asked;
mod bus;
mod chance;
mod check;
mod cluster;
mod device;
mod doubt;
mod ears;
mod engine;
mod fold;
mod frost;
mod heard;
mod journal;
mod link;
mod load;
mod node;
mod options;
mod plan;
mod search;
mod seen_tests;
mod story;
mod talk;
mod truth;
mod voices;
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

#[test]
fn the_same_seed_is_the_same_story() {
    for seed in [1, 2, 3] {
        let (once, again) = (run(&Plan::of(seed), None), run(&Plan::of(seed), None));
        let differ = once.lines.iter().zip(&again.lines).find(|(once, again)| once != again);
        assert_eq!(once.hash, again.hash, "seed {seed}: {differ:?}");
        // Whoever does one thing more or less has another story.
        let other = Plan { pace: (11, 480), ..Plan::of(seed) };
        assert_ne!(once.hash, run(&other, None).hash, "seed {seed}");
    }
}

#[test]
fn a_red_seed_is_told_by_a_shorter_story() {
    let mistake = Some(Mistake::Back);
    let (seed, red) = search(1, ENOUGH, mistake, || false).red.expect("the mistake is found");
    let (whole, plan) = (Plan::of(seed), shrink(Plan::of(seed), red.checker, mistake, FEW));
    let shorter = run(&plan, mistake);
    assert!(shorter.lines.len() < run(&whole, mistake).lines.len(), "{plan:?} is not shorter than {whole:?}");
    assert_eq!(shorter.red.map(|red| red.checker), Some(red.checker));
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

/// Prints the story of a seed.
fn tell(seed: u64) {
    let plan = Plan::of(seed);
    let ran = run(&plan, None);
    ran.lines.iter().for_each(|line| println!("{line}"));
    println!("{plan:#?}\nseed {seed}: story {:016x}", ran.hash);
    assert_eq!(ran.red, None);
}

/// Fails with the shortest story that was found for this failure.
fn fail(seed: u64, red: &Red) {
    let plan = shrink(Plan::of(seed), red.checker, None, MANY);
    let ran = run(&plan, None);
    ran.lines.iter().for_each(|line| println!("{line}"));
    println!("{plan:#?}");
    panic!("seed {seed}: {red:?}; above is a shorter story (the whole: tests/simulate --seed {seed})");
}

/// Returns a seed that was probably never tried, from the clock.
fn unused() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.as_micros() as u64
}

/// How many seeds `cargo test` tries.
const USUAL: u64 = 6;
/// How many simpler plans are tried for whoever reads the story, and how many where it is only to be seen that one is found.
const MANY: u32 = 60;
const FEW: u32 = 6;
/// Within how many seeds every mistake must be found.
const ENOUGH: u64 = 300;
