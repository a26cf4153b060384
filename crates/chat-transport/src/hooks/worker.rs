//! The task that tells one webhook.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::subscribers::{Progress, Webhook};
use chat_domain::{Failure, RoomId, Uuid};
use chat_protocol::rest::answer::{Happening, posted};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, warn};

use super::debts::{Debts, Done, End, Job};
use super::post::{Answered, post};
use crate::app::App;
use crate::client::Client;
use crate::follow;

/// Tells one webhook, several rooms at a time.
pub(super) struct Worker {
    app: Arc<App>,
    client: Client,
    webhook: watch::Receiver<Webhook>,
    newest: watch::Receiver<u64>,
    noted: Instant,
}

type Running = FuturesUnordered<BoxFuture<'static, Done>>;

impl Worker {
    pub(super) fn new(
        app: Arc<App>,
        client: Client,
        webhook: watch::Receiver<Webhook>,
        newest: watch::Receiver<u64>,
    ) -> Worker {
        Worker { app, client, webhook, newest, noted: Instant::now() }
    }

    /// Runs until the webhook has ended, or the sender of `webhook` is dropped; then what is under way is finished, and the progress
    /// stored. It stops at once when this node no longer has the lease.
    pub(super) async fn run(mut self) {
        let id = self.webhook.borrow().id;
        let Some(progress) = self.progress(id).await else { return };
        let (mut debts, mut running) = (Debts::new(progress), Running::new());
        if self.work(id, &mut debts, &mut running).await {
            self.finish(id, debts, running).await;
        }
    }

    async fn progress(&self, id: Uuid) -> Option<Progress> {
        loop {
            match self.app.subscribers.progress(id).await {
                Ok(progress) => return progress,
                Err(_) => sleep(AGAIN).await,
            }
        }
    }

    /// Tells until there is a reason to end. Returns false if this node no longer has the lease.
    async fn work(&mut self, id: Uuid, debts: &mut Debts, running: &mut Running) -> bool {
        // Turns that were in the feed before are not announced, so the first look must not wait.
        let mut more = true;
        while !debts.has_ended() && self.webhook.has_changed().is_ok() {
            if more && debts.room_for() > 0 {
                more = match self.read_on(debts).await {
                    Ok(more) => more,
                    Err(_) => {
                        sleep(AGAIN).await;
                        continue;
                    }
                };
            }
            let abreast = if debts.is_failing() { ABREAST_IN_VAIN } else { ABREAST };
            while running.len() < abreast
                && let Some(job) = debts.next(self.app.now())
            {
                running.push(self.tell(job));
            }
            let pause = if running.len() < abreast { self.pause(debts) } else { NOTE };
            tokio::select! {
                Some(done) = running.next() => self.settle(debts, done),
                changed = self.newest.changed(), if !more => more = changed.is_ok(),
                // Woken by a change or by the end of the webhook; the loop's condition looks at both.
                _ = self.webhook.changed() => {}
                () = sleep(pause) => {}
            }
            if (running.is_empty() || self.noted.elapsed() >= NOTE) && !self.note(id, debts).await {
                return false;
            }
        }
        true
    }

    async fn finish(&mut self, id: Uuid, mut debts: Debts, mut running: Running) {
        let last = async {
            while let Some(done) = running.next().await {
                self.settle(&mut debts, done);
            }
        };
        // What does not finish in time is told again by the next node that has the lease.
        let _ = timeout(LAST, last).await;
        self.note(id, &mut debts).await;
        if debts.has_ended() {
            warn!(webhook = %id, "has ended: nothing is told there any more");
            self.app.hooks.changed.notify_one();
        }
    }

    /// Takes in the next entries of the feed; returns whether there may be more.
    async fn read_on(&self, debts: &mut Debts) -> Result<bool, Failure> {
        let limit = debts.room_for();
        let entries = self.app.journal.feed(debts.fed(), limit).await?;
        let more = entries.len() == limit;
        let rooms = self.webhook.borrow().rooms.clone();
        // Reports are taken in for all rooms: each names its room itself, and is judged when it is told.
        let wanted = |room: Option<RoomId>| rooms.is_empty() || room.is_none_or(|room| rooms.contains(&room));
        debts.take_in(entries, wanted, self.app.now());
        Ok(more)
    }

    /// Stores the progress; returns false if this node no longer has the lease.
    async fn note(&mut self, id: Uuid, debts: &mut Debts) -> bool {
        self.noted = Instant::now();
        let Some(progress) = debts.changes() else { return true };
        match self.app.subscribers.note_progress(id, progress).await {
            Ok(is_ours) => is_ours,
            Err(failure) => {
                debug!(webhook = %id, %failure, "what was told is noted later");
                debts.is_unnoted();
                sleep(AGAIN).await;
                true
            }
        }
    }

    fn tell(&self, job: Job) -> BoxFuture<'static, Done> {
        let (app, client, webhook) = (self.app.clone(), self.client.clone(), self.webhook.borrow().clone());
        Box::pin(async move {
            let mut next = job.from;
            let end = tell(&app, &client, &webhook, job, &mut next).await;
            Done { room: job.room, next, end }
        })
    }

    fn settle(&self, debts: &mut Debts, done: Done) {
        debts.settle(done, self.app.now(), &self.app.settings.hooks, self.app.chance());
    }

    /// Returns the time until the next job is due, at most [`NOTE`].
    fn pause(&self, debts: &Debts) -> Duration {
        let due = debts.due().map_or(NOTE, |due| due.since(self.app.now()));
        due.clamp(LEAST, NOTE)
    }
}

/// Tells a range of a room's events. `next` is kept at the first change that was not told.
async fn tell(app: &App, client: &Client, webhook: &Webhook, job: Job, next: &mut u64) -> End {
    let began = Instant::now();
    while *next <= job.upto && began.elapsed() < STRETCH {
        let upto = job.upto.min(*next + PAGE - 1);
        let Ok(events) = changes(app, job.room, *next, upto).await else { return End::Unread };
        for event in events {
            if began.elapsed() >= STRETCH {
                *next = event.number();
                return End::Told;
            }
            let told = posted(app.journal.epoch(), &event);
            let told = told.filter(|told| is_wanted(webhook, &event, told.kind));
            let Some(told) = told else { continue };
            let answered = post(client, webhook, &told, app.now()).await;
            app.hub.metrics().hooks().tried(&answered);
            match answered {
                Answered::Taken => *next = event.number() + 1,
                Answered::Gone => {
                    *next = event.number();
                    return End::Gone;
                }
                Answered::Refused(why) | Answered::Unreached(why) => {
                    debug!(webhook = %webhook.id, event = told.id, why, "was not told");
                    *next = event.number();
                    return End::Refused(why);
                }
            }
        }
        *next = upto + 1;
    }
    End::Told
}

/// Tells whether an event is among what the webhook has subscribed.
fn is_wanted(webhook: &Webhook, happening: &Happening, sort: &str) -> bool {
    let is_elsewhere = match happening {
        Happening::Report(report) => !webhook.rooms.is_empty() && !webhook.rooms.contains(&report.room),
        Happening::Change(_) | Happening::Forgotten(..) => false,
    };
    !is_elsewhere && (webhook.wants.is_empty() || webhook.wants.iter().any(|wanted| wanted == sort))
}

/// Reads the events of a room, or reports, as they are now.
async fn changes(app: &App, room: Option<RoomId>, from: u64, upto: u64) -> Result<Vec<Happening>, Failure> {
    let heads = app.journal.heads(room.into_iter().collect()).await?;
    let moves = heads.first().map_or(0, |(_, head)| head.moves);
    // Events that the journal has pruned can no longer be told.
    Ok(follow::changes(&*app.journal, room, moves, from, upto).await?.unwrap_or_default())
}

/// How many rooms are told at a time.
const ABREAST: usize = 8;
/// How many while attempts fail. Attempts that hang must not use up the threads that resolve names.
const ABREAST_IN_VAIN: usize = 2;
/// How many changes are read at once.
const PAGE: u64 = 50;
/// How long one room is told before its progress is stored and others get their turn.
const STRETCH: Duration = Duration::from_secs(1);
/// How often the progress is stored.
const NOTE: Duration = Duration::from_secs(1);
/// How long jobs under way may still take at the end.
const LAST: Duration = Duration::from_secs(1);
/// How long to wait after the journal was unavailable.
const AGAIN: Duration = Duration::from_secs(1);
/// The shortest pause, so that a job that is just due does not cause a busy loop.
const LEAST: Duration = Duration::from_millis(1);
