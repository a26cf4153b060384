//! A WebSocket client that costs little: one buffer for all connections, and frames recognised by their first bytes.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::Trouble;
use crate::dialect::{Dialect, Kind};

/// A client's connection.
pub(crate) struct Connection {
    pub(crate) dialect: Dialect,
    stream: Rc<TcpStream>,
    /// The beginning of a frame whose rest has not come.
    carry: Vec<u8>,
}

/// Sends on a connection that something else reads.
#[derive(Clone)]
pub(crate) struct Mouth(Rc<TcpStream>);

impl Connection {
    /// Connects from one of several loopback addresses, since one has too few ports, and waits until the server is ready.
    pub(crate) async fn open(
        server: SocketAddr,
        number: usize,
        dialect: Dialect,
        room: u64,
        token: &str,
    ) -> Result<Connection, Trouble> {
        Connection::open_from(server, number, dialect, room, token, None).await
    }

    /// Connects with a cursor, where connecting is joining.
    pub(crate) async fn open_from(
        server: SocketAddr,
        number: usize,
        dialect: Dialect,
        room: u64,
        token: &str,
        cursor: Option<&str>,
    ) -> Result<Connection, Trouble> {
        let mut stream = dial(server, number).await?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
            dialect.path(room, token, cursor),
            if dialect == Dialect::Xmpp { "Sec-WebSocket-Protocol: xmpp\r\n" } else { "" }
        );
        stream.write_all(request.as_bytes()).await?;
        let carry = upgraded(&mut stream).await?;
        let mut connection = Connection { dialect, stream: Rc::new(stream), carry };
        for (sign, said) in dialect.greeting(token) {
            if let Some(sign) = sign {
                connection.until(sign).await?;
            }
            connection.mouth().say(&said).await?;
        }
        if let Some(sign) = dialect.ready() {
            connection.until(sign).await?;
        }
        Ok(connection)
    }

    /// Joins a room, where connecting does not. Returns the frame that confirms it.
    pub(crate) async fn join(&mut self, room: u64, cursor: Option<&str>) -> Result<String, Trouble> {
        match self.dialect.join(room, cursor) {
            Some(join) => {
                self.mouth().say(&join).await?;
                self.until(self.dialect.joined()).await
            }
            None => Ok(String::new()),
        }
    }

    /// Returns a way to send on this connection.
    pub(crate) fn mouth(&self) -> Mouth {
        Mouth(self.stream.clone())
    }

    /// Waits for a frame of this kind.
    pub(crate) async fn until(&mut self, wanted: Kind) -> Result<String, Trouble> {
        let mut found = None;
        let mut refused = None;
        while found.is_none() {
            self.hear(|kind, frame| match kind {
                kind if kind == wanted => found = Some(String::from_utf8_lossy(frame).into_owned()),
                Kind::Error => refused = Some(String::from_utf8_lossy(frame).into_owned()),
                _ => {}
            })
            .await?;
            if let Some(refused) = refused {
                return Err(refused.into());
            }
        }
        found.ok_or_else(|| "nothing came".into())
    }

    /// Waits until something has come, and passes it on.
    pub(crate) async fn hear(&mut self, mut on: impl FnMut(Kind, &[u8])) -> Result<(), Trouble> {
        let mut reply = Vec::new();
        loop {
            if self.carry.is_empty() {
                self.stream.readable().await?;
            }
            let read = SCRATCH.with_borrow_mut(|scratch| self.read(scratch, &mut reply, &mut on));
            match read {
                Ok(()) => break,
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.readable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        if !reply.is_empty() {
            self.mouth().write(&reply).await?;
        }
        Ok(())
    }

    fn read(&mut self, scratch: &mut [u8], reply: &mut Vec<u8>, on: &mut impl FnMut(Kind, &[u8])) -> io::Result<()> {
        let before = self.carry.len();
        // A frame may have come together with the handshake's answer.
        let filled = match self.stream.try_read(&mut scratch[before..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => before + read,
            Err(error) if error.kind() == ErrorKind::WouldBlock && whole(&self.carry) => before,
            Err(error) => return Err(error),
        };
        scratch[..before].copy_from_slice(&self.carry);
        let mut rest = &scratch[..filled];
        while let Some((opcode, frame, after)) = split(rest) {
            rest = after;
            match opcode {
                CLOSE => return Err(io::Error::new(ErrorKind::ConnectionAborted, closed(frame))),
                PING => put_frame(reply, PONG, frame),
                _ => match self.dialect.kind(frame) {
                    Kind::Ping => put_frame(reply, TEXT, b"3"),
                    kind => on(kind, frame),
                },
            }
        }
        if self.carry.capacity() > KEPT && rest.is_empty() {
            self.carry = Vec::new();
        }
        self.carry.clear();
        self.carry.extend_from_slice(rest);
        Ok(())
    }
}

impl Mouth {
    /// Sends a text.
    pub(crate) async fn say(&self, text: &str) -> Result<(), Trouble> {
        let mut frame = Vec::with_capacity(text.len() + 14);
        put_frame(&mut frame, TEXT, text.as_bytes());
        self.write(&frame).await
    }

    async fn write(&self, mut bytes: &[u8]) -> Result<(), Trouble> {
        while !bytes.is_empty() {
            match self.0.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.0.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Connects from a loopback address that depends on the number.
pub(crate) async fn dial(server: SocketAddr, number: usize) -> Result<TcpStream, Trouble> {
    let socket = TcpSocket::new_v4()?;
    let from = Ipv4Addr::new(127, 0, 0, 2 + (number / PER_ADDRESS) as u8);
    socket.bind((from, 0).into())?;
    let stream = socket.connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Splits off a whole frame of the server, which is never masked.
pub(crate) fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (size, header) = match second & 0x7f {
        126 => (u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?) as usize, 4),
        127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize, 10),
        size => (size as usize, 2),
    };
    let frame = bytes.get(header..header + size)?;
    Some((first & 0x0f, frame, &bytes[header + size..]))
}

/// Writes a client's frame. Its mask is zero, which changes nothing and costs nothing.
fn put_frame(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(0x80 | opcode);
    match payload.len() {
        size @ 0..126 => out.push(0x80 | size as u8),
        size @ 126..=0xffff => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(size as u16).to_be_bytes());
        }
        size => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(size as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

async fn upgraded(stream: &mut TcpStream) -> Result<Vec<u8>, Trouble> {
    let mut answer = Vec::new();
    loop {
        if let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return match answer.starts_with(b"HTTP/1.1 101") {
                true => Ok(answer.split_off(end + 4)),
                false => Err(String::from_utf8_lossy(&answer).into_owned().into()),
            };
        }
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("closed during the handshake".into());
        }
    }
}

fn whole(bytes: &[u8]) -> bool {
    split(bytes).is_some()
}

fn closed(frame: &[u8]) -> String {
    let code = frame.first_chunk::<2>().map_or(1005, |code| u16::from_be_bytes(*code));
    format!("closed with {code} {}", String::from_utf8_lossy(frame.get(2..).unwrap_or_default()))
}

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
/// How many bytes a connection may keep allocated for its next torn frame.
const KEPT: usize = 4 << 10;
/// How many connections come from one address.
const PER_ADDRESS: usize = 5_000;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; 1 << 20]);
}
