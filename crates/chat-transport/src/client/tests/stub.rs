//! A server that answers as a test wants.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Serves each connection with `each`. Returns the address, and a count of the connections.
pub(crate) fn serve<F>(each: impl Fn(TcpStream) -> F + Send + 'static) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("an option");
    let at = listener.local_addr().expect("an address");
    let listener = TcpListener::from_std(listener).expect("a listener");
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(each(stream));
        }
    });
    (at, count)
}

/// Reads the next request: head and body.
pub(crate) async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let (head, body) = request_of_bytes(stream).await?;
    Some((head, String::from_utf8(body).ok()?))
}

/// Reads the next request with its body as bytes.
pub(crate) async fn request_of_bytes(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await.ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head.replacen("post", "POST", 1).replacen("http/1.1", "HTTP/1.1", 1), body))
}

pub(crate) async fn answer(stream: &mut (impl AsyncWrite + Unpin), head: &str, body: &str) {
    write(stream, &format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
}

pub(crate) async fn write(stream: &mut (impl AsyncWrite + Unpin), text: &str) {
    // The client may have hung up already.
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.flush().await;
}
