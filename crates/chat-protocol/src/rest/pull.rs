//! How a back end pulls what happens, and where it stands.

use super::fields::wrong;
use super::{Query, ids};
use crate::trouble::Trouble;

/// A pull of a back end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Where it begins.
    pub from: PullFrom,
    /// The largest number of events.
    pub limit: usize,
    /// How many seconds the request may wait for events.
    pub wait: u64,
}

/// Where a pull begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullFrom {
    /// At the first event that is still known.
    Beginning,
    /// Now, so that only later events come.
    Now,
    /// At a place.
    Place(PullPlace),
}

/// A place in the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullPlace {
    /// The life of the database.
    pub epoch: u64,
    /// The number of an entry of the feed.
    pub no: u64,
    /// The `seq` of the last change in that entry that was told.
    pub upto: u64,
}

impl Pull {
    /// Reads the parameters `cursor`, `limit` and `wait`.
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
    /// Returns its spelling, which clients keep and give back.
    pub(super) fn spelled(self) -> String {
        format!("{}.{}.{}", self.epoch, self.no, self.upto)
    }
}

fn place(text: &str) -> Option<PullPlace> {
    let mut parts = text.split('.').map(|part| ids::number(part).and_then(|number| u64::try_from(number).ok()));
    let place = PullPlace { epoch: parts.next()??, no: parts.next()??, upto: parts.next()?? };
    parts.next().is_none().then_some(place)
}
