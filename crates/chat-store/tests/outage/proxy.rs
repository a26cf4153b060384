//! A bad line to the database.

use super::*;

/// Stands between the store and Postgres and can lose the answer to a COMMIT.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    armed: Arc<AtomicBool>,
    cut: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) async fn start(server: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (armed, cut) = <(Arc<AtomicBool>, Arc<AtomicBool>)>::default();
        let (arm, has) = (armed.clone(), cut.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, arm.clone(), has.clone()));
            }
        });
        Proxy { port, armed, cut }
    }

    pub(crate) fn cut_next_commit(&self) {
        self.cut.store(false, Ordering::SeqCst);
        self.armed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst)
    }
}

/// Carries bytes both ways. Armed, it drops the connection instead of passing on that a COMMIT was one.
async fn carry(mut client: TcpStream, server: u16, armed: Arc<AtomicBool>, cut: Arc<AtomicBool>) {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                if server.write_all(&up[..read]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                let committed = down[..read].windows(7).any(|bytes| bytes == b"COMMIT\0");
                if committed && armed.swap(false, Ordering::SeqCst) {
                    cut.store(true, Ordering::SeqCst);
                    return;
                }
                if client.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}
