//! A bad line to the database.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// What goes wrong on a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The connection breaks instead of passing on that something was committed.
    LosesAnswer,
    /// The connection breaks instead of passing on what is asked.
    LosesQuestion,
    /// From the moment when something was committed nothing is passed on any more, on no connection, until it thaws.
    Freezes,
}

/// Stands between the store and Postgres.
pub struct Proxy {
    pub port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    next: Mutex<Option<Fault>>,
    /// What was lost: the answers of transactions, and those of single statements.
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

    /// The next time that it can, the line does that.
    pub fn next(&self, fault: Fault) {
        *self.line.next.lock().unwrap() = Some(fault);
    }

    /// It does nothing of the kind any more.
    pub fn mend(&self) {
        *self.line.next.lock().unwrap() = None;
    }

    /// Whether it has done it.
    pub fn has_failed(&self) -> bool {
        self.line.next.lock().unwrap().is_none()
    }

    /// Passes on again what was held back.
    pub fn thaw(&self) {
        self.line.frozen.send_replace(false);
    }

    /// How many answers of transactions, and of single statements, were lost.
    pub fn lost(&self) -> (usize, usize) {
        (self.line.transactions.load(Ordering::SeqCst), self.line.statements.load(Ordering::SeqCst))
    }

    /// The client's side of every connection breaks; the server does not notice.
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

    /// Waits while nothing is passed on, as from these bytes of the server on.
    async fn passes(&self, said: &[u8]) {
        let (transaction, statement) = committed(said);
        if (transaction || statement) && self.takes(Fault::Freezes) {
            self.frozen.send_replace(true);
        }
        // Its sender is here, so it is not gone.
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
    }
}

/// Whether these bytes of the server say that a transaction was committed, or a single statement.
fn committed(said: &[u8]) -> (bool, bool) {
    let has = |words: &[u8]| said.windows(words.len()).any(|bytes| bytes == words);
    (has(b"COMMIT\0"), has(b"UPDATE 1\0Z\0\0\0\x05I"))
}

/// Carries bytes both ways.
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
