//! The five dialects' codecs against their documents and the wire contract.

mod answers;
mod asyncapi;
mod conversation;
#[path = "../fuzzed/dialect_frames.rs"]
mod dialect_frames;
mod documents;
mod everything;
mod files;
mod fixtures;
mod fuzzed;
mod hearing;
mod missaying;
mod properties;
mod saying;
mod screens;
mod table;
mod toy;
