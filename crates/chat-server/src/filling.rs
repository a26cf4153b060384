//! Filling an empty database from elsewhere. It is done with the commands that clients use, so that every rule holds. In the end
//! nothing counts as unread or new.

mod room;

use std::path::Path;
use std::sync::Arc;

use chat_domain::directory::Account;
use chat_domain::names;
use chat_domain::{
    Change, Command, Failure, Journal, MessageId, Order, Origin, Outcome, Refusal, Settled, Sink, Time, UserId,
};
use chat_store::{Options, Store};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub(crate) use self::room::Room;
use crate::archive::{NOT_EMPTY, Progress, copied, discard, put_into};
use crate::config::Config;

/// A database that is being filled.
pub(crate) struct Filling {
    pub(crate) store: Store,
    answers: UnboundedReceiver<Settled>,
    pub(crate) progress: Progress,
}

/// Fills the database with what `put` puts in.
pub(crate) async fn import(
    config: &Config,
    put: impl AsyncFnOnce(&mut Filling) -> Result<(), String>,
) -> Result<(), String> {
    if !chat_store::is_shared(&config.database) {
        return fill(&config.database, put).await;
    }
    // Filled as an SQLite file, which a single writer fills quickly and in order, and then copied to where it belongs.
    let made = std::env::temp_dir().join(format!("chat-server-import-{}.db", std::process::id()));
    let done = match fill(&address(&made), put).await {
        Ok(()) => put_into(&config.database, config.take_over, copied(&made)).await,
        problem => problem,
    };
    discard(&made);
    done
}

fn address(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// Fills a database with everything or nothing: if it fails, a database that did not exist before is removed again.
async fn fill(database: &str, put: impl AsyncFnOnce(&mut Filling) -> Result<(), String>) -> Result<(), String> {
    let (said, answers) = unbounded_channel();
    let made = chat_store::file(database).filter(|file| !file.exists());
    let store = Store::open(database, Options::default(), Arc::new(Answers(said))).await;
    let store = store.map_err(|error| error.to_string())?;
    let mut filling = Filling { store, answers, progress: Progress::new("imported") };
    let done = match filling.store.is_empty().await {
        Ok(true) => put(&mut filling).await,
        Ok(false) => Err(NOT_EMPTY.into()),
        Err(failure) => Err(said_of(failure)),
    };
    filling.store.close().await;
    if let (Err(_), Some(made)) = (&done, made) {
        discard(made);
    }
    done?;
    filling.progress.end();
    Ok(())
}

impl Filling {
    /// Creates an account with this username, or with a number behind it if the name is taken.
    pub(crate) async fn name(
        &self,
        wanted: &str,
        make: impl AsyncFn(&Store, String) -> Result<Account, Failure>,
    ) -> Result<Account, String> {
        let wanted = username(wanted);
        for number in 1..10_000 {
            let username = if number == 1 { wanted.clone() } else { format!("{wanted}-{number}") };
            match make(&self.store, username).await {
                Ok(account) => return Ok(account),
                Err(Failure::Refused(Refusal::NameTaken)) => {}
                Err(failure) => return Err(format!("{wanted}: {failure}")),
            }
        }
        Err(format!("there are too many people called {wanted}"))
    }

    /// Executes one order.
    pub(crate) async fn execute(&mut self, actor: UserId, at: Time, command: Command) -> Result<Outcome, Failure> {
        let outcome = self.store.execute(Order { actor, at, command, origin: None }).await;
        // The same outcome also comes to the sink, where nobody waits for it.
        self.answers.recv().await;
        outcome
    }

    /// Executes orders together, in order, and returns their outcomes.
    pub(crate) async fn carry_out(&mut self, orders: Vec<Wish>) -> Result<Vec<Result<Outcome, Refusal>>, String> {
        let mut outcomes: Vec<_> = orders.iter().map(|_| None).collect();
        for (tag, (actor, at, command)) in (0..).zip(orders) {
            self.store.submit(Order { actor, at, command, origin: Some(Origin { socket: 0, tag }) });
        }
        for _ in 0..outcomes.len() {
            let Settled { origin: Some(origin), result } = self.answers.recv().await.ok_or("the store has ended")?
            else {
                return Err("an answer to nobody".into());
            };
            outcomes[origin.tag as usize] = Some(match result {
                Ok(outcome) => Ok(outcome),
                Err(Failure::Refused(refusal)) => Err(refusal),
                Err(failure) => return Err(said_of(failure)),
            });
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// Marks all notifications as read.
    pub(crate) async fn nothing_is_new(&mut self, people: impl Iterator<Item = UserId>) -> Result<(), String> {
        let now = chat_transport::clock::now();
        while !self.store.notify_mentioned(now, 1_000).await.map_err(said_of)?.is_empty() {}
        for user in people {
            self.store.read_all_notifications(user, now).await.map_err(said_of)?;
        }
        Ok(())
    }
}

/// An order to be executed: by whom, when, and what.
pub(crate) type Wish = (UserId, Time, Command);

/// Returns the message of an outcome.
pub(crate) fn sent(outcome: &Outcome) -> Option<MessageId> {
    match &outcome.event()?.change {
        Change::Sent { message, .. } => Some(message.id),
        _ => None,
    }
}

/// Returns a valid username that is like this name: other characters become `_`.
fn username(name: &str) -> String {
    let name: String =
        name.chars().map(|letter| if names::is_of_username(letter) { letter } else { '_' }).take(24).collect();
    if names::check_username(&name).is_ok() { name } else { "somebody".into() }
}

/// Passes on what was settled.
struct Answers(UnboundedSender<Settled>);

impl Sink for Answers {
    fn settled(&self, answers: Vec<Settled>) {
        for answer in answers {
            // An error means that the receiver has given up.
            let _ = self.0.send(answer);
        }
    }
}

pub(crate) fn said_of(failure: Failure) -> String {
    failure.to_string()
}

/// How many orders are executed together.
pub(crate) const AT_ONCE: usize = 500;
