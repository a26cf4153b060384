//! The pull stream: everything that happens, for back ends that fetch it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chat_domain::id::MAX_ID;
use chat_domain::{Failure, FeedEntry};
use chat_protocol::Trouble;
use chat_protocol::rest::answer::Happening;
use chat_protocol::rest::{Pull, PullFrom, PullPlace, Reply, answer};
use tokio::time::{Instant, sleep};

use super::call::Call;
use crate::app::App;
use crate::follow;

pub(super) async fn pull(call: &Call<'_>) -> Result<Reply, Trouble> {
    let Pull { from, limit, wait } = Pull::read(&call.query)?;
    let (app, until) = (call.app, Instant::now() + Duration::from_secs(wait));
    let epoch = app.journal.epoch();
    let mut place = match from {
        PullFrom::Beginning => PullPlace { epoch, no: 0, upto: 0 },
        PullFrom::Now => PullPlace { epoch, no: app.journal.feed_end().await?, upto: MAX_ID as u64 },
        PullFrom::Place(place) if place.epoch == epoch => place,
        PullFrom::Place(_) => {
            let said = "`cursor` is of another life of the database: begin without one, or with an empty one";
            return Err(Trouble::Malformed(said.into()));
        }
    };
    loop {
        let (events, reached) = next(app, place, limit).await?;
        let over = Instant::now() >= until || app.leaving.load(Ordering::Relaxed);
        if over || events.iter().any(Happening::is_told) {
            return Ok(answer::events(&events, reached));
        }
        place = reached;
        sleep(GLANCE.min(until.saturating_duration_since(Instant::now()))).await;
    }
}

/// Returns what happened after a place in the feed, and the place after that.
async fn next(app: &App, mut place: PullPlace, limit: usize) -> Result<(Vec<Happening>, PullPlace), Failure> {
    let mut events = Vec::new();
    let entries = app.journal.feed(place.no.saturating_sub(1), limit + 1).await?;
    if let Some(kept) = after_gap(place, &entries) {
        events.push(Happening::Forgotten(None, app.now()));
        place = kept;
    }
    let moves = follow::moves(&*app.journal, &entries).await?;
    for entry in entries {
        let from = if entry.no == place.no { entry.from.max(place.upto.saturating_add(1)) } else { entry.from };
        let left = limit.saturating_sub(events.len());
        if left == 0 {
            break;
        }
        if from > entry.upto {
            continue;
        }
        let upto = entry.upto.min(from + left as u64 - 1);
        let moved = entry.room.and_then(|room| moves.get(&room).copied()).unwrap_or(0);
        match (follow::changes(&*app.journal, entry.room, moved, from, upto).await?, entry.room) {
            (Some(found), _) => events.extend(found),
            (None, room) => events.push(Happening::Forgotten(room.zip(Some(upto)), app.now())),
        }
        place = PullPlace { no: entry.no, upto, ..place };
    }
    Ok((events, place))
}

/// Returns where to go on if the place is no longer in the feed: it was pruned, perhaps with more behind it.
fn after_gap(place: PullPlace, entries: &[FeedEntry]) -> Option<PullPlace> {
    let first = entries.first().map_or(0, |first| first.no);
    (place.no > 0 && place.no != first).then_some(PullPlace { no: first, upto: 0, ..place })
}

/// How often to look for something new.
const GLANCE: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use chat_domain::RoomId;

    use super::*;

    #[test]
    fn a_place_that_was_forgotten_is_noticed_once() {
        let place = |no, upto| PullPlace { epoch: 1, no, upto };
        let entry = |no| FeedEntry { no, room: RoomId::new(1), from: 7, upto: 9 };
        assert_eq!(after_gap(place(5, 3), &[entry(5), entry(6)]), None);
        assert_eq!(after_gap(place(0, 0), &[entry(6)]), None, "who begins has missed nothing");
        assert_eq!(after_gap(place(5, 3), &[entry(6)]), Some(place(6, 0)));
        assert_eq!(after_gap(place(6, 0), &[entry(6)]), None);
        assert_eq!(after_gap(place(5, 3), &[]), Some(place(0, 0)), "all of it");
        assert_eq!(after_gap(place(0, 0), &[]), None);
    }
}
