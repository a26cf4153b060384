use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The id of a session, in 20 characters: 120 random bits; or, where there are several nodes, 72 random bits after the
/// mark of the session's node. It is a secret, because whoever knows it can act as the session's client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sid([u8; LENGTH]);

/// The mark of a node, with which the ids of its sessions begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home([u8; 6]);

impl Home {
    /// Returns the mark of the node with this number.
    pub fn of(node: u64) -> Home {
        let [_, _, mark @ ..] = node.to_be_bytes();
        Home(mark)
    }
}

/// The text is not an id of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session id")]
pub struct NotASid;

impl Sid {
    /// Makes an id of random bytes.
    pub fn new(random: [u8; 15]) -> Self {
        let mut text = [b'A'; LENGTH];
        let written = BASE64_URL_SAFE_NO_PAD.encode_slice(random, &mut text);
        debug_assert_eq!(written, Ok(LENGTH));
        Self(text)
    }

    /// Makes the id of a session of this node, of random bytes.
    pub fn at(home: Home, random: [u8; 9]) -> Self {
        let mut bytes = [0; 15];
        bytes[..6].copy_from_slice(&home.0);
        bytes[6..].copy_from_slice(&random);
        Self::new(bytes)
    }

    /// Returns the mark of the session's node, if the id was made with one.
    pub fn home(&self) -> Home {
        let mut home = [0; 6];
        let _read = BASE64_URL_SAFE_NO_PAD.decode_slice(&self.0[..8], &mut home);
        debug_assert_eq!(_read, Ok(6));
        Home(home)
    }

    /// Returns the 20 characters.
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
    /// Shows only a part: logs must not have what is enough to act as the session's client.
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
