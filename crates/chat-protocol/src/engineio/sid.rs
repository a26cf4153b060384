use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The name of a session: 120 random bits in 20 characters, or 72 behind the mark of the node where it lives. Whoever knows it can
/// speak for the session, so it is a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sid([u8; LENGTH]);

/// The mark of a node in the ids of the sessions that live there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home([u8; 6]);

impl Home {
    /// Of the node with this number.
    pub fn of(node: u64) -> Home {
        let [_, _, mark @ ..] = node.to_be_bytes();
        Home(mark)
    }
}

/// The text is not a [`Sid`] that anybody ever got from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session id")]
pub struct NotASid;

impl Sid {
    /// Spells the random bytes that the caller drew.
    pub fn new(random: [u8; 15]) -> Self {
        let mut text = [b'A'; LENGTH];
        let written = BASE64_URL_SAFE_NO_PAD.encode_slice(random, &mut text);
        debug_assert_eq!(written, Ok(LENGTH));
        Self(text)
    }

    /// The same for a session that lives on a node of several: it begins with that node's mark.
    pub fn at(home: Home, random: [u8; 9]) -> Self {
        let mut bytes = [0; 15];
        bytes[..6].copy_from_slice(&home.0);
        bytes[6..].copy_from_slice(&random);
        Self::new(bytes)
    }

    /// The mark of the node where the session lives, where there are several.
    pub fn home(&self) -> Home {
        let mut home = [0; 6];
        let _read = BASE64_URL_SAFE_NO_PAD.decode_slice(&self.0[..8], &mut home);
        debug_assert_eq!(_read, Ok(6));
        Home(home)
    }

    /// The 20 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Sid {
    type Err = NotASid;

    fn from_str(text: &str) -> Result<Self, NotASid> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NotASid)?;
        bytes.iter().all(is_base64url).then_some(Self(bytes)).ok_or(NotASid)
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Sid {
    /// Logs must not hold what is enough to speak for a session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sid({}…)", &self.as_str()[..4])
    }
}

fn is_base64url(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

const LENGTH: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sid_reads_back_and_nothing_else_is_one() {
        let sid = Sid::new([0xff; 15]);
        assert_eq!(sid.as_str(), "____________________");
        assert_eq!(sid.as_str().parse(), Ok(sid));
        for text in [
            "",
            "__proto__",
            "___________________",
            "_____________________",
            "___________________é",
            "___________________ ",
        ] {
            assert_eq!(text.parse::<Sid>(), Err(NotASid), "{text}");
        }
    }

    #[test]
    fn the_id_of_a_session_names_its_node() {
        let home = Home::of(0x7000_1234_5678_9abc);
        let sid = Sid::at(home, [0xff; 9]);
        assert_eq!((sid.home(), sid.as_str().parse()), (home, Ok(sid)));
        assert_ne!(Sid::at(Home::of(1), [0xff; 9]).home(), home);
    }

    #[test]
    fn a_log_line_does_not_give_the_sid_away() {
        assert_eq!(format!("{:?}", Sid::new([0; 15])), "Sid(AAAA…)");
    }
}
