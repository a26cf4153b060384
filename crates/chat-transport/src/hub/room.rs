//! A room that is active on this node: what was told, what is to be told, and to whom.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use chat_domain::{Change, Event, Head, Message, MessageId, Time, UserId};
use chat_protocol::Shape;

use crate::session::socket::Socket;

/// An active room.
pub(super) struct Room {
    pub(super) members: u32,
    pub(super) log: Log,
    pub(super) subs: Vec<Sub>,
    /// Its members with a socket on this node.
    pub(super) online: BTreeSet<UserId>,
    /// How many of the subs have heard everything; those before it in the list.
    pub(super) told: usize,
    /// Whether it waits for its turn to tell.
    pub(super) dirty: bool,
    /// When somebody last needed it.
    pub(super) touched: Time,
    /// The newest message that is known to have reached somebody else, where that is not told per member.
    pub(super) reached: Option<MessageId>,
}

/// The newest events of a room in order.
pub(super) struct Log {
    /// Where the first event of the ring begins, and where the last one ended.
    base: Head,
    head: Head,
    /// The first one has the number `first`.
    ring: VecDeque<Arc<Event>>,
    first: u64,
    /// Events whose turn has not come, and since when.
    held: Vec<Arc<Event>>,
    held_since: Option<Time>,
}

/// A socket that joined a room.
pub(super) struct Sub {
    pub(super) socket: Arc<Socket>,
    pub(super) shape: Shape,
    /// The number of the next event that it has not heard.
    pub(super) next: u64,
    /// Where it stood when it had heard everything before that.
    pub(super) heard: Head,
    /// It read further in the journal than the hub has told: events up to there are not for it.
    pub(super) ahead: Option<Head>,
    pub(super) newest: Option<MessageId>,
}

/// From where a socket wants to hear a room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// From now on; the journal stood here a moment ago.
    Now(Head),
    /// From here on, which it has reached by reading the journal.
    At {
        /// Where it stands.
        head: Head,
        /// The newest message that it was sent on the way.
        newest: Option<MessageId>,
    },
}

/// What became of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attached {
    /// It hears everything from here on.
    Live,
    /// The journal must be read again first: the hub no longer has what comes next.
    Behind,
    /// The user is not in the room.
    NotMember,
}

/// When it is an event's turn to be told.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// Now.
    Next,
    /// It was told before.
    Old,
    /// Something before it is missing.
    Early,
}

impl Room {
    /// A room that was told up to `head`.
    pub(super) fn new(members: u32, head: Head, now: Time) -> Room {
        Room {
            members,
            log: Log::new(head),
            subs: Vec::new(),
            online: BTreeSet::new(),
            told: 0,
            dirty: false,
            touched: now,
            reached: None,
        }
    }

    /// Takes a sub out and keeps the place of those that were told.
    pub(super) fn remove(&mut self, socket: u64) -> Option<Sub> {
        let at = self.subs.iter().position(|sub| sub.socket.id == socket)?;
        // The last one comes into its place, and may not have been told yet.
        self.told = self.told.min(at);
        Some(self.subs.swap_remove(at))
    }
}

impl Log {
    fn new(head: Head) -> Log {
        Log { base: head, head, ring: VecDeque::new(), first: 0, held: Vec::new(), held_since: None }
    }

    /// Where the newest event ended.
    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// The number of the first event that is still here.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The number of the next event.
    pub(super) fn end(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    /// All events that are still here, oldest first, in one piece.
    pub(super) fn events(&mut self) -> &[Arc<Event>] {
        self.ring.make_contiguous()
    }

    /// The messages after this one as they are now, if everything since is still here.
    pub(super) fn messages_after(&self, after: Option<MessageId>) -> Option<Vec<Arc<Message>>> {
        let mut known = self.base.seq == 0;
        let mut messages: Vec<Arc<Message>> = Vec::new();
        for event in &self.ring {
            match &event.change {
                Change::Sent { message, .. } if Some(message.id) <= after => known = true,
                Change::Sent { message, .. } => messages.push(message.clone()),
                Change::Edited { message } => {
                    let of_it = |sent: &&mut Arc<Message>| sent.id == message.id;
                    messages.iter_mut().find(of_it).into_iter().for_each(|sent| *sent = message.clone());
                }
                Change::Deleted { message, .. } => messages.retain(|sent| sent.id != *message),
                _ => {}
            }
        }
        known.then_some(messages)
    }

    /// Takes an event in, in its turn; answers whether there is something new to tell.
    pub(super) fn accept(&mut self, event: Arc<Event>, now: Time) -> bool {
        match self.turn(&event) {
            Turn::Next => {
                self.push(event);
                self.release();
                true
            }
            Turn::Early => {
                self.held.push(event);
                self.held_since.get_or_insert(now);
                false
            }
            Turn::Old => false,
        }
    }

    /// Since when something has been missing.
    pub(super) fn gap_since(&self) -> Option<Time> {
        self.held_since
    }

    /// Gives up on what is missing: whoever listens must read the journal.
    pub(super) fn skip_gap(&mut self) {
        self.held_since = None;
        for event in std::mem::take(&mut self.held) {
            self.head.seq = self.head.seq.max(event.head.seq);
            self.head.moves = self.head.moves.max(event.head.moves);
        }
        self.first = self.end();
        self.ring.clear();
        self.base = self.head;
    }

    /// Forgets all but the newest events.
    pub(super) fn trim(&mut self, keep: usize) {
        while self.ring.len() > keep {
            let Some(event) = self.ring.pop_front() else { return };
            self.first += 1;
            advance(&mut self.base, &event);
        }
        if self.ring.capacity() > 4 * (keep + 4) {
            self.ring.shrink_to(keep);
        }
    }

    /// Whether everything after `from` is still here.
    pub(super) fn covers(&self, from: Head) -> bool {
        from.seq >= self.base.seq && from.moves >= self.base.moves
    }

    fn turn(&self, event: &Event) -> Turn {
        let (number, last) = if event.change.is_durable() {
            (event.head.seq, self.head.seq)
        } else {
            (event.head.moves, self.head.moves)
        };
        match number.checked_sub(last) {
            None | Some(0) => Turn::Old,
            Some(1) => Turn::Next,
            Some(_) => Turn::Early,
        }
    }

    fn push(&mut self, event: Arc<Event>) {
        advance(&mut self.head, &event);
        self.ring.push_back(event);
    }

    /// Lets everything out whose turn has come.
    fn release(&mut self) {
        while let Some(at) = self.held.iter().position(|event| self.turn(event) == Turn::Next) {
            let event = self.held.swap_remove(at);
            self.push(event);
        }
        let held = std::mem::take(&mut self.held);
        self.held = held.into_iter().filter(|event| self.turn(event) == Turn::Early).collect();
        if self.held.is_empty() {
            self.held_since = None;
        }
    }
}

impl Sub {
    /// Whether this event is not for it, because it has read it in the journal.
    pub(super) fn has_read(&self, event: &Event) -> bool {
        self.ahead.is_some_and(|ahead| match event.change {
            Change::Read(_) | Change::Delivered(_) => event.head.moves <= ahead.moves,
            _ => event.head.seq <= ahead.seq,
        })
    }
}

/// Moves a head over an event.
fn advance(head: &mut Head, event: &Event) {
    if event.change.is_durable() {
        head.seq = event.head.seq;
    } else {
        head.moves = event.head.moves;
    }
}
