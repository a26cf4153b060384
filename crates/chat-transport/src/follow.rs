//! What the feed says, as events: for whoever follows all rooms.

use std::collections::HashMap;
use std::sync::Arc;

use chat_domain::view::Replayed;
use chat_domain::{Event, Failure, Fed, Head, Journal, RoomId};

/// What happened in a room from one change to another, as it is now.
pub(crate) async fn changes(
    journal: &dyn Journal,
    room: RoomId,
    moves: u64,
    from: u64,
    upto: u64,
) -> Result<Vec<Arc<Event>>, Failure> {
    let since = Head { seq: from - 1, moves };
    match journal.missed(room, since, (upto + 1 - from) as usize).await? {
        Replayed::Changes { mut events, .. } => {
            events.retain(|event| event.change.is_durable());
            Ok(events)
        }
        // It was so long ago that the log has forgotten it.
        Replayed::Pruned { .. } => Ok(Vec::new()),
    }
}

/// How often positions have moved in these rooms: what has moved is no event.
pub(crate) async fn moves(journal: &dyn Journal, turns: &[Fed]) -> Result<HashMap<RoomId, u64>, Failure> {
    let mut rooms: Vec<_> = turns.iter().map(|turn| turn.room).collect();
    rooms.sort_unstable();
    rooms.dedup();
    let heads = journal.heads(rooms).await?;
    Ok(heads.into_iter().map(|(room, head)| (room, head.moves)).collect())
}
