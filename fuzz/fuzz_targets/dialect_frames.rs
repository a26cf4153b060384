#![no_main]

#[path = "../../crates/chat-protocol/tests/fuzzed/dialect_frames.rs"]
mod dialect_frames;
#[path = "../../crates/chat-protocol/tests/codecs/toy.rs"]
mod toy;

libfuzzer_sys::fuzz_target!(|data: &[u8]| dialect_frames::run(data));
