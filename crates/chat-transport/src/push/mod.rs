//! Pushes: people's devices are told what they miss while nothing of theirs is open. A push is encrypted for its device, names
//! one message of a room, and is repeated until it is taken.
//!
//! Only the node with the lease of the feed pushes. Its progress is stored a moment later, so when it dies another node goes on;
//! a push that is repeated replaces the first one on the device.

mod mail;
mod post;
mod seal;
mod settings;
#[cfg(test)]
mod tests;
mod vouch;

use std::sync::Arc;
use std::time::Duration;

use chat_domain::devices::{Pushes, Waiting};
use chat_domain::{Failure, Uuid};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

pub(crate) use self::mail::End;
use self::mail::Mail;
pub(crate) use self::seal::Keys;
pub use self::settings::PushSettings;
pub(crate) use self::settings::Pushing;
use self::vouch::Voucher;
use crate::app::App;
use crate::client::Client;

impl App {
    /// Returns the key that signs pushes. It is made and stored when it is first needed.
    pub(crate) async fn voucher(&self) -> Result<&Voucher, Failure> {
        let made = async {
            let fresh = Voucher::fresh().map_err(|_| Failure::Unavailable)?;
            let kept = self.subscribers.push_key(fresh).await?;
            Voucher::kept(&kept).map_err(|why| {
                error!(%why, "the key that signs pushes is none");
                Failure::Unavailable
            })
        };
        self.pushing.voucher.get_or_try_init(|| made).await
    }

    /// Pushes while this node has the lease and there are devices, until told to stop.
    pub(crate) async fn push_missed(self: &Arc<Self>, stop: CancellationToken) {
        let client = match Client::new(self.settings.hooks.client()) {
            Ok(client) => client,
            Err(why) => return error!(%why, "nothing can be pushed"),
        };
        while !stop.is_cancelled() {
            if self.subscribers.tells()
                && let Ok(Some(pushes)) = self.subscribers.pushes().await
            {
                Pusher::new(self.clone(), client.clone(), pushes).run(&stop).await;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.pushing.changed.notified() => {}
                () = sleep(LOOK) => {}
            }
        }
    }
}

/// Pushes while this node has the lease and there are devices.
struct Pusher {
    app: Arc<App>,
    client: Client,
    mail: Mail,
    /// The pushes under way, and for each whether its device had failed before.
    running: FuturesUnordered<BoxFuture<'static, (Waiting, bool, End)>>,
    in_vain: usize,
    /// Devices that have something waiting and whose people are away.
    ready: Vec<Uuid>,
    glanced: Option<Instant>,
    noted: Instant,
}

impl Pusher {
    fn new(app: Arc<App>, client: Client, pushes: Pushes) -> Pusher {
        let (mail, running) = (Mail::new(pushes), FuturesUnordered::new());
        let (ready, glanced, noted) = (Vec::new(), None, Instant::now());
        Pusher { app, client, mail, running, in_vain: 0, ready, glanced, noted }
    }

    async fn run(mut self, stop: &CancellationToken) {
        let mut looked = Instant::now();
        while !stop.is_cancelled() && self.app.subscribers.tells() {
            if self.glanced.is_none_or(|at| at.elapsed() >= GLANCE) {
                self.glanced = Some(Instant::now());
                if self.read_on().await.is_err() {
                    sleep(AGAIN).await;
                    continue;
                }
                self.look_who_is_away();
            }
            self.begin();
            tokio::select! {
                () = stop.cancelled() => {}
                Some(done) = self.running.next() => self.settle(done),
                () = sleep(GLANCE) => {}
            }
            if self.noted.elapsed() >= NOTE && !self.note().await {
                return;
            }
            if looked.elapsed() >= SELDOM && self.mail.count() == 0 {
                looked = Instant::now();
                if matches!(self.app.subscribers.pushes().await, Ok(None)) {
                    return;
                }
            }
        }
        let last = async {
            while let Some(done) = self.running.next().await {
                self.settle(done);
            }
        };
        // What does not finish in time is pushed again by the next node that has the lease.
        let _ = timeout(LAST, last).await;
        self.note().await;
    }

    /// Takes in the next entries of the feed.
    async fn read_on(&mut self) -> Result<(), Failure> {
        loop {
            let entries = self.app.journal.feed(self.mail.fed(), PAGE).await?;
            let Some(last) = entries.last().map(|entry| entry.no) else { return Ok(()) };
            let is_last = entries.len() < PAGE;
            let waiting = self.app.subscribers.to_push(entries, self.app.now()).await?;
            self.mail.take_in(last, waiting);
            if is_last {
                return Ok(());
            }
        }
    }

    fn look_who_is_away(&mut self) {
        let now = self.app.now();
        self.mail.forget_old(now, &self.app.settings.push);
        self.app.hub.metrics().pushes().waiting(self.mail.count());
        // After a start everybody seems to be away: clients get the grace to reconnect first.
        if now < self.app.began.after(self.app.hub.grace()) {
            return;
        }
        let candidates = self.mail.candidates(now, LOOKED_AT);
        let people: Vec<_> = candidates.iter().map(|(_, person)| *person).collect();
        let away = self.app.hub.away(&people);
        let ready = candidates.into_iter().filter(|(_, person)| away.contains(person));
        self.ready = ready.map(|(device, _)| device).collect();
    }

    /// Starts pushes to devices that are ready.
    fn begin(&mut self) {
        while self.running.len() < ABREAST
            && let Some(device) = self.ready.pop()
        {
            let is_failing = self.mail.is_failing(device);
            // Attempts that may hang must not take all places.
            if is_failing && self.in_vain >= ABREAST_IN_VAIN {
                continue;
            }
            if let Some(waiting) = self.mail.begin(device) {
                self.in_vain += usize::from(is_failing);
                self.running.push(self.tell(waiting, is_failing));
            }
        }
    }

    fn tell(&self, waiting: Waiting, is_failing: bool) -> BoxFuture<'static, (Waiting, bool, End)> {
        let (app, client) = (self.app.clone(), self.client.clone());
        Box::pin(async move {
            let end = match app.voucher().await {
                Ok(voucher) => post::tell(&app, &client, voucher, waiting).await,
                Err(_) => End::Unread,
            };
            (waiting, is_failing, end)
        })
    }

    fn settle(&mut self, (waiting, was_failing, end): (Waiting, bool, End)) {
        self.in_vain -= usize::from(was_failing);
        self.mail.settle(waiting, end, self.app.now(), &self.app.settings.push, self.app.chance());
    }

    /// Stores what has changed; returns false if this node no longer has the lease.
    async fn note(&mut self) -> bool {
        self.noted = Instant::now();
        let Some(notes) = self.mail.notes() else { return true };
        match self.app.subscribers.note_pushes(notes.clone()).await {
            Ok(is_ours) => is_ours,
            Err(failure) => {
                debug!(%failure, "what was pushed is noted later");
                self.mail.not_noted(notes);
                true
            }
        }
    }
}

/// How often to look for something to push.
const GLANCE: Duration = Duration::from_millis(250);
/// How often to look for the first device.
const LOOK: Duration = Duration::from_secs(1);
/// How often to look whether there still are devices.
const SELDOM: Duration = Duration::from_secs(60);
/// How often the progress is stored.
const NOTE: Duration = Duration::from_secs(1);
/// How long to wait after the journal was unavailable.
const AGAIN: Duration = Duration::from_secs(1);
/// How long pushes under way may still take at the end.
const LAST: Duration = Duration::from_secs(1);
/// How many entries of the feed are taken in at once.
const PAGE: usize = 500;
/// For how many devices at once to look whether their people are away.
const LOOKED_AT: usize = 2_000;
/// How many pushes run at a time.
const ABREAST: usize = 32;
/// How many of these may be to devices whose last push failed.
const ABREAST_IN_VAIN: usize = 8;
