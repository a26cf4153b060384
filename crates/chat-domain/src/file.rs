//! An uploaded file: its id, what is known of it, and the addresses that name it.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::checks::invalid;
use crate::id::{MessageId, RoomId, UserId};
use crate::refusal::Refusal;

/// The id of a file: 22 characters, which can stand in an address, made of 128 random bits. Whoever knows it may read
/// the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct FileId([u8; LENGTH]);

impl FileId {
    /// Returns the id of this spelling.
    pub fn new(text: &str) -> Option<FileId> {
        let letters: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        letters.iter().all(|letter| LETTERS.contains(letter)).then_some(FileId(letters))
    }

    /// Returns the id made of these bits, which must be so random that nobody can guess them.
    pub fn of_bits(bits: u128) -> FileId {
        let mut letters = [0; LENGTH];
        for (at, letter) in letters.iter_mut().enumerate() {
            *letter = LETTERS[(bits >> (6 * at)) as usize & 63];
        }
        FileId(letters)
    }

    /// Returns its spelling.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<FileId> for String {
    fn from(id: FileId) -> String {
        id.as_str().into()
    }
}

impl TryFrom<String> for FileId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<FileId, &'static str> {
        FileId::new(&text).ok_or("must have 22 letters, digits, `-` or `_`")
    }
}

/// What everybody may know of a file who may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct File {
    /// The id of the file.
    pub id: FileId,
    /// The name that its owner gave it.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The media type that its owner gave it, such as `image/png`.
    pub mime: String,
}

impl File {
    /// Refuses a file that is to be uploaded if it is larger than `most`, or if its name cannot stand in an address or
    /// its type in a header.
    pub fn check(&self, most: u64) -> Result<(), Refusal> {
        let letters = self.name.chars().take(NAME + 1).count();
        if letters == 0 || letters > NAME || matches!(&*self.name, "." | "..") {
            return Err(invalid("name", "must have 1 to 255 characters, and be neither `.` nor `..`"));
        }
        if self.name.chars().any(|letter| letter == '/' || letter.is_control()) {
            return Err(invalid("name", "must not contain `/` or control characters"));
        }
        if self.size == 0 {
            return Err(invalid("size", "must be at least 1"));
        }
        if self.size > most {
            return Err(Refusal::TooLarge { field: "size", limit: usize::try_from(most).unwrap_or(usize::MAX) });
        }
        let is_type = self.mime.split_once('/').is_some_and(|(sort, rest)| !sort.is_empty() && !rest.is_empty());
        if !is_type || self.mime.len() > TYPE || self.mime.bytes().any(|byte| !(b' '..=b'~').contains(&byte)) {
            return Err(invalid("type", "must be a media type such as `image/png`"));
        }
        Ok(())
    }
}

/// A file, and what decides who may name it and read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FileRow {
    /// What everybody may know.
    pub file: Arc<File>,
    /// The user who announced it.
    pub owner: UserId,
    /// Whether all of its bytes have been uploaded.
    pub is_whole: bool,
    /// What it belongs to.
    pub bond: Bond,
}

/// What a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Bond {
    /// Its owner, until a message of theirs names it.
    Free,
    /// The message that first named it: it is deleted with that message.
    Bound(RoomId, MessageId),
    /// Nothing any more: its bytes are deleted, or will be.
    Gone,
}

/// A file that an address in a message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name of the message's field in which the address stands.
    pub field: &'static str,
    /// The id of the file, if it was uploaded to this server.
    pub id: FileId,
    /// The name that the address gives it.
    pub name: String,
}

impl Named {
    /// Returns the file that an address names: its path ends in `/files/{id}/{name}`, and its host does not matter.
    pub fn in_address(field: &'static str, address: &str) -> Option<Named> {
        let path = address.split(['?', '#']).next()?;
        let mut parts = path.rsplit('/');
        let (name, id, files) = (parts.next()?, parts.next()?, parts.next()?);
        let id = FileId::new(id).filter(|_| files == "files")?;
        Some(Named { field, id, name: plain(name)? })
    }
}

/// Decodes a percent-encoded part of a path; `None` if it is not valid.
fn plain(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                bytes.push((digit(high)? << 4 | digit(low)?) as u8);
                rest = after;
            }
            (b'%', _) => return None,
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).ok()
}

const LENGTH: usize = 22;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The longest name, in characters.
const NAME: usize = 255;
/// The longest type, in bytes.
const TYPE: usize = 127;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn an_id_has_22_letters_and_is_read_again() {
        for bits in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = FileId::of_bits(bits);
            assert_eq!((id.as_str().len(), FileId::new(id.as_str())), (22, Some(id)));
        }
        assert_ne!(FileId::of_bits(1 << 127), FileId::of_bits(0));
        let good = FileId::of_bits(7).to_string();
        for bad in ["", &good[1..], &format!("{good}A"), &format!("{}/", &good[1..]), &format!("{}é", &good[2..])] {
            assert_eq!(FileId::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_address_names_a_file_by_its_path_whatever_its_host() {
        let id = FileId::of_bits(7);
        let named = |name: &str| Some(Named { field: "content", id, name: name.into() });
        let read = |address: &str| Named::in_address("content", address);
        assert_eq!(read(&format!("http://a.example/api/files/{id}/cat.png")), named("cat.png"));
        assert_eq!(read(&format!("https://b:81/under/api/v2/files/{id}/%D0%BA%20t.png?token=x#y")), named("к t.png"));
        for other in ["files/{id}", "files/{id}/", "file/{id}/a", "files/{id}/a/b", "files/x{id}/a", "files/{id}/%f"] {
            let address = format!("http://a/{}", other.replace("{id}", id.as_str()));
            let expected = if other.ends_with("{id}/") { named("") } else { None };
            assert_eq!(read(&address), expected, "{address}");
        }
    }
}
