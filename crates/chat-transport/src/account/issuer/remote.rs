//! A key set at an address.

use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, Uri};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::client::Client;

/// Where a key set is, and when it was asked for.
pub(super) struct Remote {
    pub(super) address: Uri,
    client: Client,
    asked: Mutex<Option<Instant>>,
}

/// Somebody's turn to ask: there is one at a time.
pub(super) struct Turn<'a> {
    remote: &'a Remote,
    asked: MutexGuard<'a, Option<Instant>>,
}

impl Remote {
    pub(super) fn new(address: Uri, client: Client) -> Remote {
        Remote { address, client, asked: Mutex::new(None) }
    }

    /// The turn to ask; none if somebody did within this time, or does now.
    pub(super) async fn turn(&self, apart: Duration) -> Option<Turn<'_>> {
        let asked = self.asked.lock().await;
        let is_due = asked.is_none_or(|at| at.elapsed() >= apart);
        is_due.then_some(Turn { remote: self, asked })
    }
}

impl Turn<'_> {
    /// What is there now, or why that cannot be had.
    pub(super) async fn document(&mut self) -> Result<Bytes, String> {
        let address = &self.remote.address;
        *self.asked = Some(Instant::now());
        let answer = self.remote.client.get(address).await.map_err(|error| error.to_string())?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            other => Err(format!("it answers {other}")),
        }
    }
}
