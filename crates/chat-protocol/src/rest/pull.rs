//! Where a back end stands that pulls what happens, and how it asks for more.

use super::fields::wrong;
use super::{Query, ids};
use crate::trouble::Trouble;

/// What a back end asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pull {
    /// From where on.
    pub from: PullFrom,
    /// How many events at most.
    pub limit: usize,
    /// For how many seconds the request may be held.
    pub wait: u64,
}

/// From where on events are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullFrom {
    /// From the first that is known.
    Beginning,
    /// From those that are still to come.
    Now,
    /// From a place on.
    Place(PullPlace),
}

/// A place in the feed, and how much of it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullPlace {
    /// Of which life of the database.
    pub epoch: u64,
    /// The number in the feed.
    pub no: u64,
    /// Up to which change of its room.
    pub upto: u64,
}

impl Pull {
    /// Reads `cursor`, `limit` and `wait`.
    pub fn read(query: &Query) -> Result<Pull, Trouble> {
        let from = match query.text("cursor") {
            None => PullFrom::Beginning,
            Some("") => PullFrom::Now,
            Some(text) => PullFrom::Place(place(text).ok_or_else(|| wrong("cursor", "is none of ours"))?),
        };
        Ok(Pull { from, limit: query.limit()?, wait: query.wait()? })
    }
}

impl PullPlace {
    /// As a client keeps it.
    pub(super) fn spelled(self) -> String {
        format!("{}.{}.{}", self.epoch, self.no, self.upto)
    }
}

fn place(text: &str) -> Option<PullPlace> {
    let mut parts = text.split('.').map(|part| ids::number(part).and_then(|number| u64::try_from(number).ok()));
    let place = PullPlace { epoch: parts.next()??, no: parts.next()??, upto: parts.next()?? };
    parts.next().is_none().then_some(place)
}
