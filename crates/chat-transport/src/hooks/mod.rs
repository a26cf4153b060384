//! Webhooks: every event is posted to the addresses that back ends have subscribed, signed, at least once, and in order within
//! each room.
//!
//! Only the node with the lease of the feed posts. Its progress is stored a moment later, so when it dies another node goes on,
//! and repeats a few events under the same ids.

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

/// The task that tells one webhook, and the channel that tells it of changes. Dropping the channel ends the task.
struct Telling {
    webhook: watch::Sender<Webhook>,
    task: JoinHandle<()>,
}

impl App {
    /// Runs a task for each webhook while this node has the lease, until told to stop.
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
        // Each task still finishes what is under way and stores its progress.
        for telling in tellings.into_values() {
            let Telling { webhook, task } = telling;
            drop(webhook);
            let _ = task.await;
        }
    }

    /// Brings the list of webhooks up to date, and announces new entries of the feed. Returns whether there are webhooks.
    async fn follow_for_webhooks(
        self: &Arc<Self>,
        client: &Client,
        tellings: &mut HashMap<Uuid, Telling>,
        newest: &watch::Sender<u64>,
        listed: &mut Option<tokio::time::Instant>,
    ) -> Result<bool, Failure> {
        if !self.subscribers.tells() {
            // Another node has the lease now. Dropping the channels ends the tasks.
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
        // At the start nothing is announced: each task first reads the feed from where its webhook ended.
        let known = if known == 0 { self.journal.feed_end().await? } else { known };
        let entries = self.journal.feed(known, PAGE).await?;
        let last = entries.last().map_or(known, |entry| entry.no);
        newest.send_if_modified(|newest| std::mem::replace(newest, last) != last);
        Ok(true)
    }

    /// Starts tasks for new webhooks, passes changes on to running ones, and drops those of webhooks that are gone.
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

/// How often to look for new entries while there are webhooks.
const GLANCE: Duration = Duration::from_millis(100);
/// How often to read the list of webhooks.
const LOOK: Duration = Duration::from_secs(1);
/// How many entries are read at once.
const PAGE: usize = 1000;
