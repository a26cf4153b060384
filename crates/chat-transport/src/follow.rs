//! Turning the feed's entries into events, for webhooks, pushes and the pull stream.

use std::collections::HashMap;

use chat_domain::view::Replayed;
use chat_domain::{Failure, FeedEntry, Head, Journal, ReportsPage, RoomId};
use chat_protocol::rest::answer::Happening;

/// Returns the durable events of a room from `from` up to `upto`; without a room, the reports with these numbers. `None` if the
/// journal has pruned some of them.
pub(crate) async fn changes(
    journal: &dyn Journal,
    room: Option<RoomId>,
    moves: u64,
    from: u64,
    upto: u64,
) -> Result<Option<Vec<Happening>>, Failure> {
    let Some(room) = room else {
        let reports = journal.reports(ReportsPage::Between { from, upto }).await?;
        return Ok(Some(reports.into_iter().map(Happening::Report).collect()));
    };
    let since = Head { seq: from - 1, moves };
    match journal.missed(room, since, (upto + 1 - from) as usize).await? {
        Replayed::Changes { mut events, .. } => {
            events.retain(|event| event.change.is_durable());
            Ok(Some(events.into_iter().map(Happening::Change).collect()))
        }
        Replayed::Pruned { .. } => Ok(None),
    }
}

/// Returns `moves` of the rooms in these entries. Events are read with the newest `moves`, so that no position counts as missed:
/// positions are no events of the feed.
pub(crate) async fn moves(journal: &dyn Journal, entries: &[FeedEntry]) -> Result<HashMap<RoomId, u64>, Failure> {
    let mut rooms: Vec<_> = entries.iter().filter_map(|entry| entry.room).collect();
    rooms.sort_unstable();
    rooms.dedup();
    let heads = journal.heads(rooms).await?;
    Ok(heads.into_iter().map(|(room, head)| (room, head.moves)).collect())
}
