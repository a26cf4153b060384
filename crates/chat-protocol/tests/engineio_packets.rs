//! Packets and payloads: written and read again, and compared with another implementation.

use bytes::Bytes;
use chat_protocol::engineio::packet::{self, Packet, decode, decode_payload, encode_payload};
use chat_protocol::engineio::{Frame, Input, Output, Session, Sid, Wire};
use engineioxide_core::payload::{decoder, encoder};
use engineioxide_core::{OpenPacket, Packet as Theirs};
use engineioxide_core::{ProtocolVersion::V4, TransportType};
use futures_util::{FutureExt as _, StreamExt as _};
use http_body_util::Full;
use proptest::prelude::*;

fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let frame = prop_oneof![
        "[^\u{1e}]{0,20}".prop_map(|text| Frame::Text(packet::message(&text))),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Frame::Binary(bytes.into())),
    ];
    proptest::collection::vec(frame, 1..10)
}

/// Returns a message as the other side sees it: a text without its type.
fn received(frame: &Frame) -> Packet {
    Packet::Message(match frame {
        Frame::Text(text) => Frame::Text(text.slice(1..)),
        Frame::Binary(bytes) => Frame::Binary(bytes.clone()),
    })
}

fn theirs(frame: &Frame) -> Theirs {
    match frame {
        Frame::Text(text) => Theirs::Message(std::str::from_utf8(&text[1..]).expect("UTF-8").to_owned().into()),
        Frame::Binary(bytes) => Theirs::Binary(bytes.clone()),
    }
}

fn their_payload(frames: &[Frame]) -> Bytes {
    let packets: Vec<_> = frames.iter().map(|frame| [theirs(frame)].into_iter().collect()).collect();
    encoder(futures_util::stream::iter(packets), V4, true, u64::MAX).now_or_never().expect("all is there").data
}

fn their_packets(body: Bytes) -> Option<Vec<Theirs>> {
    let packets = decoder(Full::new(body), None, V4, 1 << 20).collect::<Vec<_>>();
    packets.now_or_never().expect("all is there").into_iter().collect::<Result<_, _>>().ok()
}

proptest! {
    #[test]
    fn payloads_read_back(frames in frames()) {
        let body = encode_payload(frames.clone().into_iter());
        let expected: Vec<_> = frames.iter().map(received).collect();
        prop_assert_eq!(decode_payload(body, frames.len()), Ok(expected));
    }

    #[test]
    fn both_say_the_same(frames in frames()) {
        prop_assert_eq!(encode_payload(frames.clone().into_iter()), their_payload(&frames));
    }

    #[test]
    fn each_reads_the_other(frames in frames()) {
        let read = their_packets(encode_payload(frames.clone().into_iter()));
        prop_assert_eq!(read, Some(frames.iter().map(theirs).collect::<Vec<_>>()));
        let expected: Vec<_> = frames.iter().map(received).collect();
        prop_assert_eq!(decode_payload(their_payload(&frames), 16), Ok(expected));
    }

    #[test]
    fn both_agree_on_what_a_client_may_say(text in "([0-9a-c]\\PC{0,6}|[23]probe|\\PC{0,4})") {
        let ours = decode(text.clone().into()).ok();
        let expected = match Theirs::parse(V4, text) {
            Ok(Theirs::Close) => Some(Packet::Close),
            Ok(Theirs::PingUpgrade) => Some(Packet::Probe),
            Ok(Theirs::Pong | Theirs::PongUpgrade) => Some(Packet::Pong),
            Ok(Theirs::Message(text)) => Some(Packet::Message(Frame::Text(text.into()))),
            Ok(Theirs::Upgrade) => Some(Packet::Upgrade),
            Ok(Theirs::Noop) => Some(Packet::Noop),
            // Only the server sends a ping, and `b` is for payloads.
            Ok(Theirs::Ping | Theirs::Open(_) | Theirs::Binary(_) | Theirs::BinaryV3(_)) | Err(_) => None,
        };
        prop_assert_eq!(ours, expected);
    }

    #[test]
    fn a_frame_that_is_sent_is_read(text in "\\PC{0,20}") {
        let read = decode(packet::message(&text));
        prop_assert_eq!(read, Ok(Packet::Message(Frame::Text(text.into()))));
    }
}

#[test]
fn the_handshake_is_theirs() {
    for (input, upgrades) in [(Input::PollOpened, vec![TransportType::Websocket]), (Input::WebSocketOpened, vec![])] {
        let mut session = Session::new(Default::default(), Sid::new([7; 15]));
        session.handle(0, input);
        let Some(Output::Wire(Wire::AnswerPoll(open) | Wire::SendFrame(Frame::Text(open)))) = session.poll() else {
            panic!("no OPEN")
        };
        // Their session ids have another length, so only the rest is compared.
        let mut read: serde_json::Value = serde_json::from_slice(&open[1..]).expect("JSON");
        read["sid"] = "AAAAAAAAAAAAAAAA".into();
        let read: OpenPacket = serde_json::from_value(read).expect("an OPEN packet");
        let sid = "AAAAAAAAAAAAAAAA".parse().expect("16 characters");
        let expected = OpenPacket { sid, upgrades: upgrades.into(), max_payload: 64 << 10, ..OpenPacket::default() };
        assert_eq!(read, OpenPacket { ping_timeout: std::time::Duration::from_secs(20), ..expected });
    }
}
