//! Packets: alone, as a WebSocket carries them, and joined, as polling does.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::{Buf as _, Bytes};

use super::{EngineSettings, Sid, Transport};

/// What one WebSocket frame carries. Polling carries the same: a text as it is, bytes as `b` and base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text in UTF-8. A sender puts the whole packet here, with its type in front, so that the same bytes are good
    /// for every session over both transports.
    Text(Bytes),
    /// Bytes, which are always a message.
    Binary(Bytes),
}

/// A packet of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// `1`: the client ends the session.
    Close,
    /// `2probe`: the first packet on a WebSocket that is to take over.
    Probe,
    /// `3`: the answer to a ping.
    Pong,
    /// `4`, or a binary frame: a message. A text comes without the type.
    Message(Frame),
    /// `5`: the WebSocket takes over now.
    Upgrade,
    /// `6`: nothing.
    Noop,
}

/// The bytes are not what a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid packet")]
pub struct Invalid;

impl Frame {
    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.bytes().len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// Returns the bytes, of a text or not.
    pub fn bytes(&self) -> &Bytes {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes,
        }
    }
}

/// Reads the text of a WebSocket frame.
pub fn decode(mut text: Bytes) -> Result<Packet, Invalid> {
    match (text.first(), text.get(1..)) {
        (Some(b'1'), _) => Ok(Packet::Close),
        (Some(b'2'), Some(b"probe")) => Ok(Packet::Probe),
        (Some(b'3'), _) => Ok(Packet::Pong),
        (Some(b'4'), _) => {
            text.advance(1);
            Ok(Packet::Message(Frame::Text(text)))
        }
        (Some(b'5'), _) => Ok(Packet::Upgrade),
        (Some(b'6'), _) => Ok(Packet::Noop),
        _ => Err(Invalid),
    }
}

/// Reads the body of a POST: all of its packets, or none if one is invalid or there are more than `most`.
pub fn decode_payload(mut body: Bytes, most: usize) -> Result<Vec<Packet>, Invalid> {
    std::str::from_utf8(&body).map_err(|_| Invalid)?;
    let count = body.iter().filter(|&&byte| byte == SEPARATOR).count() + 1;
    if count > most {
        return Err(Invalid);
    }
    let mut packets = Vec::with_capacity(count);
    while let Some(end) = body.iter().position(|&byte| byte == SEPARATOR) {
        packets.push(decode_part(body.split_to(end))?);
        body.advance(1);
    }
    packets.push(decode_part(body)?);
    Ok(packets)
}

/// Whether the body of a POST, or one of its packets, is too long.
pub(super) fn is_too_large(body: &[u8], settings: &EngineSettings) -> bool {
    body.len() > settings.max_payload
        || body.split(|&byte| byte == SEPARATOR).any(|packet| packet.len() > settings.max_packet)
}

/// Whether the body of a POST ends its session. A polling client sends its last poll and this POST at the same time on
/// two connections, and either may arrive first. The poll is to be answered, so it should be let in first.
pub fn ends(body: &[u8]) -> bool {
    body.split(|&byte| byte == SEPARATOR).any(|part| part.starts_with(b"1"))
}

/// Joins frames into the body of an answer to a poll. A single text is passed on without copying.
pub fn encode_payload(mut frames: impl ExactSizeIterator<Item = Frame>) -> Bytes {
    match (frames.next(), frames.len()) {
        (None, _) => Bytes::new(),
        (Some(Frame::Text(only)), 0) => only,
        (Some(first), _) => {
            let mut body = Vec::with_capacity(first.len() * 2);
            append(&mut body, &first);
            for frame in frames {
                body.push(SEPARATOR);
                append(&mut body, &frame);
            }
            body.into()
        }
    }
}

/// Returns the message packet of a text.
pub fn message(text: &str) -> Bytes {
    [b"4", text.as_bytes()].concat().into()
}

/// Returns the first packet of a session.
pub(super) fn open(sid: &Sid, transport: Transport, settings: &EngineSettings) -> Bytes {
    let upgrades = match transport {
        Transport::Polling => r#"["websocket"]"#,
        Transport::WebSocket => "[]",
    };
    let EngineSettings { ping_interval, ping_timeout, max_packet, .. } = settings;
    let mut packet = String::with_capacity(128);
    // Writing to a String cannot fail.
    let _ = write!(
        packet,
        r#"0{{"sid":"{sid}","upgrades":{upgrades},"pingInterval":{ping_interval},"pingTimeout":{ping_timeout},"maxPayload":{max_packet}}}"#
    );
    packet.into()
}

/// The packet that ends a session, `1`.
pub(super) const CLOSE: Bytes = Bytes::from_static(b"1");
/// The packet that asks for a pong, `2`.
pub(super) const PING: Bytes = Bytes::from_static(b"2");
/// The packet that answers a probe, `3probe`.
pub(super) const PROBED: Bytes = Bytes::from_static(b"3probe");
/// The packet that says nothing, `6`.
pub(super) const NOOP: Bytes = Bytes::from_static(b"6");

/// Reads one packet of a payload, where bytes are spelled as text.
fn decode_part(mut part: Bytes) -> Result<Packet, Invalid> {
    if part.first() != Some(&b'b') {
        return decode(part);
    }
    part.advance(1);
    let binary = BASE64.decode(&part).map_err(|_| Invalid)?;
    Ok(Packet::Message(Frame::Binary(binary.into())))
}

fn append(body: &mut Vec<u8>, frame: &Frame) {
    match frame {
        Frame::Text(text) => body.extend_from_slice(text),
        Frame::Binary(bytes) => {
            body.push(b'b');
            body.extend_from_slice(BASE64.encode(bytes).as_bytes());
        }
    }
}

const SEPARATOR: u8 = 0x1e;

/// Base64 with or without padding, because some clients leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
