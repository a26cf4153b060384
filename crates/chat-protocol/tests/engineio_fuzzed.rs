//! The fuzz targets with their seeds and with random bytes, as ordinary tests.

mod fuzzed;

use std::fs;
use std::path::Path;

use proptest::prelude::*;

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    let mut seeds = 0;
    for entry in fs::read_dir(&corpus).expect("the corpus is there") {
        run(&fs::read(entry.expect("readable").path()).expect("readable"));
        seeds += 1;
    }
    assert!(seeds > 0, "no seeds in {}", corpus.display());
}

#[test]
fn engineio_payload_seeds() {
    replay("engineio_payload", fuzzed::engineio_payload::run);
}

#[test]
fn socketio_packet_seeds() {
    replay("socketio_packet", fuzzed::socketio_packet::run);
}

#[test]
fn session_inputs_seeds() {
    replay("session_inputs", fuzzed::session_inputs::run);
}

proptest! {
    #[test]
    fn engineio_payload_random(data in payload()) {
        fuzzed::engineio_payload::run(&data);
    }

    #[test]
    fn socketio_packet_random(data in packet()) {
        fuzzed::socketio_packet::run(&data);
    }

    #[test]
    fn session_inputs_random(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzzed::session_inputs::run(&data);
    }

    #[test]
    fn session_inputs_likely(steps in proptest::collection::vec(likely_step(), 0..60)) {
        fuzzed::session_inputs::run(&steps.concat());
    }
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        "[0-6b][a-zA-Z0-9+/]{0,12}={0,2}".prop_map(String::into_bytes),
        "4\\PC{0,8}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(part, 0..6).prop_map(|parts| parts.join(&0x1e))
}

fn packet() -> impl Strategy<Value = Vec<u8>> {
    let json = prop_oneof![
        Just(String::new()),
        "\\[\"[a-z\\\\\"]{0,5}\"(,[0-9a-z{}\"\\[\\]]{0,6}){0,3}\\]",
        "\\[\"[a-z]{1,5}\"(,(1|null|\\{\"a\":\\[true\\]\\}|\"да\")){0,3}\\]",
    ];
    let head = "[0-7]([0-9]{1,2}-)?((/|/custom|/random),)?[0-9]{0,3}";
    (head, json).prop_map(|(head, json)| (head + &json).into_bytes())
}

/// Steps that mean something more often than random bytes do.
fn likely_step() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        Just("40"),
        Just("41"),
        Just("40/custom,"),
        Just("42[\"a\"]"),
        Just("421[\"a\",1]"),
        Just("431[]"),
        Just("451-[\"a\"]"),
        Just("bAQ=="),
        Just("1"),
        Just("3"),
        Just("4x\u{1e}40"),
        Just("2probe"),
        Just("5"),
    ];
    (any::<u8>(), any::<u8>(), text).prop_map(|(passed, what, text)| {
        let length = u8::try_from(text.len()).expect("short");
        [&[passed, what, length][..], text.as_bytes()].concat()
    })
}
