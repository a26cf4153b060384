//! What the feed says, as events: for whoever follows all rooms.

use std::collections::HashMap;

use chat_domain::view::Replayed;
use chat_domain::{Failure, Fed, Head, Journal, ReportsPage, RoomId};
use chat_protocol::rest::answer::Happening;

/// What happened in a room from one change to another, or what was reported, as it is now; nothing where the log has forgotten it.
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

/// How often positions have moved in these rooms: what has moved is no event.
pub(crate) async fn moves(journal: &dyn Journal, turns: &[Fed]) -> Result<HashMap<RoomId, u64>, Failure> {
    let mut rooms: Vec<_> = turns.iter().filter_map(|turn| turn.room).collect();
    rooms.sort_unstable();
    rooms.dedup();
    let heads = journal.heads(rooms).await?;
    Ok(heads.into_iter().map(|(room, head)| (room, head.moves)).collect())
}
