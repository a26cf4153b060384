//! Settings of files.

use std::path::PathBuf;
use std::str::FromStr;

use chat_transport::files::Bucket;
use clap::Args;
use http::Uri;

use super::values::{Span, lifetime, web_address};

/// Where and how long files are kept, and how large they may be.
#[derive(Clone, Debug, Args)]
pub(crate) struct Keeping {
    /// Where the bytes of files are kept: a directory, which nodes on one database share; or a bucket,
    /// `s3://BUCKET/PREFIX?endpoint=https://s3.example&region=eu-west-1`, with the key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    /// Without it beside the database.
    #[arg(long)]
    pub(crate) files: Option<FilesAt>,
    /// For how long messages are kept, such as `90d`, where a back end has said nothing else of a chat; without it for good.
    #[arg(long, value_parser = lifetime)]
    pub(crate) keep_messages: Option<Span>,
    /// The file that lists who was erased. When an older copy of the database is opened, these people are erased again. Without
    /// it, a file beside an SQLite database, and none for Postgres.
    #[arg(long)]
    pub(crate) erasures: Option<PathBuf>,
    /// How many bytes a file may have, such as `25MiB`.
    #[arg(long, default_value = "25MiB")]
    pub(crate) max_file: Bytes,
    /// How many bytes of files one person may announce in 24 hours.
    #[arg(long, default_value = "1GiB")]
    pub(crate) file_quota: Bytes,
    /// How long a file is kept that no message names.
    #[arg(long, default_value = "24h", value_parser = lifetime)]
    pub(crate) keep_unbound: Span,
    /// Let only members of a file's room read it, instead of everybody who knows its address.
    #[arg(long)]
    pub(crate) private_files: bool,
    /// The public address of this server, such as `https://chat.example`, for the addresses of files. Without it, the host that a
    /// request went to.
    #[arg(long, value_parser = web_address)]
    pub(crate) public_url: Option<Uri>,
}

/// Where the bytes of files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FilesAt {
    /// In this directory.
    Folder(PathBuf),
    /// In the bucket at this address.
    Bucket(String),
}

impl FromStr for FilesAt {
    type Err = String;

    fn from_str(text: &str) -> Result<FilesAt, String> {
        match text {
            "" => Err("name a directory or a bucket".into()),
            _ if text.starts_with("s3:") => Bucket::check(text).map(|()| FilesAt::Bucket(text.to_owned())),
            _ => Ok(FilesAt::Folder(text.into())),
        }
    }
}

/// A size: bytes, or a number with `KiB`, `MiB` or `GiB`.
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
            None => Err(format!("`{text}` is not a size: give 1 byte or more, such as 25MiB")),
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
