//! Settings of files.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use http::Uri;

use super::values::{Span, lifetime, web_address};

/// How files are kept, and which.
#[derive(Clone, Debug, Args)]
pub(crate) struct Keeping {
    /// Where the bytes of files are kept: a directory, which nodes on one database share. Without it beside the database.
    #[arg(long)]
    pub(crate) files: Option<PathBuf>,
    /// The list of who was erased: where an older copy of the database is opened, they are erased again. Without it beside an SQLite
    /// file, and for Postgres none.
    #[arg(long)]
    pub(crate) erasures: Option<PathBuf>,
    /// Bytes of a file, such as `25MiB`.
    #[arg(long, default_value = "25MiB")]
    pub(crate) max_file: Bytes,
    /// Bytes of all files that somebody announces in 24 hours.
    #[arg(long, default_value = "1GiB")]
    pub(crate) file_quota: Bytes,
    /// How long a file is kept that no message has named.
    #[arg(long, default_value = "24h", value_parser = lifetime)]
    pub(crate) keep_unbound: Span,
    /// Let files be read by members of their room alone, and not by everybody who knows their address.
    #[arg(long)]
    pub(crate) private_files: bool,
    /// Where clients find this server, such as `https://chat.example`, for the addresses of files; without it where their request went.
    #[arg(long, value_parser = web_address)]
    pub(crate) public_url: Option<Uri>,
}

/// How much: bytes, or a number with `KiB`, `MiB` or `GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Bytes, String> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let number: u64 = digits.parse().map_err(|_| format!("`{text}` is not a size such as 25MiB"))?;
        let unit = match &text[digits.len()..] {
            "" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            unit => return Err(format!("`{unit}` is not a unit of size: use KiB, MiB or GiB")),
        };
        match number.checked_mul(unit).filter(|bytes| (1..=i64::MAX as u64).contains(bytes)) {
            Some(bytes) => Ok(Bytes(bytes)),
            None => Err(format!("`{text}` is nothing, or more than there can be")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_carry_a_unit_or_are_bytes() {
        for (text, bytes) in [("1", 1), ("25MiB", 25 << 20), ("1GiB", 1 << 30), ("3KiB", 3 << 10)] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for text in ["", "0", "MiB", "-1", "1MB", "1.5GiB", "99999999999GiB"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
    }
}
