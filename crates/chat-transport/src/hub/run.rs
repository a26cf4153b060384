//! The hub's tasks.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chat_domain::view::Summary;
use chat_domain::{Command, Failure, MessageId, Order, RoomId, Time, UserId};
use chat_protocol::{Context, Frames, News, Trouble, reply};
use futures_util::future::join_all;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::encode::Encoder;
use super::handle::Hub;
use super::lists::{Stale, shows_list};
use super::telling::Next;
use crate::account::door::SUSPENDED;
use crate::carry::outbox::Close;
use crate::carry::outbox::Reached;
use crate::connection::{closes, socket::Socket};

impl Hub {
    /// Runs the hub until told to stop. Each shard has a task of its own, so that a node uses all of its cores.
    pub async fn run(&self, stop: CancellationToken) {
        let shards = (0..self.shards()).map(|shard| {
            let (hub, stop) = (self.clone(), stop.clone());
            tokio::spawn(async move { hub.deliver(shard, &stop).await })
        });
        let shards: Vec<_> = shards.collect();
        tokio::join!(
            self.tell_presence(&stop),
            self.tick(&stop),
            self.keep_up(&stop),
            self.read_missing(&stop),
            self.listen(&stop),
            self.compare_in_doubt(&stop),
        );
        for ended in join_all(shards).await {
            if let Err(error) = ended {
                warn!(%error, "a shard of the hub ended badly");
            }
        }
    }

    /// Tells a shard's news until told to stop.
    async fn deliver(&self, shard: usize, stop: &CancellationToken) {
        let mut next = Next::Later;
        loop {
            let bell = self.0.inbox.bell(shard).notified();
            let waited = match next {
                Next::Now => (!stop.is_cancelled()).then_some(()),
                Next::Later => stop.run_until_cancelled(bell).await,
                // The bell or the end of the pause: in either case there may be something to tell.
                Next::At(when) => stop.run_until_cancelled(timeout_at(when.into(), bell)).await.map(drop),
            };
            if waited.is_none() {
                self.holdback(shard).only(&[], self.instant(), &*self.0.journal);
                return self.0.inbox.end(shard);
            }
            // Let other tasks run first: what they bring in goes out with the same write.
            tokio::task::yield_now().await;
            next = self.turn(shard, self.now(), self.instant());
        }
    }

    /// Does one turn of a shard: takes in what was settled and tells some of what waits. From here on, orders to rooms in the
    /// middle of a round are held back.
    pub(super) fn turn(&self, shard: usize, now: Time, at: Instant) -> Next {
        self.take_in(shard, now);
        let (next, rounds) = {
            let mut delivery = self.delivery(shard);
            delivery.end_gatherings(now);
            let next = delivery.tell_some(at, self.0.inbox.expects(shard));
            let next = next.no_later(delivery.gatherings.next().map(|until| at + until.since(now)));
            (next, delivery.rounds())
        };
        self.holdback(shard).only(&rounds, at, &*self.0.journal);
        if self.tell_some_ends(shard) { Next::Now } else { next }
    }

    /// Tells presence until told to stop.
    async fn tell_presence(&self, stop: &CancellationToken) {
        while stop.run_until_cancelled(self.0.presence.notified()).await.is_some() {
            while self.tell_some_presence() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Tells a chunk of presence. Returns whether there is more.
    pub(super) fn tell_some_presence(&self) -> bool {
        let (some, more) = {
            let mut people = self.people();
            (people.asides.take_some(), !people.asides.is_empty())
        };
        let (mut encoder, epoch) = (Encoder::default(), self.epoch());
        some.into_iter().for_each(|aside| aside.tell(&mut encoder, epoch));
        more
    }

    /// Does what time requires, until told to stop. Nothing here may wait for the journal, since presence and typing depend on
    /// it.
    async fn tick(&self, stop: &CancellationToken) {
        let mut ticks = steps();
        let mut count = 0u64;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            count += 1;
            self.pass(count, self.now());
            // While orders are under way, more messages will reach the same people soon, and one note then covers them all.
            if count.is_multiple_of(EVERY_SECOND) || count.is_multiple_of(2) && self.0.inbox.waiting() == 0 {
                self.note_deliveries(self.now());
            }
        }
    }

    fn pass(&self, count: u64, now: Time) {
        self.0.depot.tick();
        self.live_on(self.0.journal.epoch(), now);
        for shard in 0..self.shards() {
            let mut delivery = self.delivery(shard);
            self.0.missing.add(delivery.pass(now));
            if count.is_multiple_of(EVERY_MINUTE) {
                delivery.forget_idle(now);
            }
            let waits = !delivery.asides.is_empty();
            drop(delivery);
            if waits {
                self.0.inbox.bell(shard).notify_one();
            }
        }
        let waits = {
            let mut people = self.people();
            people.tick(now);
            !people.asides.is_empty()
        };
        if waits {
            self.0.presence.notify_one();
        }
        self.pass_among_nodes(now);
        if count.is_multiple_of(EVERY_SECOND) {
            self.end_credentials(now);
        }
    }

    /// Begins another epoch, if the journal has: the database was failed over or restored. Nothing in memory holds any more, neither
    /// the heads of rooms nor memberships. All sockets are closed, and their clients come back.
    pub(super) fn live_on(&self, epoch: u64, now: Time) {
        if epoch == self.epoch() {
            return;
        }
        warn!("another life of the database: all sockets are closed, to come back");
        self.0.epoch.store(epoch, Ordering::SeqCst);
        // Once before the rooms are forgotten, so that no socket from the earlier epoch joins a room of this one.
        self.0.sockets.all().iter().for_each(|socket| socket.go_away());
        (0..self.shards()).for_each(|shard| self.delivery(shard).begin_anew(epoch));
        self.people().begin_anew(epoch, now);
        if let Some(nodes) = &self.0.nodes {
            nodes.begin_anew(epoch);
        }
        // And once after it, since a socket that came meanwhile may have joined a room that was then forgotten.
        self.0.sockets.all().iter().for_each(|socket| socket.go_away());
    }

    /// Closes sockets whose credential has expired.
    fn end_credentials(&self, now: Time) {
        for socket in self.0.sockets.all() {
            if socket.expires().is_some_and(|expires| expires <= now) {
                self.end_credential(&socket, now);
            }
        }
    }

    /// Closes the sockets of a suspended user.
    pub(crate) fn put_out(&self, user: UserId, now: Time) {
        let sockets = self.people().sockets(user);
        sockets.iter().for_each(|socket| self.end_with(socket, &SUSPENDED, closes::SUSPENDED, now));
    }

    /// Closes a socket whose credential is no longer good.
    pub(crate) fn end_credential(&self, socket: &Socket, now: Time) {
        self.end_with(socket, &Trouble::Unauthorized, closes::EXPIRED, now);
    }

    fn end_with(&self, socket: &Socket, why: &Trouble, close: Close, now: Time) {
        let mut frames = Frames::new();
        let context = Context { room: socket.endpoint.room, ..Context::default() };
        reply::refused(socket.endpoint, &context, why, now, &mut frames);
        socket.line.offer(&frames);
        socket.line.close(close);
    }

    /// Submits how far messages were delivered, everything of the last while at once.
    fn note_deliveries(&self, now: Time) {
        for (room, user, message) in self.0.depot.reached().into_iter().filter_map(whom) {
            self.reached(user, room, message);
        }
        for shard in 0..self.shards() {
            let delivered = std::mem::take(&mut self.delivery(shard).delivered);
            for ((room, actor), upto) in delivered {
                let command = Command::Deliver { room, upto };
                self.0.journal.submit(Order { actor, at: now, command, origin: None });
            }
        }
    }

    /// Does what needs the journal, until told to stop: chat lists, last visits, new rooms.
    async fn keep_up(&self, stop: &CancellationToken) {
        let mut ticks = steps();
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let now = self.now();
            self.note_departures().await;
            if let Err(failure) = self.tell_summaries(now).await {
                debug!(%failure, "chat lists are not up to date");
            }
            if let Err(failure) = self.compare_new_rooms().await {
                debug!(%failure, "rooms that were joined are not up to date");
            }
        }
    }

    /// Stores who went away, and who came to Socket.IO or left it.
    pub(crate) async fn note_departures(&self) {
        let (gone, visits) = {
            let mut people = self.people();
            (people.departures(), std::mem::take(&mut people.visits))
        };
        let noted = async {
            if !gone.is_empty() {
                self.0.directory.seen(gone).await?;
            }
            if !visits.is_empty() {
                self.0.directory.note_visits(visits.into_iter().collect()).await?;
            }
            Ok::<(), Failure>(())
        };
        if let Err(failure) = noted.await {
            debug!(%failure, "times of last visits were not stored");
        }
    }

    /// Noted before the summary is told: a client may mark the message as read as soon as it has it.
    fn note_listed(&self, line: &Summary) {
        if let Some(message) = &line.last_message {
            let mut sockets = self.people().sockets(line.user);
            sockets.retain(|socket| shows_list(socket.endpoint.entrance));
            self.delivery_of(line.room).note_listed(&sockets, line.room, message.message.id);
        }
    }

    async fn tell_summaries(&self, now: Time) -> Result<(), Failure> {
        let mut stale = Stale::default();
        for shard in 0..self.shards() {
            let Stale { rooms, summaries } = std::mem::take(&mut self.delivery(shard).stale);
            stale.rooms.extend(rooms);
            stale.summaries.extend(summaries);
        }
        let summaries = self.people().summaries(stale);
        let due = self.lists().due(summaries, now);
        for some in due.chunks(LINES) {
            for line in self.0.journal.summaries(some.to_vec()).await? {
                self.note_listed(&line);
                self.tell(line.user, &News::Summary { line: line.into(), at: now });
            }
        }
        Ok(())
    }
}

/// Returns to whom a message was delivered whose frame had to wait.
fn whom(reached: Reached) -> Option<(RoomId, UserId, MessageId)> {
    let id = |number: u64| i64::try_from(number).ok();
    let Reached { owner, mark } = reached;
    Some((RoomId::new(id(mark.0)?)?, UserId::new(id(owner)?)?, MessageId::new(id(mark.1)?)?))
}

fn steps() -> Interval {
    let mut steps = interval(TICK);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    steps
}

const TICK: Duration = Duration::from_millis(100);
const EVERY_SECOND: u64 = 10;
const EVERY_MINUTE: u64 = 600;
/// How many summaries are asked for in one query.
const LINES: usize = 500;
