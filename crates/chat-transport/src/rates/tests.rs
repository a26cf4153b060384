//! Three nodes that tell each other what people have done, by a clock of the test's own.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

const RATE: Rate = Rate { per_second: 20, burst: 60 };
const LASTS: u64 = 60;

fn three(standing: Standing) -> [Rates; 3] {
    std::array::from_fn(|_| {
        let rates = Rates::new(RateSettings { messages: RATE, logins: RATE, ..RateSettings::default() });
        rates.stands(standing);
        rates
    })
}

const AMONG: Standing = Standing { others: 2, is_apart: false };

/// What a node has to tell, without waiting for it.
fn to_tell(rates: &Rates) -> Vec<Spent> {
    let mut waits = pin!(rates.spent());
    match waits.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(spent) => spent,
        Poll::Pending => Vec::new(),
    }
}

/// How often somebody is let through in a minute who tries ten times as often as is right, at each node in the turn that
/// these numbers say. What a node tells comes to the others after so many steps of 5 ms. And how often it was told.
fn let_through(nodes: &[Rates; 3], turn: &[usize], lag: u64) -> (u64, usize) {
    let user = UserId::new(7).expect("an id");
    let (mut done, mut told, mut on_the_way) = (0, 0, Vec::new());
    for step in 0..LASTS * 200 {
        let now = Time::from_secs(1_000).after(Duration::from_millis(5 * step));
        done += u64::from(nodes[turn[step as usize % turn.len()]].message(user, now).is_ok());
        for (from, node) in nodes.iter().enumerate() {
            let spent = to_tell(node);
            told += spent.len();
            on_the_way.push((step + lag, from, spent));
        }
        on_the_way.retain(|(comes, from, spent)| {
            if *comes <= step {
                let others = nodes.iter().enumerate().filter(|(to, _)| to != from);
                others.for_each(|(_, node)| node.spent_elsewhere(spent.clone(), now));
            }
            *comes > step
        });
    }
    (done, told)
}

/// What one node lets through in that time.
const WHOLE: u64 = RATE.burst as u64 + RATE.per_second as u64 * LASTS;

#[test]
fn who_is_at_one_node_of_three_has_the_whole_rate() {
    let (done, _) = let_through(&three(AMONG), &[1], 10);
    assert!(WHOLE - done <= 1, "{done} of {WHOLE}");
}

#[test]
fn who_is_spread_over_three_nodes_has_at_most_half_as_much_again() {
    for (turn, lag) in [(vec![0, 1, 2], 0), (vec![0, 1, 2], 20), (vec![0, 0, 0, 0, 1, 2], 20), (vec![0, 1, 2], 100)] {
        let (done, _) = let_through(&three(AMONG), &turn, lag);
        assert!(done >= WHOLE - 1 && 2 * done <= 3 * WHOLE, "{done} of {WHOLE} by {turn:?} after {lag}");
    }
}

#[test]
fn nodes_that_do_not_hear_each_other_let_at_most_half_as_much_again_through() {
    let (done, _) = let_through(&three(Standing { others: 2, is_apart: true }), &[0, 1, 2], u64::MAX / 2);
    assert!(done >= WHOLE - 1 && 2 * done <= 3 * WHOLE, "{done} of {WHOLE}");
    let (done, _) = let_through(&three(Standing { others: 2, is_apart: true }), &[1], u64::MAX / 2);
    assert!(2 * done + 2 >= WHOLE, "{done} of {WHOLE}");
}

#[test]
fn what_was_done_at_a_node_that_is_dead_is_owed_and_comes_back() {
    let nodes = three(AMONG);
    let (user, now) = (UserId::new(7).expect("an id"), Time::from_secs(1_000));
    (0..60).for_each(|_| assert_eq!(nodes[0].message(user, now), Ok(())));
    nodes[1].spent_elsewhere(to_tell(&nodes[0]), now);
    let at_once = (0..60).filter(|_| nodes[1].message(user, now).is_ok()).count();
    assert!(at_once <= 60 / OWN_PART, "{at_once}");
    let later = now.after(Duration::from_secs(6));
    nodes[1].stands(Standing::default());
    assert_eq!((0..100).filter(|_| nodes[1].message(user, later).is_ok()).count(), 60);
}

#[test]
fn whoever_does_little_is_told_of_to_nobody_and_nothing_is_told_where_nobody_is() {
    let (user, nodes) = (UserId::new(7).expect("an id"), three(AMONG));
    for second in 0..100 {
        let now = Time::from_secs(1_000 + second);
        (0..2).for_each(|_| assert_eq!(nodes[0].message(user, now), Ok(())));
    }
    assert_eq!(to_tell(&nodes[0]), vec![]);
    let alone = three(Standing::default());
    let (done, told) = let_through(&alone, &[0], 1);
    assert!(WHOLE - done <= 1 && told == 0, "{done}, told {told}");
}

#[test]
fn attempts_to_log_in_are_counted_on_all_nodes_by_address_and_by_account() {
    let (nodes, now) = (three(AMONG), Time::from_secs(1_000));
    let from = |last| Source::of(std::net::Ipv4Addr::new(192, 0, 2, last).into());
    (0..60).for_each(|_| assert_eq!(nodes[0].login("Anna", from(1), now), Ok(())));
    nodes[2].spent_elsewhere(to_tell(&nodes[0]), now);
    let tries = |name: &str, last| (0..60).filter(|_| nodes[2].login(name, from(last), now).is_ok()).count();
    assert!(tries("anna", 1) <= 60 / OWN_PART);
    assert_eq!((tries("anna", 2), tries("boris", 1)), (60, 60));
}

const OWN_PART: usize = crate::hub::OWN as usize;
