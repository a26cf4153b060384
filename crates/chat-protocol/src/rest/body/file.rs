//! Bodies of requests about files.

use super::super::fields::Fields;
use crate::trouble::Trouble;

/// The body of `POST files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnounceFile {
    /// The name that its owner gives it.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub mime: String,
}

impl AnnounceFile {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<AnnounceFile, Trouble> {
        let mut fields = Fields::parse(body)?;
        Ok(AnnounceFile { name: fields.text("name")?, size: fields.count("size")?, mime: fields.text("type")? })
    }
}
