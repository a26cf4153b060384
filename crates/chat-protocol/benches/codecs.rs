//! How long it takes to encode a text message and to decode a send, in each dialect: `cargo bench -p chat-protocol`.

#[path = "../tests/codecs/toy.rs"]
mod toy;

use std::hint::black_box;
use std::time::Instant;

use chat_protocol::{Entrance, Frames, Shape, audience, decode, encode};

use toy::*;

const WORDS: &str = "An ordinary message of ordinary length, a line or two as people write them.";

fn main() {
    println!("{:<20} {:>12} {:>12} {:>12}", "ns", "encode", "with cursor", "decode");
    for entrance in ENTRANCES {
        let encoding = |cursor| encoding(entrance, cursor).map_or("-".into(), |ns| ns.to_string());
        let decoding = decoding(entrance).map_or("-".into(), |ns| ns.to_string());
        println!("{:<20} {:>12} {:>12} {decoding:>12}", format!("{entrance:?}"), encoding(false), encoding(true));
    }
}

fn encoding(entrance: Entrance, cursor: bool) -> Option<u128> {
    let news = sent(text(WORDS));
    let shape = Shape { entrance, cursor, features: chat_protocol::Features::NONE };
    let audience = audience(shape, &news, user(1))?;
    let mut frames = Frames::new();
    Some(nanoseconds(|| {
        frames.clear();
        encode(shape, audience, black_box(&news), EPOCH, &mut frames);
        black_box(&frames);
    }))
}

fn decoding(entrance: Entrance) -> Option<u128> {
    let frame = match entrance {
        Entrance::Sse | Entrance::Personal => return None,
        Entrance::Bare => format!(r#"{{"type":"message","content":"{WORDS}","client_id":"c-1"}}"#),
        Entrance::Multiplexed => {
            format!(r#"{{"type":"send_message","chat_id":123,"content":"{WORDS}","client_id":"c-1"}}"#)
        }
        Entrance::Room(_) => format!(r#"{{"type":"chat_message","message":"{WORDS}","client_id":"c-1"}}"#),
        Entrance::Roulette => {
            format!(r#"{{"type":"send_message","payload":{{"content":"{WORDS}","client_id":"c-1"}}}}"#)
        }
        Entrance::SocketIo => format!(
            r#"["chat:message:send",{{"chat_id":"{}","type":"text","content":"{WORDS}","metadata":{{}},"client_id":"c-1"}}]"#,
            room(123).uuid()
        ),
    };
    let endpoint = endpoint(entrance);
    assert!(decode(endpoint, frame.as_bytes(), Some(1)).is_ok(), "{frame}");
    Some(nanoseconds(|| {
        let _ = black_box(decode(endpoint, black_box(frame.as_bytes()), Some(1)));
    }))
}

/// Returns the best of several rounds, because other work on the machine can only make a round longer.
fn nanoseconds(mut work: impl FnMut()) -> u128 {
    const ROUND: u32 = 20_000;
    let round = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..ROUND).for_each(|_| work());
        start.elapsed().as_nanos() / u128::from(ROUND)
    };
    (0..10).map(|_| round(&mut work)).min().unwrap_or(0)
}
