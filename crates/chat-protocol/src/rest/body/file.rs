//! Bodies of `files`.

use super::super::fields::Fields;
use crate::trouble::Trouble;

/// What `POST files` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnounceFile {
    /// What its owner calls it.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// What they are.
    pub mime: String,
}

impl AnnounceFile {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<AnnounceFile, Trouble> {
        let mut fields = Fields::parse(body)?;
        Ok(AnnounceFile { name: fields.text("name")?, size: fields.count("size")?, mime: fields.text("type")? })
    }
}
