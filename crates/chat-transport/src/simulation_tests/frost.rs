//! Frozen nodes, like a stopped process or a virtual machine that is being moved. Nothing goes in or out: no bytes of clients, no
//! answers of the journal, no envelopes. Afterwards everything comes at once.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until};

/// Until when each node is frozen.
#[derive(Default)]
pub(super) struct Frost(Mutex<BTreeMap<u64, Instant>>);

impl Frost {
    /// Freezes a node for this long.
    pub(super) fn freeze(&self, node: u64, span: Duration) {
        self.until().insert(node, Instant::now() + span);
    }

    /// Waits while a node is frozen.
    pub(super) async fn thawed(&self, node: u64) {
        loop {
            let until = self.until().get(&node).copied();
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => sleep_until(until).await,
                None => return,
            }
        }
    }

    /// Copies bytes to or from a node, except while it is frozen.
    pub(super) async fn carry(
        &self,
        node: u64,
        mut from: ReadHalf<DuplexStream>,
        mut to: WriteHalf<DuplexStream>,
    ) -> std::io::Result<()> {
        let mut some = [0; 1_024];
        loop {
            let count = from.read(&mut some).await?;
            self.thawed(node).await;
            if count == 0 {
                return to.shutdown().await;
            }
            to.write_all(&some[..count]).await?;
        }
    }

    fn until(&self) -> MutexGuard<'_, BTreeMap<u64, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
