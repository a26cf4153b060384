//! Whoever tells one webhook.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::subscribers::Webhook;
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

/// Tells one webhook, several rooms at a time, until it ends or this node tells no more.
pub(super) struct Worker {
    app: Arc<App>,
    client: Client,
    webhook: watch::Receiver<Webhook>,
    newest: watch::Receiver<u64>,
    noted: Instant,
}

impl Worker {
    pub(super) fn new(
        app: Arc<App>,
        client: Client,
        webhook: watch::Receiver<Webhook>,
        newest: watch::Receiver<u64>,
    ) -> Worker {
        Worker { app, client, webhook, newest, noted: Instant::now() }
    }

    /// Whoever began this ends it by dropping the webhook: what is under way is finished then, and noted.
    pub(super) async fn run(mut self) {
        let id = self.webhook.borrow().id;
        let progress = loop {
            match self.app.subscribers.progress(id).await {
                Ok(Some(progress)) => break progress,
                Ok(None) => return,
                Err(_) => sleep(AGAIN).await,
            }
        };
        let (mut debts, mut running) = (Debts::new(progress), FuturesUnordered::new());
        // What was fed before this began is not announced.
        let mut more = true;
        while !debts.has_ended() && self.webhook.has_changed().is_ok() {
            if more && debts.room_for() > 0 {
                more = match self.read_on(&mut debts).await {
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
            let pause = if running.len() < abreast { self.pause(&debts) } else { NOTE };
            tokio::select! {
                Some(done) = running.next() => self.settle(&mut debts, done),
                changed = self.newest.changed(), if !more => more = changed.is_ok(),
                // It may have been ended meanwhile.
                _ = self.webhook.changed() => {}
                () = sleep(pause) => {}
            }
            if (running.is_empty() || self.noted.elapsed() >= NOTE) && !self.note(id, &mut debts).await {
                return;
            }
        }
        let last = async {
            while let Some(done) = running.next().await {
                self.settle(&mut debts, done);
            }
        };
        // What does not end now is told again, by whoever tells it next.
        let _ = timeout(LAST, last).await;
        self.note(id, &mut debts).await;
        if debts.has_ended() {
            warn!(webhook = %id, "has ended: nothing is told there any more");
            self.app.hooks.changed.notify_one();
        }
    }

    /// Takes in what the feed has next; says whether there may be more.
    async fn read_on(&self, debts: &mut Debts) -> Result<bool, Failure> {
        let limit = debts.room_for();
        let turns = self.app.journal.feed(debts.fed(), limit).await?;
        let more = turns.len() == limit;
        let rooms = self.webhook.borrow().rooms.clone();
        // Of reports each says by itself of which room it is.
        let wanted = |room: Option<RoomId>| rooms.is_empty() || room.is_none_or(|room| rooms.contains(&room));
        debts.take_in(turns, wanted, self.app.now());
        Ok(more)
    }

    /// Notes what was told; says whether this node is still the one that tells it.
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

    /// Until something is due that is not yet.
    fn pause(&self, debts: &Debts) -> Duration {
        let due = debts.due().map_or(NOTE, |due| due.since(self.app.now()));
        due.clamp(LEAST, NOTE)
    }
}

/// Tells a stretch of a room; `next` is the first change of it that was not told.
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
            let told = told.filter(|told| is_wanted(webhook, &event, told.sort));
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

/// Whether this is among what was subscribed.
fn is_wanted(webhook: &Webhook, happening: &Happening, sort: &str) -> bool {
    let is_elsewhere = match happening {
        Happening::Report(report) => !webhook.rooms.is_empty() && !webhook.rooms.contains(&report.room),
        Happening::Change(_) | Happening::Forgotten(..) => false,
    };
    !is_elsewhere && (webhook.wants.is_empty() || webhook.wants.iter().any(|wanted| wanted == sort))
}

/// What is to be told of a room, or of reports, as it is now.
async fn changes(app: &App, room: Option<RoomId>, from: u64, upto: u64) -> Result<Vec<Happening>, Failure> {
    let heads = app.journal.heads(room.into_iter().collect()).await?;
    let moves = heads.first().map_or(0, |(_, head)| head.moves);
    // What was not told before the log forgot it is told no more.
    Ok(follow::changes(&*app.journal, room, moves, from, upto).await?.unwrap_or_default())
}

/// How many rooms are told at a time.
const ABREAST: usize = 8;
/// The same where something fails: tries that hang must not take the threads that look for hosts.
const ABREAST_IN_VAIN: usize = 2;
/// How many changes are read at once.
const PAGE: u64 = 50;
/// How long one room is told before it is noted.
const STRETCH: Duration = Duration::from_secs(1);
/// How often it is noted what was told.
const NOTE: Duration = Duration::from_secs(1);
/// How long what is under way may take when all ends.
const LAST: Duration = Duration::from_secs(1);
/// When the journal is asked again that was away.
const AGAIN: Duration = Duration::from_secs(1);
/// What is due in this very moment is not asked for without end.
const LEAST: Duration = Duration::from_millis(1);
