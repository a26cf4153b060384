//! What happens by itself as time passes.

use std::time::Duration;

use chat_domain::{Command, Failure, MessageId, Order, RoomId, Time, UserId};
use chat_protocol::{Context, Frames, Trouble, reply};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::Hub;
use super::state::State;
use crate::clock;
use crate::connection::closes;
use crate::connection::socket::Behind;

impl Hub {
    /// Lets time pass until told to stop. Nothing here waits for the journal.
    pub(super) async fn tick(&self, stop: &CancellationToken) {
        let mut ticks = steps();
        let mut count = 0u64;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            count += 1;
            self.pass(count, clock::now());
            if count.is_multiple_of(2) {
                self.note_deliveries(clock::now());
            }
        }
    }

    /// Keeps up what takes a look into the journal, until told to stop: chat lists, and when people were last seen.
    pub(super) async fn keep_up(&self, stop: &CancellationToken) {
        let mut ticks = steps();
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let now = clock::now();
            let (lines, gone) = {
                let mut state = self.state();
                (state.stale_lines(now), state.departures())
            };
            self.note_departures(gone).await;
            if let Err(failure) = self.tell_lines(lines, now).await {
                debug!(%failure, "chat lists are not up to date");
            }
        }
    }

    fn pass(&self, count: u64, now: Time) {
        self.follow_life(now);
        self.stir(|state| {
            state.end_typing(now);
            state.end_presence(now);
            state.end_gaps(now);
            if count.is_multiple_of(EVERY_SECOND) {
                state.end_credentials(now);
            }
            if count.is_multiple_of(EVERY_MINUTE) {
                state.forget_idle_rooms(now);
            }
        });
    }

    /// Notes how far messages have reached people, everything of the last while in one go.
    fn note_deliveries(&self, now: Time) {
        let Some(ports) = self.0.ports.get() else { return };
        let delivered = {
            let mut state = self.state();
            for reached in self.0.depot.reached() {
                state.reached(reached.owner, reached.mark.0, reached.mark.1);
            }
            std::mem::take(&mut state.delivered)
        };
        for ((room, user), upto) in delivered {
            let command = Command::Deliver { room, upto };
            ports.journal.submit(Order { actor: user, at: now, command, origin: None });
        }
    }

    async fn note_departures(&self, gone: Vec<(UserId, Time)>) {
        let Some(ports) = self.0.ports.get().filter(|_| !gone.is_empty()) else { return };
        if let Err(failure) = ports.directory.seen(gone).await {
            debug!(%failure, "times of last visits were not stored");
        }
    }

    async fn tell_lines(&self, lines: Vec<(UserId, RoomId)>, now: Time) -> Result<(), Failure> {
        let Some(ports) = self.0.ports.get() else { return Ok(()) };
        for some in lines.chunks(LINES) {
            let lines = ports.journal.summaries(some.to_vec()).await?;
            self.state().tell_lines(lines, now);
        }
        Ok(())
    }
}

fn steps() -> Interval {
    let mut steps = interval(TICK);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    steps
}

impl State {
    /// Gives up on events that did not come: whoever listens reads the journal.
    fn end_gaps(&mut self, now: Time) {
        for (id, room) in &mut self.rooms {
            if room.log.gap_since().is_none_or(|since| now.since(since) < PATIENCE) {
                continue;
            }
            room.log.skip_gap();
            for sub in room.subs.take() {
                let (head, newest) = (sub.ahead.unwrap_or(sub.heard), sub.newest);
                sub.socket.fall_behind(Behind { room: *id, cursor: sub.shape.cursor, head, newest });
            }
        }
    }

    /// Closes sockets whose credential has ended.
    fn end_credentials(&mut self, now: Time) {
        for socket in self.people.all_sockets() {
            if socket.expires().is_none_or(|expires| now < expires) {
                continue;
            }
            let mut frames = Frames::new();
            let context = Context { room: socket.endpoint.room, ..Context::default() };
            reply::refused(socket.endpoint, &context, &Trouble::Unauthorized, now, &mut frames);
            socket.line.offer(&frames);
            socket.line.close(closes::EXPIRED);
        }
    }

    fn forget_idle_rooms(&mut self, now: Time) {
        self.waiters.retain(|_, waiter| std::sync::Arc::strong_count(waiter) > 1);
        self.rooms.retain(|_, room| {
            !room.subs.is_empty() || !room.online.is_empty() || room.dirty || now.since(room.touched) < IDLE
        });
    }

    /// A frame that had to wait has been flushed.
    fn reached(&mut self, owner: u64, room: u64, message: u64) {
        let id = |number: u64| i64::try_from(number).ok();
        let user = id(owner).and_then(UserId::new);
        let (room, message) = (id(room).and_then(RoomId::new), id(message).and_then(MessageId::new));
        if let (Some(user), Some(room), Some(message)) = (user, room, message) {
            self.has_reached(user, room, message);
        }
    }

    /// Notes that a message has reached somebody.
    pub(super) fn has_reached(&mut self, user: UserId, room: RoomId, message: MessageId) {
        let upto = self.delivered.entry((room, user)).or_insert(message);
        *upto = message.max(*upto);
    }
}

const TICK: Duration = Duration::from_millis(100);
const EVERY_SECOND: u64 = 10;
const EVERY_MINUTE: u64 = 600;
/// How long a missing event is waited for.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long a room that nobody listens to stays in memory.
const IDLE: Duration = Duration::from_secs(60);
/// Lines of chat lists asked for at once.
const LINES: usize = 500;
