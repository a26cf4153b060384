//! A journal of your own in front of the database: it writes down who did what, and can refuse all work.
//!
//! `cargo run -p chat-server --example journal -- DATABASE AUDIT` serves on a free port. Lines of its standard input change
//! something: after `rest` every write is refused as unavailable, after `work` all goes on. It ends with its input.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chat_domain::around::Around;
use chat_domain::{Answer, Failure, Journal, Order, Outcome, Settled, Sink};
use chat_store::{Options, Store};
use chat_transport::account::{secret::Secret, token::Tokens};
use chat_transport::carry::http::listen;
use chat_transport::hub::Inbox;
use chat_transport::server::Builder;
use tokio_util::sync::CancellationToken;

/// A layer in front of a journal. Methods that it does not have are passed on.
struct Audited {
    store: Arc<Store>,
    /// The sink, which hears of everything that is settled here or behind this layer.
    inbox: Arc<Inbox>,
    audit: Mutex<File>,
    rests: AtomicBool,
}

impl Around for Audited {
    fn inner(&self) -> &dyn Journal {
        &*self.store
    }

    /// For callers that wait for the outcome, as REST does.
    fn execute(&self, order: Order) -> Answer<'_, Outcome> {
        match self.admit(&order) {
            Ok(()) => self.inner().execute(order),
            Err(failure) => Box::pin(std::future::ready(Err(failure))),
        }
    }

    /// For sockets, which do not wait: the outcome goes to the sink, with its origin.
    fn submit(&self, order: Order) {
        match self.admit(&order) {
            Ok(()) => self.inner().submit(order),
            Err(failure) => self.inbox.settled(vec![Settled { origin: order.origin, result: Err(failure) }]),
        }
    }
}

impl Audited {
    /// Writes an order down, or refuses it: nothing happens without a record.
    fn admit(&self, order: &Order) -> Result<(), Failure> {
        if self.rests.load(Ordering::Relaxed) {
            return Err(Failure::Unavailable);
        }
        let what = format!("{:?}", order.command);
        let name = what.split([' ', '(']).next().unwrap_or_default();
        let mut audit = self.audit.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(audit, "{} {} {name}", order.at.0, order.actor.number()).map_err(|_| Failure::Unavailable)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut given = std::env::args().skip(1);
    let (Some(database), Some(audit)) = (given.next(), given.next()) else {
        return Err("name a database and a file to write down who did what".into());
    };
    let inbox = Inbox::new(2);
    let store = Arc::new(Store::open(&database, Options::default(), inbox.clone()).await?);
    let audit = Mutex::new(OpenOptions::new().create(true).append(true).open(audit)?);
    let (store_behind, rests) = (store.clone(), AtomicBool::new(false));
    let journal = Arc::new(Audited { store: store_behind, inbox: inbox.clone(), audit, rests });
    let tokens = Tokens::local(&[Secret::new("read this from a file, at least 32 bytes")], 24 * 3_600);
    let server = Builder::new(inbox, journal.clone(), store.clone(), tokens).build()?;
    let listener = listen(([127, 0, 0, 1], 0).into())?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = CancellationToken::new();
    let asked = stop.clone();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            journal.rests.store(line == "rest", Ordering::Relaxed);
            println!("so be it");
        }
        asked.cancel();
    });
    server.serve(listener, stop).await;
    store.close().await;
    Ok(())
}
