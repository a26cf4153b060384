//! Long polling of dialect 1.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::view::{Replay, Replayed, Since};
use chat_domain::{Change, Event, Head, Message, MessageId, RoomId, UserId};
use chat_protocol::cursor::NotCursor;
use chat_protocol::rest::answer::{Changes, Poll, Source};
use chat_protocol::rest::{Reply, answer};
use chat_protocol::{Cursor, Resume, Trouble};
use tokio::time::{Instant, timeout_at};

use super::call::Call;
use crate::account::caller::Caller;

pub(super) async fn poll(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let room = call.room()?;
    let Resume { cursor, last_message_id } = call.query.resume(call.target.tree, None)?;
    let wait = call.query.wait()?;
    let deadline = Instant::now() + Duration::from_secs(wait);
    let asker = Asker { call, reader: caller.id(), room, last: last_message_id.unwrap_or(0) };
    match cursor {
        Some(cursor) => asker.changes(&cursor, deadline).await,
        None => asker.messages(deadline).await,
    }
}

/// A poll, and who asks it.
struct Asker<'a> {
    call: &'a Call<'a>,
    reader: UserId,
    room: RoomId,
    /// The message after which the caller wants to know.
    last: i64,
}

impl Asker<'_> {
    /// Answers with the messages after the last known one, as soon as there are some.
    async fn messages(&self, deadline: Instant) -> Result<Reply, Trouble> {
        // Only members may have the hub keep a bell for them.
        self.call.app.journal.head(self.reader, self.room).await?;
        loop {
            // Created before looking: a change that comes in between rings it already.
            let bell = self.call.app.hub.changes(self.room);
            let rung = bell.notified();
            let (messages, source) = self.found().await?;
            if !messages.is_empty() || !self.rings(deadline, rung).await {
                return Ok(self.answer(&messages, source, None));
            }
        }
    }

    /// Answers with the events since a cursor, as soon as there are some. An empty cursor means from now on.
    async fn changes(&self, text: &str, deadline: Instant) -> Result<Reply, Trouble> {
        let journal = &self.call.app.journal;
        let now = self.now().await?;
        let head = now.head;
        let since = if text.is_empty() { now } else { text.parse().map_err(malformed)? };
        if since.room != self.room {
            return Err(Trouble::Malformed("`cursor` is one of another chat".into()));
        }
        if since.epoch != now.epoch || since.head.seq > head.seq || since.head.moves > head.moves {
            return Ok(self.resync(now));
        }
        let mut cursor = since;
        loop {
            let bell = self.call.app.hub.changes(self.room);
            let rung = bell.notified();
            let found = self.replay(cursor.head).await?;
            // Another epoch may have begun during the wait.
            let Some((events, reached)) = found.filter(|_| journal.epoch() == now.epoch) else {
                return Ok(self.resync(self.now().await?));
            };
            cursor.head = reached;
            if !events.is_empty() || !self.rings(deadline, rung).await {
                return Ok(self.changed(&events, cursor));
            }
        }
    }

    /// Returns the room's present cursor. The epoch is taken first: if it changes in between, the cursor is refused later,
    /// instead of naming a place in the wrong epoch.
    async fn now(&self) -> Result<Cursor, Trouble> {
        let journal = &self.call.app.journal;
        let epoch = journal.epoch();
        let head = journal.head(self.reader, self.room).await?;
        Ok(Cursor { epoch, room: self.room, head })
    }

    /// Waits for a change until the deadline; returns false when the deadline or the server's end came first.
    async fn rings(&self, deadline: Instant, rung: impl Future<Output = ()>) -> bool {
        self.call
            .app
            .hub
            .closing()
            .run_until_cancelled(timeout_at(deadline, rung))
            .await
            .is_some_and(|rung| rung.is_ok())
    }

    /// Returns the messages after the last known one, from memory if it has them all.
    async fn found(&self) -> Result<(Vec<Arc<Message>>, Source), Trouble> {
        let journal = &self.call.app.journal;
        let last = MessageId::new(self.last);
        // The journal is asked in any case: memory does not know who may read, nor what it has not heard of yet.
        let head = journal.head(self.reader, self.room).await?;
        if let Some(mut recent) = self.call.app.hub.recent(self.room, last, head) {
            recent.truncate(MOST);
            return Ok((recent, Source::Cache));
        }
        let since = Since::Message(last);
        let replay = Replay { since, from: None, until: None, limit: MOST };
        match journal.replay(self.reader, self.room, replay).await? {
            Replayed::Changes { events, .. } => Ok((messages(&events), Source::Database)),
            Replayed::Pruned { .. } => Ok((Vec::new(), Source::Database)),
        }
    }

    /// Returns a page of events since a head, and the head after them; `None` if they were pruned.
    async fn replay(&self, since: Head) -> Result<Option<(Vec<Arc<Event>>, Head)>, Trouble> {
        let mut page = Replay { since: Since::Head(since), from: None, until: None, limit: MOST };
        loop {
            match self.call.app.journal.replay(self.reader, self.room, page).await? {
                Replayed::Pruned { .. } => return Ok(None),
                Replayed::Changes { events, next: None, until } => return Ok(Some((events, until))),
                // All changes of this page were made needless by later ones.
                Replayed::Changes { events, next, until } if events.is_empty() => {
                    (page.from, page.until) = (next, Some(until));
                }
                Replayed::Changes { events, next: Some(seq), .. } => {
                    return Ok(Some((events, Head { seq, moves: since.moves })));
                }
            }
        }
    }

    fn changed(&self, events: &[Arc<Event>], cursor: Cursor) -> Reply {
        let changes = Changes { events, cursor, resync: false };
        self.answer(&messages(events), Source::Database, Some(changes))
    }

    fn resync(&self, cursor: Cursor) -> Reply {
        self.answer(&[], Source::Database, Some(Changes { events: &[], cursor, resync: true }))
    }

    fn answer(&self, messages: &[Arc<Message>], source: Source, changes: Option<Changes<'_>>) -> Reply {
        if let Some(newest) = messages.last() {
            self.call.app.hub.reached(self.reader, self.room, newest.id);
        }
        self.call.app.hub.metrics().polled(match source {
            Source::Cache => "cache",
            Source::Database => "database",
        });
        let last_message_id = messages.last().map_or(self.last, |newest| newest.id.number());
        let messages = messages.iter().map(|message| -> &Message { message }).collect();
        answer::poll(self.call.features, &Poll { messages, last_message_id, source, changes })
    }
}

fn messages(events: &[Arc<Event>]) -> Vec<Arc<Message>> {
    let sent = |event: &Arc<Event>| match &event.change {
        Change::Sent { message, .. } => Some(message.clone()),
        _ => None,
    };
    events.iter().filter_map(sent).collect()
}

fn malformed(problem: NotCursor) -> Trouble {
    Trouble::Malformed(problem.to_string())
}

/// The most messages or events in one answer.
const MOST: usize = 100;
