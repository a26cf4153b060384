//! Encoding a text message allocates nothing but its frame.

#[path = "codecs/toy.rs"]
mod toy;

use allocation_counter::measure;
use chat_domain::{Command, Draft};
use chat_protocol::{Frames, Request, Shape, audience, decode, encode};

use toy::*;

#[test]
fn a_message_costs_two_allocations_cold_and_none_warm() {
    let news = sent(text("An ordinary message of ordinary length, a line or two as people write them. Ещё немного."));
    for entrance in ENTRANCES {
        let shape = Shape { entrance, cursor: true, features: chat_protocol::Features::NONE };
        let Some(audience) = audience(shape, &news, user(1)) else { continue };
        let mut frames = Frames::new();
        let cold = measure(|| encode(shape, audience, &news, EPOCH, &mut frames));
        assert_eq!(frames.len(), 1);
        assert!(cold.count_total <= 2, "{entrance:?}: {cold:?}");
        frames.clear();
        let warm = measure(|| encode(shape, audience, &news, EPOCH, &mut frames));
        assert_eq!((frames.len(), warm.count_total), (1, 0), "{entrance:?}");
    }
}

#[test]
fn what_a_bad_frame_makes_the_decoder_keep_is_no_more_than_the_frame_deserves() {
    for entrance in ENTRANCES {
        for frame in
            [format!(r#"{{"metadata":{}"#, "[".repeat(60_000)), format!(r#"{{"type":"{}"}}"#, "x".repeat(60_000))]
        {
            let cost = measure(|| drop(decode(endpoint(entrance), frame.as_bytes(), None)));
            assert!(cost.bytes_max <= 128 << 10, "{entrance:?}: {cost:?}");
        }
        let wide = format!(r#"{{"metadata":{{"a":[{}0]}}}}"#, "0,".repeat(30_000));
        let cost = measure(|| drop(decode(endpoint(entrance), wide.as_bytes(), None)));
        // A value in a tree takes about 32 bytes, and a list doubles when it grows: some fifty bytes for each byte of
        // the frame.
        assert!(cost.bytes_max <= 60 * wide.len() as u64, "{entrance:?}: {cost:?}");
    }
}

#[test]
fn a_send_costs_its_words_alone() {
    let frame = r#"{"type":"chat_message","message":"Hello"}"#;
    let mut asked = None;
    let at = endpoint(chat_protocol::Entrance::Room(Default::default()));
    let cost = measure(|| asked = decode(at, frame.as_bytes(), None).ok());
    let send = Command::Send { room: room(123), draft: Draft::text("Hello"), client_id: None };
    assert_eq!(asked.map(|asked| asked.request), Some(Request::Order(send)));
    assert_eq!(cost.count_total, 1, "{cost:?}");
}
