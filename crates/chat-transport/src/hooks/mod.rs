//! Posts everything that happens to the addresses that back ends have subscribed: signed, at least once, in the order of each room.
//!
//! One node at a time does so, the one that keeps the feed. What it has done is noted a moment later, so that after its death another
//! one goes on and tells a little twice, under the same names.

mod debts;
pub(crate) mod post;
mod settings;
pub(crate) mod sign;
#[cfg(test)]
mod tests;
mod worker;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::subscribers::{Subscribed, Webhook};
use chat_domain::{Failure, Uuid};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

pub use self::settings::HookSettings;
pub(crate) use self::settings::Hooks;
use self::worker::Worker;
use crate::app::App;
use crate::client::Client;

/// Who tells a webhook, and what they need to know.
struct Telling {
    webhook: watch::Sender<Webhook>,
    task: JoinHandle<()>,
}

impl App {
    /// Tells webhooks what happens, as long as this node is the one that does, until told to stop.
    pub(crate) async fn tell_webhooks(self: &Arc<Self>, stop: CancellationToken) {
        let client = match Client::new(self.settings.hooks.client()) {
            Ok(client) => client,
            Err(why) => return error!(%why, "webhooks cannot be told"),
        };
        let mut tellings = HashMap::new();
        let newest = watch::Sender::new(0);
        let mut listed = None;
        while !stop.is_cancelled() {
            let has_some = self.follow_for_webhooks(&client, &mut tellings, &newest, &mut listed).await;
            let pause = if has_some.unwrap_or(false) { GLANCE } else { LOOK };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.hooks.changed.notified() => listed = None,
                () = tokio::time::sleep(pause) => {}
            }
        }
        // What was told last is noted.
        for telling in tellings.into_values() {
            let Telling { webhook, task } = telling;
            drop(webhook);
            let _ = task.await;
        }
    }

    /// Looks what there is to be told and to whom; says whether there is anybody.
    async fn follow_for_webhooks(
        self: &Arc<Self>,
        client: &Client,
        tellings: &mut HashMap<Uuid, Telling>,
        newest: &watch::Sender<u64>,
        listed: &mut Option<tokio::time::Instant>,
    ) -> Result<bool, Failure> {
        if !self.subscribers.tells() {
            // Another one tells now: dropped, they end.
            tellings.clear();
            *listed = None;
            self.hub.metrics().hooks().list(&[]);
            return Ok(false);
        }
        if listed.is_none_or(|at| at.elapsed() >= LOOK) {
            let all = self.subscribers.webhooks().await?;
            self.hub.metrics().hooks().list(&all);
            self.compare(all, client, tellings, newest);
            *listed = Some(tokio::time::Instant::now());
        }
        if tellings.is_empty() {
            return Ok(false);
        }
        let known = *newest.borrow();
        // What is in the feed already need not be announced: each begins where it ended.
        let known = if known == 0 { self.journal.feed_end().await? } else { known };
        let turns = self.journal.feed(known, PAGE).await?;
        let last = turns.last().map_or(known, |turn| turn.no);
        newest.send_if_modified(|newest| std::mem::replace(newest, last) != last);
        Ok(true)
    }

    /// Begins to tell those that are new, and ends with those that are not there any more.
    fn compare(
        self: &Arc<Self>,
        all: Vec<Subscribed>,
        client: &Client,
        tellings: &mut HashMap<Uuid, Telling>,
        newest: &watch::Sender<u64>,
    ) {
        let standing: HashMap<Uuid, Webhook> = all
            .into_iter()
            .filter(|one| one.progress.ended.is_none())
            .map(|one| (one.webhook.id, one.webhook))
            .collect();
        tellings.retain(|id, telling| standing.contains_key(id) && !telling.task.is_finished());
        for (id, webhook) in standing {
            if let Some(telling) = tellings.get(&id) {
                telling.webhook.send_if_modified(|known| {
                    *known != webhook && {
                        *known = webhook;
                        true
                    }
                });
                continue;
            }
            debug!(webhook = %id, "is told what happens");
            let (webhook, told) = watch::channel(webhook);
            let worker = Worker::new(self.clone(), client.clone(), told, newest.subscribe());
            tellings.insert(id, Telling { webhook, task: tokio::spawn(worker.run()) });
        }
    }
}

/// How often it is looked whether something has happened.
const GLANCE: Duration = Duration::from_millis(100);
/// How often it is looked which webhooks there are.
const LOOK: Duration = Duration::from_secs(1);
/// How many turns are looked at, to find the newest.
const PAGE: usize = 1000;
