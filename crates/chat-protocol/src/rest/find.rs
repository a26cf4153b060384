//! The parameters of a search, and where its next page begins.

use chat_domain::find::{Find, Found, Place};
use chat_domain::{MessageId, Sought, Time};

use super::fields::wrong;
use super::{Query, Tree, Whom, ids};
use crate::json::moment;
use crate::trouble::Trouble;

/// A search for messages by their words. The user and the room are still to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindMessages {
    /// The user whose messages are searched, if only one's are.
    pub from: Option<Whom>,
    /// Everything else. Its `room` and `from` are still to be filled in.
    pub find: Find,
    /// The room as the address spells it, to be looked up like one in a path.
    pub chat: Option<String>,
}

impl FindMessages {
    /// Reads the parameters `q`, `from`, `before`, `after`, `limit`, `next` and `chat_id`.
    pub fn read(tree: Tree, query: &Query) -> Result<FindMessages, Trouble> {
        let sought = Sought::parse(query.text("q").unwrap_or_default())?;
        let find = Find {
            sought,
            room: None,
            from: None,
            since: time(query, "after")?,
            before: time(query, "before")?,
            below: query
                .given("next")
                .map(|text| place(text).ok_or_else(|| wrong("next", "is none of ours")))
                .transpose()?,
            limit: limit(query)?,
        };
        let chat = query.given("chat_id").map(str::to_owned);
        Ok(FindMessages { from: query.user("from", tree)?, find, chat })
    }
}

/// Returns where the next page begins, as clients give it back.
pub(super) fn spelled(found: &Found) -> Option<String> {
    found.next.map(|place| format!("{}.{}", place.at.0, place.message.number()))
}

fn place(text: &str) -> Option<Place> {
    let (at, message) = text.split_once('.')?;
    let (at, message) = (ids::number(at)?, ids::number(message)?);
    Some(Place { at: Time(at), message: MessageId::new(message)? })
}

fn time(query: &Query, name: &str) -> Result<Option<Time>, Trouble> {
    let time = query.given(name).map(|text| moment(text).ok_or_else(|| wrong(name, "must be a moment of RFC 3339")));
    time.transpose()
}

fn limit(query: &Query) -> Result<usize, Trouble> {
    let Some(text) = query.given("limit") else { return Ok(PAGE) };
    let limit = ids::number(text).and_then(|limit| usize::try_from(limit).ok());
    limit.filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or_else(|| wrong("limit", "must be from 1 to 50"))
}

const PAGE: usize = 20;
const MAX_PAGE: usize = 50;
