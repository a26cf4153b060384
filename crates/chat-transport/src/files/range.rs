//! Parts of files, as HTTP's headers describe them.

use chat_protocol::Trouble;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, RANGE};

/// A part that is uploaded: its first byte and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) from: u64,
    pub(crate) length: u64,
}

impl Piece {
    /// Returns the part that a request uploads of a file of this size: all of it, unless `Content-Range` says otherwise.
    pub(crate) fn brought(headers: &HeaderMap, size: u64) -> Result<Piece, Trouble> {
        let piece = match headers.get(CONTENT_RANGE) {
            None => Piece { from: 0, length: size },
            Some(range) => {
                let range = range.to_str().ok().and_then(|range| range.strip_prefix("bytes "));
                let parts = range.and_then(|range| {
                    let (span, total) = range.split_once('/')?;
                    let (from, upto) = span.split_once('-')?;
                    Some((number(from)?, number(upto)?, number(total)?))
                });
                match parts {
                    Some((from, upto, total)) if from <= upto && upto < total && total == size => {
                        Piece { from, length: upto - from + 1 }
                    }
                    _ => {
                        let rule = format!("`Content-Range` must be `bytes FROM-UPTO/{size}`, of the size announced");
                        return Err(Trouble::Malformed(rule));
                    }
                }
            }
        };
        let said = headers.get(CONTENT_LENGTH).and_then(|length| number(length.to_str().ok()?));
        match said {
            Some(said) if said != piece.length => {
                Err(Trouble::Malformed(format!("the body must have the {} bytes that were announced", piece.length)))
            }
            _ => Ok(piece),
        }
    }

    /// Tells whether it is the last part of a file of this size.
    pub(crate) fn is_last(self, size: u64) -> bool {
        self.from + self.length == size
    }
}

/// The part of a file that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    Part(Piece),
    /// A part that lies beyond the file's end.
    Nothing,
}

impl Wanted {
    /// Reads the `Range` header for a file of this size. Several ranges at once, or an unknown form, count as a request for the
    /// whole file, as HTTP allows.
    pub(crate) fn of(headers: &HeaderMap, size: u64) -> Wanted {
        let range = headers.get(RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes="));
        let Some((from, upto)) = range.filter(|range| !range.contains(',')).and_then(|range| range.split_once('-'))
        else {
            return Wanted::All;
        };
        let (from, upto) = match (from.trim(), upto.trim()) {
            ("", last) => match number(last) {
                Some(last) => (size.saturating_sub(last), size.saturating_sub(1)),
                None => return Wanted::All,
            },
            (from, "") => match number(from) {
                Some(from) => (from, size.saturating_sub(1)),
                None => return Wanted::All,
            },
            (from, upto) => match (number(from), number(upto)) {
                (Some(from), Some(upto)) if from <= upto => (from, upto.min(size.saturating_sub(1))),
                _ => return Wanted::All,
            },
        };
        if from >= size { Wanted::Nothing } else { Wanted::Part(Piece { from, length: upto - from + 1 }) }
    }
}

fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_of_the_size_that_was_announced() {
        let brought = |range: Option<&str>, length: Option<&str>| {
            let mut headers = HeaderMap::new();
            range.into_iter().for_each(|range| drop(headers.insert(CONTENT_RANGE, range.parse().unwrap())));
            length.into_iter().for_each(|length| drop(headers.insert(CONTENT_LENGTH, length.parse().unwrap())));
            Piece::brought(&headers, 100).ok().map(|piece| (piece.from, piece.length))
        };
        assert_eq!(brought(None, None), Some((0, 100)));
        assert_eq!(brought(None, Some("100")), Some((0, 100)));
        assert_eq!(brought(Some("bytes 10-19/100"), Some("10")), Some((10, 10)));
        assert_eq!(brought(Some("bytes 99-99/100"), None), Some((99, 1)));
        for (range, length) in [
            (None, Some("99")),
            (None, Some("101")),
            (Some("bytes 10-19/100"), Some("11")),
            (Some("bytes 10-19/101"), None),
            (Some("bytes 10-19/*"), None),
            (Some("bytes */100"), None),
            (Some("bytes 19-10/100"), None),
            (Some("bytes 90-100/100"), None),
            (Some("bytes 0-18446744073709551616/100"), None),
            (Some("bytes +1-2/100"), None),
            (Some("chars 0-99/100"), None),
            (Some(""), None),
        ] {
            assert_eq!(brought(range, length), None, "{range:?} {length:?}");
        }
    }

    #[test]
    fn a_range_asks_for_a_part_or_for_all() {
        let wanted = |range: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, range.parse().unwrap());
            Wanted::of(&headers, 100)
        };
        let part = |from, length| Wanted::Part(Piece { from, length });
        assert_eq!(Wanted::of(&HeaderMap::new(), 100), Wanted::All);
        assert_eq!(wanted("bytes=0-0"), part(0, 1));
        assert_eq!(wanted("bytes=10-"), part(10, 90));
        assert_eq!(wanted("bytes=90-1000"), part(90, 10));
        assert_eq!(wanted("bytes=-1"), part(99, 1));
        assert_eq!(wanted("bytes=-1000"), part(0, 100));
        for nothing in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(wanted(nothing), Wanted::Nothing, "{nothing}");
        }
        for all in
            ["bytes=", "bytes=-", "bytes=a-b", "bytes=2-1", "bytes=0-1,3-4", "rows=1-2", "bytes=99999999999999999999-"]
        {
            assert_eq!(wanted(all), Wanted::All, "{all}");
        }
    }
}
