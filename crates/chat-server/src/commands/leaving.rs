//! Suspending and erasing people from a shell.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::suspension::FOR_GOOD;
use chat_domain::{Settled, Sink, Time};
use chat_store::Store;
use chat_transport::clock;
use chat_transport::erasing::Eraser;

use super::{named, open_to, print, row, told};
use crate::config::Config;
use crate::files;

/// What happens to the messages of an erased person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Said {
    /// They stay, without a name.
    Keep,
    /// They are deleted.
    Delete,
}

/// Suspends somebody, for a while or until they are let in again.
pub(super) async fn disable(store: &Store, who: &str, span: Option<Duration>, reason: String) -> Result<(), String> {
    if reason.chars().count() > REASON {
        return Err(format!("a reason must have at most {REASON} characters"));
    }
    suspend(store, who, span.map_or(FOR_GOOD, |span| clock::now().after(span)), reason).await
}

/// Lets somebody in again.
pub(super) async fn enable(store: &Store, who: &str) -> Result<(), String> {
    suspend(store, who, Time(0), String::new()).await
}

async fn suspend(store: &Store, who: &str, until: Time, reason: String) -> Result<(), String> {
    use chat_domain::Directory;
    let account = named(store, who).await?;
    store.suspend(account.person.id(), until, reason).await.map_err(told)?;
    print(format!("{}\n", row(&account)).as_bytes())
}

/// Erases somebody, and deletes what goes with them before it returns. If it is interrupted, the next server goes on.
pub(crate) async fn erase(config: &Config, who: &str, said: Said) -> Result<(), String> {
    let store = Arc::new(open_to(config, Arc::new(Nobody)).await?);
    let done = erase_in(config, &store, who, said).await;
    store.close().await;
    done
}

async fn erase_in(config: &Config, store: &Arc<Store>, who: &str, said: Said) -> Result<(), String> {
    let user = named(store, who).await?.person.id();
    let kept = files::kept(config)?;
    let eraser = Eraser { journal: store.clone(), directory: store.clone(), clock: Arc::new(clock::now) };
    eraser.erase(user, said == Said::Delete, clock::now()).await.map_err(told)?;
    let later = |failure| format!("{failure}: {user} is erased, and the next server deletes what is left of them");
    eraser.finish().await.map_err(later)?;
    kept.settings(config, store.clone()).sweep(clock::now()).await.map_err(later)?;
    print(format!("{}\n", user.number()).as_bytes())
}

/// A sink for outcomes, of which nobody is to be told.
struct Nobody;

impl Sink for Nobody {
    fn settled(&self, _: Vec<Settled>) {}
}

/// How many characters a reason may have.
const REASON: usize = 500;
