#![no_main]

#[path = "../../crates/chat-protocol/tests/fuzzed/socketio_packet.rs"]
mod socketio_packet;

libfuzzer_sys::fuzz_target!(|data: &[u8]| socketio_packet::run(data));
