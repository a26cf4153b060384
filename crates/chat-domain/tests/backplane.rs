//! Nodes that talk over a bus which loses, repeats and reorders: every loss is noticed, and only losses are.

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chat_domain::Time;
use chat_domain::backplane::{Backplane, Ears, Envelope, Hearing, Moved, Numbering, Speaker};
use chat_domain::memory::bus::Bus;
use common::room;
use proptest::prelude::*;

const ANNA: Speaker = Speaker { cluster: 1, epoch: 1, node: 1, life: 1 };
const BORIS: Speaker = Speaker { node: 2, ..ANNA };

fn at(millis: u64) -> Time {
    Time(0).after(Duration::from_millis(millis))
}

fn moved(number: i64, seq: u64) -> Moved {
    Moved { room: room(number), from_seq: seq, to_seq: seq, moves: 0, comes: false, events: Vec::new() }
}

/// A node that has heard the other one begin, and has compared.
fn hearing(numbering: &mut Numbering) -> Hearing {
    let mut hearing = Hearing::new(BORIS);
    numbering.heartbeats(at(0)).iter().for_each(|beat| assert!(hearing.hear(at(0), beat)));
    assert!(hearing.compares(at(0)), "what was before is not known");
    hearing
}

/// Makes so many envelopes about one room.
fn said(numbering: &mut Numbering, count: u64) -> Vec<Envelope> {
    (1..=count).flat_map(|seq| numbering.envelopes(vec![moved(1, seq)])).collect()
}

#[test]
fn what_comes_in_order_is_heard_once_and_nothing_is_compared() {
    let mut numbering = Numbering::new(ANNA, 4);
    let mut hearing = hearing(&mut numbering);
    for envelope in said(&mut numbering, 3) {
        assert!(hearing.hear(at(10), &envelope));
        assert!(!hearing.hear(at(10), &envelope), "a double");
    }
    assert!(!hearing.compares(at(900)));
}

#[test]
fn rooms_are_spread_over_channels_each_with_numbers_of_its_own() {
    let mut numbering = Numbering::new(ANNA, 4);
    let envelopes = numbering.envelopes(vec![moved(1, 1), moved(2, 1), moved(5, 7)]);
    let told: Vec<_> = envelopes.iter().map(|one| (one.channel, one.n, one.rooms.len())).collect();
    assert_eq!(told, [(1, 1, 2), (2, 1, 1)]);
    assert!(numbering.heartbeats(at(0)).iter().map(|beat| beat.n).eq([0, 1, 1, 0]));
    assert!(numbering.heartbeats(at(999)).is_empty());
    assert_eq!(numbering.heartbeats(at(1_000)).len(), 4);
}

#[test]
fn a_hole_waits_a_moment_for_what_was_overtaken() {
    for (late, compared) in [(Some(150), false), (None, true)] {
        let mut numbering = Numbering::new(ANNA, 1);
        let mut hearing = hearing(&mut numbering);
        let said = said(&mut numbering, 2);
        assert!(hearing.hear(at(100), &said[1]));
        assert!(!hearing.compares(at(199)));
        if let Some(late) = late {
            assert!(hearing.hear(at(late), &said[0]));
        }
        assert_eq!(hearing.compares(at(300)), compared);
        assert!(!hearing.compares(at(1_000)), "once");
    }
}

#[test]
fn the_last_word_before_a_silence_is_missed_by_the_heartbeat_behind_it() {
    let mut numbering = Numbering::new(ANNA, 1);
    let mut hearing = hearing(&mut numbering);
    let _lost = said(&mut numbering, 1);
    for beat in numbering.heartbeats(at(1_000)) {
        hearing.hear(at(1_000), &beat);
    }
    assert!(!hearing.compares(at(1_099)));
    assert!(hearing.compares(at(1_100)));
}

#[test]
fn silence_another_life_and_death_are_reasons_to_compare_once() {
    let mut numbering = Numbering::new(ANNA, 1);
    let mut hearing = hearing(&mut numbering);
    assert_eq!([1_999, 2_000, 9_000].map(|millis| hearing.compares(at(millis))), [false, true, false]);
    let mut reborn = Numbering::new(Speaker { life: 2, ..ANNA }, 1);
    let first = &said(&mut reborn, 1)[0];
    assert!(hearing.hear(at(9_100), first));
    assert_eq!([9_249, 9_250, 9_600].map(|millis| hearing.compares(at(millis))), [true, false, false]);
    assert!(!hearing.hear(at(9_700), &said(&mut numbering, 1)[0]), "of the life before");
    hearing.lost(ANNA.node);
    assert!(hearing.compares(at(9_800)));
}

#[test]
fn nobody_is_heard_but_the_nodes_of_this_cluster_in_this_life_of_the_database() {
    let mut hearing = Hearing::new(BORIS);
    let others = [Speaker { cluster: 2, ..ANNA }, Speaker { epoch: 2, ..ANNA }, BORIS];
    for speaker in others {
        let envelope = &said(&mut Numbering::new(speaker, 1), 1)[0];
        assert!(!hearing.hear(at(0), envelope), "{speaker:?}");
    }
    let later = Envelope { version: 99, ..said(&mut Numbering::new(ANNA, 1), 1)[0].clone() };
    assert!(!hearing.hear(at(0), &later));
    assert!(!hearing.compares(at(9_000)));
}

#[test]
fn many_reasons_make_four_comparisons_a_second() {
    let mut numbering = Numbering::new(ANNA, 1);
    let mut hearing = hearing(&mut numbering);
    let mut compared = 0;
    for millis in 1_000..2_000 {
        let said = said(&mut numbering, 2);
        hearing.hear(at(millis), &said[1]);
        compared += usize::from(hearing.compares(at(millis)));
    }
    assert!((3..=4).contains(&compared), "{compared}");
}

#[test]
fn a_number_far_ahead_is_one_reason_and_no_list() {
    let mut numbering = Numbering::new(ANNA, 1);
    let mut hearing = hearing(&mut numbering);
    let far = Envelope { n: u64::MAX, ..said(&mut numbering, 1)[0].clone() };
    assert!(hearing.hear(at(500), &far));
    assert!(hearing.compares(at(500)));
}

#[test]
fn whoever_is_silent_is_dead_only_when_the_database_says_so_too() {
    let mut numbering = Numbering::new(ANNA, 1);
    let mut hearing = hearing(&mut numbering);
    assert!(hearing.compares(at(2_000)), "the silence");
    assert_eq!(hearing.living(at(60_000), &[ANNA.node]), [], "the bus may be away");
    assert_eq!(hearing.living(at(4_999), &[]), [], "the database may be away");
    assert_eq!(hearing.living(at(5_000), &[]), [(ANNA.node, at(0))]);
    assert!(hearing.compares(at(5_000)), "what it said last may be missing");
    assert_eq!(hearing.living(at(6_000), &[]), [], "it dies once");
}

/// Ears that keep what they hear.
#[derive(Default)]
struct Notebook(Mutex<Vec<Envelope>>);

impl Ears for Notebook {
    fn heard(&self, envelope: Envelope) {
        self.0.lock().expect("the notebook").push(envelope);
    }

    fn was_deaf(&self) {}

    fn living(&self, _: Vec<u64>) {}
}

#[test]
fn the_bus_in_memory_tells_everybody_else() {
    let bus = Bus::new();
    let notebooks: Vec<Arc<Notebook>> = (0..3).map(|_| Arc::default()).collect();
    let ends: Vec<Arc<dyn Backplane>> = (0..)
        .zip(&notebooks)
        .map(|(node, notebook)| {
            let ears: Arc<dyn Ears> = notebook.clone();
            bus.join(node, &ears)
        })
        .collect();
    ends[0].publish(said(&mut Numbering::new(ANNA, 1), 2));
    let heard: Vec<usize> = notebooks.iter().map(|notebook| notebook.0.lock().expect("the notebook").len()).collect();
    assert_eq!(heard, [0, 2, 2]);
}

proptest! {
    /// A bus that drops, repeats and reorders envelopes within a moment. A comparison follows each loss within 1.2 s,
    /// and none without a loss.
    #[test]
    fn every_loss_is_noticed_and_nothing_else(fates in proptest::collection::vec((0u8..10, 0u64..90), 1..40)) {
        let mut numbering = Numbering::new(ANNA, 1);
        let mut hearing = hearing(&mut numbering);
        let mut on_the_way = Vec::new();
        let mut lost = false;
        for (number, (fate, delay)) in (1..).zip(&fates) {
            let envelope = said(&mut numbering, 1).remove(0);
            let sent = number * 10;
            match fate {
                0 => lost = true,
                1 => on_the_way.extend([(sent + delay, envelope.clone()), (sent, envelope)]),
                _ => on_the_way.push((sent + delay, envelope)),
            }
        }
        let last = fates.len() as u64 * 10;
        on_the_way.sort_by_key(|(arrives, _)| *arrives);
        let (mut compared, mut heard) = (false, 0);
        let mut arriving = on_the_way.into_iter().peekable();
        for millis in 0..last + 1_200 {
            if millis > last + 90 {
                for beat in numbering.heartbeats(at(millis)) {
                    hearing.hear(at(millis), &beat);
                }
            }
            while let Some((_, envelope)) = arriving.next_if(|(arrives, _)| *arrives <= millis) {
                heard += usize::from(hearing.hear(at(millis), &envelope));
            }
            compared |= hearing.compares(at(millis));
        }
        prop_assert_eq!(compared, lost);
        prop_assert_eq!(heard, fates.iter().filter(|(fate, _)| *fate != 0).count());
    }
}
