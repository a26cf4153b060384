//! A key set that is fetched from an address.

use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, Uri};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::client::Client;

/// Where the key set is, and when it was last asked for.
pub(super) struct Remote {
    pub(super) address: Uri,
    client: Client,
    asked: Mutex<Option<Instant>>,
}

/// The right to ask the address: one caller at a time has it.
pub(super) struct Turn<'a> {
    remote: &'a Remote,
    asked: MutexGuard<'a, Option<Instant>>,
}

impl Remote {
    pub(super) fn new(address: Uri, client: Client) -> Remote {
        Remote { address, client, asked: Mutex::new(None) }
    }

    /// Returns the right to ask; `None` if somebody asked less than `apart` ago, perhaps while this call was waiting.
    pub(super) async fn turn(&self, apart: Duration) -> Option<Turn<'_>> {
        let asked = self.asked.lock().await;
        let is_due = asked.is_none_or(|at| at.elapsed() >= apart);
        is_due.then_some(Turn { remote: self, asked })
    }
}

impl Turn<'_> {
    /// Fetches the document. The error is the reason as text.
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
