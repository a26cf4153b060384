//! Resuming where a client stopped: pages of the journal until the hub has the rest, then live without a gap.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::view::{Replay, Replayed, Since};
use chat_domain::{Change, Event, Failure, Head, MessageId, Refusal, RoomId};
use chat_protocol::{Context, Cursor, Entrance, Frames, News, Resume, Trouble, audience, encode, reply};

use tokio::time::sleep;

use super::Session;
use crate::carry::outbox::{Bookmark, Offered};
use crate::connection::away::Behind;
use crate::connection::closes;
use crate::connection::line::Payload;
use crate::hub::{Attached, Start};
use crate::mistakes::planted;

/// What is still to be read from the journal before a room is live.
#[derive(Debug)]
pub(crate) struct Pull {
    room: RoomId,
    cursor: bool,
    since: Since,
    /// The first page, if it was read already.
    page: Option<Replayed>,
    /// The newest message that the client has seen, or the newest when it joined.
    newest: Option<MessageId>,
}

impl Pull {
    /// Returns what a room needs that fell behind.
    pub(crate) fn behind(behind: Behind) -> Pull {
        let Behind { room, cursor, head, newest } = behind;
        Pull { room, cursor, since: Since::Head(head), page: None, newest }
    }
}

/// From where a client wants to go on.
enum From {
    Now {
        cursor: bool,
    },
    Since {
        since: Since,
        cursor: bool,
    },
    /// A place that is no longer known.
    Lost,
}

impl Session {
    /// Joins a room as the client asked. With `None` the room is live. Otherwise the rest must be [caught up](Session::catch_up),
    /// which may take a while. The first frames are sent in either case.
    pub(crate) async fn join(&self, room: RoomId, resume: &Resume, context: &Context) -> Result<Option<Pull>, Trouble> {
        // Refuses if the user may not see the room, whatever the hub remembers.
        self.pay(ROUND).await;
        let (head, newest) = self.app.journal.joining(self.socket.user(), room).await?;
        self.socket.let_in(room, head.seq);
        let mut from = self.understand(room, resume)?;
        if let From::Since { since: Since::Head(from), .. } = &mut from
            && planted!(Moves)
        {
            from.moves = head.moves;
        }
        if let From::Since { .. } = from {
            // The hub must not tell anything while the journal is being replayed.
            self.app.hub.detach(&self.socket, room);
        }
        // In memory only if the hub is as far as the journal: else it may still tell of an old removal and expel this socket.
        let agreed = self.app.hub.head(room).filter(|hub| hub.seq == head.seq);
        match from {
            From::Now { cursor } => {
                self.attach(room, cursor, Start::Now { head, newest }, Some(context)).await?;
                Ok(None)
            }
            From::Lost => {
                self.app.hub.metrics().resumed("too_old");
                self.start_over(room, head, newest, Some(context)).await?;
                Ok(None)
            }
            From::Since { since: Since::Head(from), cursor } if agreed == Some(from) => {
                self.app.hub.metrics().resumed("memory");
                self.joined(room, cursor, from, context);
                self.attach(room, cursor, Start::At { head: from, newest }, None).await?;
                Ok(None)
            }
            From::Since { since, cursor } => {
                let pull = Pull { room, cursor, since, page: None, newest };
                self.first_page(pull, context).await
            }
        }
    }

    /// Does what [`Session::join`] left to be done. If the room cannot be followed, the connection ends. If the user was removed
    /// meanwhile, the hub tells them, and closes sockets that were opened for this room.
    pub(crate) async fn catch_up(&self, pull: Pull) {
        let room = pull.room;
        match self.pull(pull).await {
            Ok(()) => {}
            Err(Trouble::Failure(Failure::Refused(Refusal::NotMember))) => self.is_removed(room),
            Err(trouble) => self.lose(room, &trouble),
        }
    }

    /// Closes a socket that was opened for the room from which its user was removed, in case the hub had told of the removal
    /// before it was known as a member's.
    fn is_removed(&self, room: RoomId) {
        if self.socket.lived_for(room, self.app.hub.last_move(self.socket.user(), room)) {
            self.socket.line.close(closes::REMOVED);
        }
    }

    /// Reads and sends what was missed, page by page, until the room is live.
    async fn pull(&self, mut pull: Pull) -> Result<(), Trouble> {
        loop {
            let head = match self.round(&mut pull).await? {
                Some(head) => head,
                None => return Ok(()),
            };
            let start = Start::At { head, newest: pull.newest };
            match self.app.hub.join(&self.socket, pull.room, pull.cursor, start, None).await? {
                Attached::Live | Attached::Ended => return Ok(()),
                Attached::Behind => pull.since = Since::Head(head),
                Attached::NotMember => return Err(Refusal::NotMember.into()),
            }
        }
    }

    /// Replays once up to the journal's present end. Returns the head that was reached; `None` if nothing more is to be read,
    /// because the client was told to load anew, or is gone.
    async fn round(&self, pull: &mut Pull) -> Result<Option<Head>, Trouble> {
        let mut replay = Replay { since: pull.since, from: None, until: None, limit: PAGE };
        loop {
            let page = match pull.page.take() {
                Some(page) => page,
                None => {
                    self.pay(ROUND).await;
                    self.app.journal.replay(self.socket.user(), pull.room, replay).await?
                }
            };
            let Replayed::Changes { events, next, until } = page else {
                let Replayed::Pruned { head } = page else { return Ok(None) };
                self.start_over(pull.room, head, pull.newest, None).await?;
                return Ok(None);
            };
            self.send_page(pull, &events).await;
            if !self.socket.line.is_open() {
                return Ok(None);
            }
            (replay.from, replay.until) = (next, Some(until));
            if next.is_none() {
                return Ok(Some(until));
            }
        }
    }

    async fn first_page(&self, mut pull: Pull, context: &Context) -> Result<Option<Pull>, Trouble> {
        let replay = Replay { since: pull.since, from: None, until: None, limit: PAGE };
        let page = self.app.journal.replay(self.socket.user(), pull.room, replay).await?;
        match &page {
            Replayed::Pruned { head } => {
                self.app.hub.metrics().resumed("too_old");
                self.start_over(pull.room, *head, pull.newest, Some(context)).await?;
                Ok(None)
            }
            Replayed::Changes { events, until, .. } => {
                self.app.hub.metrics().resumed("log");
                self.joined(pull.room, pull.cursor, beginning(pull.since, events, *until), context);
                pull.page = Some(page);
                Ok(Some(pull))
            }
        }
    }

    /// Tells the client to load anew, because what it missed was pruned, and joins at the present.
    async fn start_over(
        &self,
        room: RoomId,
        head: Head,
        newest: Option<MessageId>,
        context: Option<&Context>,
    ) -> Result<(), Trouble> {
        if let Some(context) = context {
            self.joined(room, true, head, context);
        }
        let cursor = Cursor { epoch: self.epoch, room, head };
        self.say(|endpoint, now, frames| reply::resync(endpoint, &self.socket.person, cursor, now, frames));
        self.attach(room, true, Start::Now { head, newest }, None).await
    }

    fn joined(&self, room: RoomId, cursor: bool, head: Head, context: &Context) {
        let cursor = cursor.then_some(Cursor { epoch: self.epoch, room, head });
        self.say(|endpoint, now, frames| reply::joined(endpoint, context, cursor, now, frames));
    }

    async fn attach(&self, room: RoomId, cursor: bool, start: Start, context: Option<&Context>) -> Result<(), Trouble> {
        match self.app.hub.join(&self.socket, room, cursor, start, context).await? {
            Attached::Live | Attached::Ended => Ok(()),
            Attached::NotMember => Err(Refusal::NotMember.into()),
            Attached::Behind => {
                // The hub has moved on since: the session must read what came in between.
                if let Start::At { head, newest } = start {
                    self.socket.fall_behind(Behind { room, cursor, head, newest });
                }
                Ok(())
            }
        }
    }

    /// Sends a page in pieces, each when most of the one before was taken: a page of long messages does not fit into an outbox.
    async fn send_page(&self, pull: &mut Pull, events: &[Arc<Event>]) {
        let shape = self.socket.endpoint.shape(pull.cursor);
        let (user, epoch) = (self.socket.user(), self.epoch);
        let mut frames = Frames::new();
        let mut of_others = None;
        for event in events {
            let news = News::Event(event.clone());
            if let Some(audience) = audience(shape, &news, user) {
                encode(shape, audience, &news, epoch, &mut frames);
            }
            if let Change::Sent { message, .. } = &event.change {
                pull.newest = pull.newest.max(Some(message.id));
                of_others = Some(message.id).filter(|_| message.sender.id() != user).or(of_others);
            }
            if frames.size() >= self.app.hub.depot().limits().high_water() {
                self.send_piece(pull.room, &frames, of_others.take()).await;
                frames.clear();
            }
        }
        self.send_piece(pull.room, &frames, of_others).await;
    }

    async fn send_piece(&self, room: RoomId, frames: &Frames, of_others: Option<MessageId>) {
        if frames.is_empty() {
            return;
        }
        self.pay(frames.size()).await;
        let mark = of_others.map(|message| Bookmark(room.number() as u64, message.number() as u64));
        let (line, most) = (&self.socket.line, self.app.hub.depot().limits().high_water());
        let mut payloads = Payload::in_pieces(frames, line.framing(), most).into_iter().peekable();
        while let Some(payload) = payloads.next() {
            let is_last = payloads.peek().is_none();
            let offered = line.offer_payload(payload, mark.filter(|_| is_last));
            if let (true, Offered::Written, Some(message)) = (is_last, offered, of_others) {
                self.app.hub.reached(self.socket.user(), room, message);
            }
            line.drained(most).await;
        }
    }

    /// Waits until the user may fetch this many bytes: who fetches too much gets it more slowly.
    async fn pay(&self, bytes: usize) {
        while let Err(wait) = self.app.rates.replay(self.socket.user(), bytes, self.app.now())
            && self.socket.line.is_open()
        {
            sleep(wait.clamp(SHORTEST, LONGEST)).await;
        }
    }

    fn understand(&self, room: RoomId, resume: &Resume) -> Result<From, Trouble> {
        let always = self.socket.endpoint.entrance == Entrance::Sse;
        match (resume.cursor.as_deref(), resume.last_message_id) {
            (None, None) => Ok(From::Now { cursor: always }),
            (Some(""), _) => Ok(From::Now { cursor: true }),
            (None, Some(id)) => Ok(From::Since { since: Since::Message(MessageId::new(id)), cursor: always }),
            (Some(text), _) => match text.parse::<Cursor>() {
                Ok(cursor)
                    if cursor.room == room && [self.epoch, self.app.journal.epoch()] == [cursor.epoch; 2]
                        || planted!(Epoch) =>
                {
                    Ok(From::Since { since: Since::Head(cursor.head), cursor: true })
                }
                Ok(cursor) if cursor.room == room => Ok(From::Lost),
                // An `EventSource` would not reconnect after an error, so it starts anew.
                _ if always => Ok(From::Lost),
                Ok(_) => Err(Trouble::Malformed("`cursor` is of another chat".into())),
                Err(not) => Err(Trouble::Malformed(not.to_string())),
            },
        }
    }
}

/// Returns the cursor from which a replay begins.
fn beginning(since: Since, events: &[Arc<Event>], until: Head) -> Head {
    match (since, events.first()) {
        (Since::Head(head), _) => head,
        (Since::Message(_), Some(first)) => Head { seq: first.head.seq.saturating_sub(1), moves: until.moves },
        (Since::Message(_), None) => until,
    }
}

/// How many bytes a page counts for before its size is known.
const ROUND: usize = 4 << 10;
/// The shortest and longest pause before looking again whether more may be fetched.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(500);
/// How many changes are read at once.
const PAGE: usize = 200;
