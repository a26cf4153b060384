//! Cursors: where a reader stands in a room, as one opaque word that every dialect understands.

use std::fmt;
use std::str::FromStr;

use chat_domain::{Head, RoomId};

/// Where a reader stands in a room, in one life of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The life of the database.
    pub epoch: u64,
    /// The room in which the reader stands.
    pub room: RoomId,
    /// The room's counters up to which the reader has everything.
    pub head: Head,
}

impl Cursor {
    /// Appends its spelling.
    pub(crate) fn spell(&self, out: &mut Vec<u8>) {
        let numbers = [self.epoch, self.room.number().unsigned_abs(), self.head.seq, self.head.moves];
        for (at, number) in numbers.into_iter().enumerate() {
            if at > 0 {
                out.push(b'.');
            }
            let digits = (number.checked_ilog2().unwrap_or(0) / 4) + 1;
            out.extend((0..digits).rev().map(|n| b"0123456789abcdef"[(number >> (n * 4) & 0xf) as usize]));
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}.{:x}.{:x}", self.epoch, self.room.number(), self.head.seq, self.head.moves)
    }
}

/// The text is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`cursor` is not one that this server gave")]
pub struct NotCursor;

impl FromStr for Cursor {
    type Err = NotCursor;

    fn from_str(text: &str) -> Result<Cursor, NotCursor> {
        let mut numbers = text.split('.').map(|part| match part.as_bytes() {
            [b'0'..=b'9' | b'a'..=b'f', ..] if part.len() <= 16 => u64::from_str_radix(part, 16).map_err(|_| NotCursor),
            _ => Err(NotCursor),
        });
        let mut next = || numbers.next().unwrap_or(Err(NotCursor));
        let (epoch, room, seq, moves) = (next()?, next()?, next()?, next()?);
        let room = i64::try_from(room).ok().and_then(RoomId::new).ok_or(NotCursor)?;
        let cursor = Cursor { epoch, room, head: Head { seq, moves } };
        // Each cursor has only one spelling: without leading zeros, signs or further numbers.
        if cursor.to_string() == text { Ok(cursor) } else { Err(NotCursor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let cursor = Cursor { epoch: u64::MAX, room: RoomId::new(7).unwrap(), head: Head { seq: 300, moves: 0 } };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let mut spelled = Vec::new();
        cursor.spell(&mut spelled);
        assert_eq!(spelled, cursor.to_string().into_bytes());
        for text in ["", ".", "1.2.3", "1.2.3.4.5", "1.0.3.4", "1.2.+3.4", "1.02.3.4", "1.2.3.4 ", "g.2.3.4", "A.2.3.4"]
        {
            assert_eq!(text.parse::<Cursor>(), Err(NotCursor), "{text}");
        }
    }
}
