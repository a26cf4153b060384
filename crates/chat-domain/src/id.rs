//! Ids: each is one number with two spellings, an integer and a UUID.
//!
//! Everything that has an id is known by a positive integer that JavaScript reads exactly, and by a UUID that is
//! computed from it and back without looking anything up. Only users of outside issuers may have a UUID that is not
//! computed.

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

/// The largest number that an id may have: 2^53 − 1.
pub const MAX_ID: i64 = (1 << 53) - 1;

/// The first integer for users of outside issuers whose subject does not determine one: 2^52.
pub const FIRST_FOREIGN_USER: i64 = 1 << 52;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "i64", into = "i64"))]
        pub struct $name(i64);

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = NotId;

            fn try_from(number: i64) -> Result<$name, NotId> {
                $name::new(number).ok_or(NotId)
            }
        }

        impl $name {
            /// Returns the id with this number if it is 1 to [`MAX_ID`].
            pub const fn new(number: i64) -> Option<Self> {
                if number > 0 && number <= MAX_ID { Some(Self(number)) } else { None }
            }

            /// Returns the number.
            pub const fn number(self) -> i64 {
                self.0
            }

            /// Returns the UUID computed from the number.
            pub const fn uuid(self) -> Uuid {
                Uuid::made($kind, self.0)
            }

            /// Returns the id from which this UUID was computed; `None` if it was not computed from an id of this kind.
            pub fn from_uuid(uuid: Uuid) -> Option<Self> {
                uuid.number_of($kind).and_then(Self::new)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// The id of a person.
    UserId = 1;
    /// A room: a direct chat, a group, a roulette chat.
    RoomId = 2;
    /// The id of a message. Ids of one room become visible in increasing order.
    MessageId = 3;
    /// The id of a notification.
    NotificationId = 4;
    /// The id of a report.
    ReportId = 5;
}

/// A UUID in its canonical spelling.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Uuid(pub u128);

const PREFIX: u128 = 0x6368_6174;

impl Uuid {
    /// Returns `63686174-KKKK-8000-8HHH-LLLLLLLLLLLL`, with the kind in K and the number in H and L.
    const fn made(kind: u16, number: i64) -> Uuid {
        let number = number as u128;
        let (high, low) = (number >> 48 & 0xfff, number & 0xffff_ffff_ffff);
        Uuid(PREFIX << 96 | (kind as u128) << 80 | 0x8000 << 64 | (0x8000 | high) << 48 | low)
    }

    /// Returns the number from which this UUID was computed for this kind; `None` if it was not.
    fn number_of(self, kind: u16) -> Option<i64> {
        let number = (self.0 >> 48 & 0xfff) << 48 | self.0 & 0xffff_ffff_ffff;
        let number = i64::try_from(number).ok()?;
        (Uuid::made(kind, number) == self).then_some(number)
    }

    /// Returns the 36 characters of the canonical spelling, in lower case.
    pub fn spelled(self) -> [u8; 36] {
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (number, byte) in self.0.to_be_bytes().into_iter().enumerate() {
            at += usize::from(matches!(number, 4 | 6 | 8 | 10));
            let nibbles = [byte >> 4, byte & 0xf].map(|nibble| b"0123456789abcdef"[usize::from(nibble)]);
            text[at..at + 2].copy_from_slice(&nibbles);
            at += 2;
        }
        text
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.spelled()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number is not 1 to [`MAX_ID`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotId;

/// The text is not a UUID in its canonical spelling of 36 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct NotUuid;

impl From<Uuid> for String {
    fn from(uuid: Uuid) -> String {
        uuid.to_string()
    }
}

impl TryFrom<String> for Uuid {
    type Error = NotUuid;

    fn try_from(text: String) -> Result<Uuid, NotUuid> {
        text.parse()
    }
}

impl FromStr for Uuid {
    type Err = NotUuid;

    fn from_str(text: &str) -> Result<Uuid, NotUuid> {
        let bytes = text.as_bytes();
        if bytes.len() != 36 {
            return Err(NotUuid);
        }
        bytes.iter().enumerate().try_fold(Uuid(0), |uuid, (at, &byte)| match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => Ok(uuid),
            (8 | 13 | 18 | 23, _) => Err(NotUuid),
            _ => (byte as char).to_digit(16).map(|digit| Uuid(uuid.0 << 4 | u128::from(digit))).ok_or(NotUuid),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_uuid_are_one_identity() {
        for number in [1, 2, 255, 1 << 48, FIRST_FOREIGN_USER, MAX_ID] {
            let id = MessageId::new(number).unwrap();
            let parsed: Uuid = id.uuid().to_string().to_uppercase().parse().unwrap();
            assert_eq!(MessageId::from_uuid(parsed), Some(id));
            assert_eq!(RoomId::from_uuid(parsed), None);
        }
        assert_eq!(UserId::new(1).unwrap().uuid().to_string(), "63686174-0001-8000-8000-000000000001");
        assert_eq!(UserId::new(MAX_ID).unwrap().uuid().to_string(), "63686174-0001-8000-801f-ffffffffffff");
    }

    #[test]
    fn what_was_never_made_here_is_nobody() {
        assert_eq!(UserId::new(0), None);
        assert_eq!(UserId::new(MAX_ID + 1), None);
        for text in ["63686174-0001-8000-8000-000000000000", "63686174-0001-8000-8fff-ffffffffffff"] {
            assert_eq!(UserId::from_uuid(text.parse().unwrap()), None, "{text}");
        }
        for text in [
            "",
            "{63686174-0001-8000-8000-000000000001}",
            "63686174000180008000000000000001",
            "63686174-0001-8000-8000-00000000000g",
        ] {
            assert_eq!(text.parse::<Uuid>(), Err(NotUuid), "{text}");
        }
    }
}
