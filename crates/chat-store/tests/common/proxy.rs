//! A bad connection to the database.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// What goes wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It breaks instead of passing on that something was committed.
    LosesAnswer,
    /// It breaks instead of passing on what is asked.
    LosesQuestion,
    /// From the moment when something was committed, nothing is passed on over any connection, until it thaws.
    Freezes,
}

/// A proxy between the store and Postgres.
pub struct Proxy {
    pub port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    next: Mutex<Option<Fault>>,
    /// How many answers were lost: of transactions, and of single statements.
    transactions: AtomicUsize,
    statements: AtomicUsize,
    hang_up: Notify,
    frozen: watch::Sender<bool>,
}

impl Proxy {
    pub async fn start(server: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = Arc::new(Line::default());
        let carrying = line.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, carrying.clone()));
            }
        });
        Proxy { port, line }
    }

    /// Makes this go wrong at the next opportunity.
    pub fn next(&self, fault: Fault) {
        *self.line.next.lock().unwrap() = Some(fault);
    }

    /// Makes nothing go wrong any more.
    pub fn mend(&self) {
        *self.line.next.lock().unwrap() = None;
    }

    /// Whether it has gone wrong.
    pub fn has_failed(&self) -> bool {
        self.line.next.lock().unwrap().is_none()
    }

    /// Passes on again, including what was held back.
    pub fn thaw(&self) {
        self.line.frozen.send_replace(false);
    }

    /// Returns how many answers of transactions, and of single statements, were lost.
    pub fn lost(&self) -> (usize, usize) {
        (self.line.transactions.load(Ordering::SeqCst), self.line.statements.load(Ordering::SeqCst))
    }

    /// Breaks the client's side of every connection. The server does not notice.
    pub fn hang_up(&self) {
        self.line.hang_up.notify_waiters();
    }
}

impl Line {
    fn takes(&self, fault: Fault) -> bool {
        let mut next = self.next.lock().unwrap();
        let takes = *next == Some(fault);
        if takes {
            *next = None;
        }
        takes
    }

    /// Whether these bytes of the server, which say that something was committed, are lost.
    fn loses(&self, said: &[u8]) -> bool {
        let (transaction, statement) = committed(said);
        if !(transaction || statement) || !self.takes(Fault::LosesAnswer) {
            return false;
        }
        let lost = if transaction { &self.transactions } else { &self.statements };
        lost.fetch_add(1, Ordering::SeqCst);
        true
    }

    /// Waits while nothing is passed on, beginning with these bytes of the server.
    async fn passes(&self, said: &[u8]) {
        let (transaction, statement) = committed(said);
        if (transaction || statement) && self.takes(Fault::Freezes) {
            self.frozen.send_replace(true);
        }
        // Its sender is in this function, so it is not gone.
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
    }
}

/// Whether these bytes of the server say that a transaction, or a single statement, was committed.
fn committed(said: &[u8]) -> (bool, bool) {
    let has = |words: &[u8]| said.windows(words.len()).any(|bytes| bytes == words);
    (has(b"COMMIT\0"), has(b"UPDATE 1\0Z\0\0\0\x05I"))
}

/// Passes bytes on in both directions.
async fn carry(mut client: TcpStream, server: u16, line: Arc<Line>) {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                line.passes(&[]).await;
                if line.takes(Fault::LosesQuestion) || server.write_all(&up[..read]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                line.passes(&down[..read]).await;
                if line.loses(&down[..read]) || client.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
            () = line.hang_up.notified() => {
                drop(client);
                return std::future::pending().await;
            }
        }
    }
}
