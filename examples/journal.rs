//! A journal of your own: it stands before the database, writes down who did what, and can be told to rest.
//!
//! `cargo run -p chat-server --example journal -- DATABASE AUDIT` serves on a free port. Each line of its standard input changes
//! something: `rest` (whoever writes is told to come back), `work`; at its end the server ends.

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

/// Stands before a journal. Everything that it does not write anew is passed on.
struct Audited {
    store: Arc<Store>,
    /// Hears of whatever is settled, here or behind.
    inbox: Arc<Inbox>,
    audit: Mutex<File>,
    rests: AtomicBool,
}

impl Around for Audited {
    fn inner(&self) -> &dyn Journal {
        &*self.store
    }

    /// Whoever waits for the answer: REST.
    fn execute(&self, order: Order) -> Answer<'_, Outcome> {
        match self.admit(&order) {
            Ok(()) => self.inner().execute(order),
            Err(failure) => Box::pin(std::future::ready(Err(failure))),
        }
    }

    /// Sockets do not wait: the answer goes to the sink, with who asked.
    fn submit(&self, order: Order) {
        match self.admit(&order) {
            Ok(()) => self.inner().submit(order),
            Err(failure) => self.inbox.settled(vec![Settled { origin: order.origin, result: Err(failure) }]),
        }
    }
}

impl Audited {
    /// Nothing happens that is not written down before.
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
