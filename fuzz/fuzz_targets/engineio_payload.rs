#![no_main]

#[path = "../../crates/chat-protocol/tests/fuzzed/engineio_payload.rs"]
mod engineio_payload;

libfuzzer_sys::fuzz_target!(|data: &[u8]| engineio_payload::run(data));
