//! Whose turn it is to tell: rooms with news, in order, and big rooms that pause between two rounds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chat_domain::RoomId;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::Hub;

impl Hub {
    /// Tells what there is to tell until told to stop.
    pub(super) async fn deliver(&self, stop: &CancellationToken) {
        let mut next = Next::Later;
        loop {
            let bell = self.0.bell.notified();
            let waited = match next {
                Next::Now => (!stop.is_cancelled()).then_some(()),
                Next::Later => stop.run_until_cancelled(bell).await,
                // Whether it was the bell or the pause that ended, there may be something to tell.
                Next::At(when) => stop.run_until_cancelled(timeout_at(when.into(), bell)).await.map(drop),
            };
            if waited.is_none() {
                return self.hold(&[], Instant::now());
            }
            // Whatever comes in while others have their turn goes out in the same write.
            tokio::task::yield_now().await;
            next = self.turn(Instant::now());
        }
    }

    /// Tells some of what there is to tell; orders to rooms where that is not the end of a round wait from here on.
    pub(super) fn turn(&self, now: Instant) -> Next {
        let mut state = self.state();
        let next = state.flush_some(now);
        self.hold(&state.told, now);
        next
    }
}

/// Rooms that have something to tell.
#[derive(Default)]
pub(super) struct Turns {
    ready: VecDeque<RoomId>,
    pausing: Vec<(Instant, RoomId)>,
}

/// When there is more to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At once: others may have their turn first.
    Now,
    /// When a pause is over.
    At(Instant),
    /// When something new happens.
    Later,
}

/// The rounds of one room: each tells every member once.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    began: Option<Instant>,
    pause: Option<Instant>,
}

impl Turns {
    /// A room has something to tell.
    pub(super) fn add(&mut self, room: RoomId) {
        self.ready.push_back(room);
    }

    /// A room has something to tell, but not before then.
    pub(super) fn add_at(&mut self, room: RoomId, when: Instant) {
        self.pausing.push((when, room));
    }

    /// Whose turn it is now.
    pub(super) fn take(&mut self, now: Instant) -> Option<RoomId> {
        let ready = &mut self.ready;
        self.pausing.retain(|&(when, room)| {
            if when <= now {
                ready.push_back(room);
            }
            when > now
        });
        ready.pop_front()
    }

    pub(super) fn next(&self) -> Next {
        match self.pausing.iter().map(|(when, _)| *when).min() {
            _ if !self.ready.is_empty() => Next::Now,
            Some(when) => Next::At(when),
            None => Next::Later,
        }
    }
}

impl Rounds {
    /// Begins a round, or goes on with it; if the room still pauses, answers until when.
    pub(super) fn begin(&mut self, now: Instant) -> Option<Instant> {
        let pause = self.pause.filter(|until| *until > now);
        if pause.is_none() {
            self.began.get_or_insert(now);
        }
        pause
    }

    /// A round is over. One that took several turns is followed by a pause as long: what is on its way meanwhile goes out in
    /// one write a member, which is what costs, and the others get their turns.
    pub(super) fn end(&mut self, now: Instant) {
        let took = self.began.take().map_or(Duration::ZERO, |began| now.duration_since(began));
        self.pause = (!took.is_zero()).then(|| now + took.min(LONGEST_PAUSE));
    }
}

/// The longest pause between two rounds.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(10);
