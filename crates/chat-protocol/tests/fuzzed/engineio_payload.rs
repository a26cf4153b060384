use bytes::Bytes;
use chat_protocol::engineio::packet::{Packet, decode, decode_payload, encode_payload};
use chat_protocol::engineio::{Frame, packet};

/// A body is taken as a whole or not at all, yields no more bytes than it has, and reads the same when it is written
/// again.
pub(crate) fn run(data: &[u8]) {
    let _ = decode(Bytes::copy_from_slice(data));
    let Ok(packets) = decode_payload(Bytes::copy_from_slice(data), MOST) else { return };
    assert!(packets.len() <= MOST.min(data.len()));
    let messages: Vec<_> = packets.into_iter().filter_map(message).collect();
    assert!(messages.iter().map(Frame::len).sum::<usize>() <= data.len());
    if messages.is_empty() {
        return;
    }
    let told = encode_payload(messages.iter().cloned().map(with_type).collect::<Vec<_>>().into_iter());
    let again = decode_payload(told, MOST).expect("what we send is valid");
    assert_eq!(again.into_iter().filter_map(message).collect::<Vec<_>>(), messages);
}

fn message(packet: Packet) -> Option<Frame> {
    match packet {
        Packet::Message(frame) => Some(frame),
        _ => None,
    }
}

fn with_type(frame: Frame) -> Frame {
    match frame {
        Frame::Text(text) => Frame::Text(packet::message(std::str::from_utf8(&text).expect("checked"))),
        binary => binary,
    }
}

const MOST: usize = 256;
