//! The five dialects' codecs against their documents and the wire contract.

mod answers;
mod documents;
mod fixtures;
mod hearing;
mod properties;
mod saying;
mod table;
mod toy;
