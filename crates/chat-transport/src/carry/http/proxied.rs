//! The PROXY protocol, version 2: the header by which a proxy says whose connection it passes on.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What a PROXY header says about the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The client's address; `None` for the proxy's own connections, such as its health checks.
    pub(super) client: Option<SocketAddr>,
    /// Whether the client came to the proxy over TLS.
    pub(super) is_tls: bool,
}

/// Takes the header off a stream, if there is one. Its signature cannot be the beginning of an HTTP request or of TLS. Call it
/// only for trusted proxies: the header is believed.
pub(super) async fn header(stream: &mut TcpStream) -> io::Result<Option<Said>> {
    let mut seen = [0; SIGNATURE.len()];
    loop {
        let count = stream.peek(&mut seen).await?;
        if count == 0 || !SIGNATURE.starts_with(&seen[..count]) {
            return Ok(None);
        }
        if count == SIGNATURE.len() {
            break;
        }
        // `peek` leaves the bytes in the stream, which therefore counts as readable: waiting for readability would return at
        // once. The caller's timeout ends this loop.
        sleep(PAUSE).await;
    }
    let mut head = [0; 16];
    stream.read_exact(&mut head).await?;
    let length = usize::from(u16::from_be_bytes([head[14], head[15]]));
    if length > LONGEST {
        return Err(wrong());
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    read(head[12], head[13], &rest).map(Some).ok_or_else(wrong)
}

fn read(version_and_command: u8, family: u8, rest: &[u8]) -> Option<Said> {
    match version_and_command {
        // LOCAL: the proxy's own connection, such as a health check.
        0x20 => return Some(Said::default()),
        0x21 => {}
        _ => return None,
    }
    let (client, more) = match family {
        0x11 => {
            let (addresses, more) = rest.split_at_checked(12)?;
            let host: [u8; 4] = addresses[..4].try_into().ok()?;
            (Some((IpAddr::from(Ipv4Addr::from(host)), &addresses[8..10])), more)
        }
        0x21 => {
            let (addresses, more) = rest.split_at_checked(36)?;
            let host: [u8; 16] = addresses[..16].try_into().ok()?;
            (Some((IpAddr::from(Ipv6Addr::from(host)), &addresses[32..34])), more)
        }
        // A family without an IP address, such as a Unix socket.
        _ => (None, &rest[rest.len()..]),
    };
    let client =
        client.map(|(host, port)| SocketAddr::new(host.to_canonical(), u16::from_be_bytes([port[0], port[1]])));
    Some(Said { client, is_tls: says_tls(more)? })
}

/// Tells whether one of the extensions (TLVs) says that the client came over TLS; `None` if they are cut off.
fn says_tls(mut additions: &[u8]) -> Option<bool> {
    let mut is_tls = false;
    while let Some((head, rest)) = additions.split_at_checked(3) {
        let (value, next) = rest.split_at_checked(u16::from_be_bytes([head[1], head[2]]).into())?;
        is_tls |= head[0] == SSL && value.first().is_some_and(|client| client & 1 == 1);
        additions = next;
    }
    additions.is_empty().then_some(is_tls)
}

fn wrong() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a broken PROXY header")
}

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// The type of the TLV about TLS.
const SSL: u8 = 0x20;
/// The most bytes after the head, TLVs included. Nothing here asks for clients' certificates, which would be longer.
const LONGEST: usize = 4 << 10;
const PAUSE: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    const V4: &[u8] = &[203, 0, 113, 5, 10, 0, 0, 1, 0x12, 0x34, 0, 80];

    fn header_of(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).expect("a short one").to_be_bytes();
        [SIGNATURE.as_slice(), &[command, family], &length, rest].concat()
    }

    /// Sends a stream in these pieces, and returns what was read of the header and what is left behind it.
    async fn heard(pieces: &[&[u8]]) -> (io::Result<Option<Said>>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        client.set_nodelay(true).expect("an option");
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let write = async {
            for piece in pieces {
                client.write_all(piece).await.expect("written");
                sleep(Duration::from_millis(20)).await;
            }
            drop(client);
        };
        let (said, ()) = tokio::join!(header(&mut stream), write);
        let mut left = Vec::new();
        stream.read_to_end(&mut left).await.expect("the rest");
        (said, left)
    }

    #[tokio::test]
    async fn a_header_is_taken_off_and_what_is_none_is_left() {
        let v4 = header_of(0x21, 0x11, V4);
        let client: SocketAddr = "203.0.113.5:4660".parse().expect("an address");
        for pieces in [vec![&*v4, b"GET /"], vec![&v4[..5], &v4[5..14], &v4[14..], b"GET /"]] {
            let (said, left) = heard(&pieces).await;
            assert_eq!(said.expect("a header"), Some(Said { client: Some(client), is_tls: false }));
            assert_eq!(left, b"GET /");
        }
        for plain in [b"GET / HTTP/1.1\r\n".as_slice(), b"\r\nGET / HTTP/1.1\r\n", b"\x16\x03\x01", b""] {
            let (said, left) = heard(&[plain]).await;
            assert_eq!((said.expect("nothing"), &*left), (None, plain));
        }
        let (said, _) = heard(&[&v4[..20]]).await;
        assert!(said.is_err(), "a cut one is no client");
    }

    #[test]
    fn addresses_and_additions_are_read() {
        let v6 =
            [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5].as_slice(), &[0; 16], &[0, 9, 0, 80]].concat();
        let said = |command, family, rest: &[u8]| read(command, family, rest);
        let client = |text: &str| text.parse::<SocketAddr>().ok();
        assert_eq!(said(0x21, 0x21, &v6).expect("good").client, client("[2001:db8::5]:9"));
        let tls = [V4, &[0x20, 0, 5, 1, 0, 0, 0, 0]].concat();
        assert_eq!(said(0x21, 0x11, &tls), Some(Said { client: client("203.0.113.5:4660"), is_tls: true }));
        let others = [V4, &[4, 0, 2, 9, 9, 0x20, 0, 1, 0]].concat();
        assert!(!said(0x21, 0x11, &others).expect("good").is_tls);
        assert_eq!(said(0x20, 0x00, &[]), Some(Said::default()), "the proxy looks whether we live");
        assert_eq!(said(0x21, 0x00, &[]), Some(Said::default()), "a client without an address");
        for (command, family, rest) in [
            (0x11, 0x11, V4),
            (0x22, 0x11, V4),
            (0x21, 0x11, &V4[..11]),
            (0x21, 0x21, V4),
            (0x21, 0x11, &[V4, &[1, 0]].concat()),
            (0x21, 0x11, &[V4, &[1, 0, 2, 0]].concat()),
        ] {
            assert_eq!(said(command, family, rest), None, "{command:x} {family:x} {rest:?}");
        }
    }
}
