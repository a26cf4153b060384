#![no_main]

#[path = "../../crates/chat-protocol/tests/fuzzed/session_inputs.rs"]
mod session_inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_inputs::run(data));
