//! The bare broadcaster: it has rooms, makes each frame once and writes it to everybody, and stores nothing.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::io::ErrorKind;
use std::rc::Rc;

use bytes::{Buf, Bytes, BytesMut};
use clap::ValueEnum;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{spawn_local, yield_now};

use crate::Trouble;

/// How frames are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// Everything that has gathered, with one write for each member.
    Coalescing,
    /// Each frame with a write of its own.
    Single,
}

impl Way {
    /// Returns its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Way::Coalescing => "coalescing",
            Way::Single => "single",
        }
    }
}

/// Serves until it is killed.
pub(crate) async fn serve(way: Way, frame: usize) -> Result<(), Trouble> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let rooms: Rc<RefCell<HashMap<u64, Rc<Room>>>> = Rc::default();
    let house = Rc::new(House { frame, ..House::default() });
    spawn_local(house.clone().deliver());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (rooms, house) = (rooms.clone(), house.clone());
        spawn_local(async move {
            // An error means that the client has gone.
            let _ = attend(stream, way, &rooms, &house).await;
        });
    }
}

/// The rooms that have something to tell.
#[derive(Default)]
struct House {
    /// How many bytes a frame has.
    frame: usize,
    dirty: RefCell<VecDeque<Rc<Room>>>,
    bell: Notify,
}

#[derive(Default)]
struct Room {
    members: RefCell<Vec<Rc<Member>>>,
    gathered: RefCell<BytesMut>,
    dirty: Cell<bool>,
}

struct Member {
    stream: TcpStream,
    rest: RefCell<VecDeque<Bytes>>,
    bell: Notify,
}

impl House {
    async fn deliver(self: Rc<House>) {
        loop {
            self.bell.notified().await;
            yield_now().await;
            while let Some(room) = self.next() {
                room.dirty.set(false);
                let frames = room.gathered.borrow_mut().split().freeze();
                room.tell(&frames);
            }
        }
    }

    fn next(&self) -> Option<Rc<Room>> {
        self.dirty.borrow_mut().pop_front()
    }
}

impl Room {
    fn tell(&self, frames: &Bytes) {
        self.members.borrow().iter().for_each(|member| member.offer(frames));
    }
}

impl Member {
    fn offer(&self, frames: &Bytes) {
        let mut rest = self.rest.borrow_mut();
        let written = match rest.is_empty() {
            true => self.stream.try_write(frames).unwrap_or(0),
            false => 0,
        };
        if written < frames.len() {
            rest.push_back(frames.slice(written..));
            self.bell.notify_one();
        }
    }

    /// Writes what the socket did not take at once.
    async fn drain(&self) -> Result<(), Trouble> {
        loop {
            let Some(mut first) = self.rest.borrow().front().cloned() else { break };
            while !first.is_empty() {
                self.stream.writable().await?;
                match self.stream.try_write(&first) {
                    Ok(written) => first.advance(written),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error.into()),
                }
            }
            self.rest.borrow_mut().pop_front();
        }
        Ok(())
    }
}

async fn attend(
    mut stream: TcpStream,
    way: Way,
    rooms: &RefCell<HashMap<u64, Rc<Room>>>,
    house: &Rc<House>,
) -> Result<(), Trouble> {
    let mut heard = BytesMut::new();
    while !heard.ends_with(b"\r\n\r\n") {
        stream.read_buf(&mut heard).await?;
    }
    let number = std::str::from_utf8(&heard)?.split(' ').nth(1).and_then(|path| path[1..].parse().ok()).unwrap_or(0);
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").await?;
    heard.clear();
    let room = rooms.borrow_mut().entry(number).or_default().clone();
    let member = Rc::new(Member { stream, rest: RefCell::default(), bell: Notify::new() });
    room.members.borrow_mut().push(member.clone());
    let writer = spawn_local({
        let member = member.clone();
        async move {
            loop {
                member.bell.notified().await;
                if member.drain().await.is_err() {
                    return;
                }
            }
        }
    });
    let read = listen(&member, &room, way, house, heard).await;
    writer.abort();
    room.members.borrow_mut().retain(|other| !Rc::ptr_eq(other, &member));
    read
}

async fn listen(member: &Member, room: &Rc<Room>, way: Way, house: &House, mut heard: BytesMut) -> Result<(), Trouble> {
    loop {
        member.stream.readable().await?;
        match member.stream.try_read_buf(&mut heard) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        }
        while let Some(content) = take_content(&mut heard) {
            if way == Way::Single {
                let mut frame = BytesMut::new();
                put_frame(&mut frame, &content, house.frame);
                room.tell(&frame.freeze());
                continue;
            }
            put_frame(&mut room.gathered.borrow_mut(), &content, house.frame);
            if !room.dirty.replace(true) {
                house.dirty.borrow_mut().push_back(room.clone());
                house.bell.notify_one();
            }
        }
    }
}

/// Takes the payload out of a client's frame, whose mask is known to be zero.
fn take_content(heard: &mut BytesMut) -> Option<BytesMut> {
    let (size, header) = match heard.get(1)? & 0x7f {
        126 => (u16::from_be_bytes(heard.get(2..4)?.try_into().ok()?) as usize, 8),
        size => (size as usize, 6),
    };
    if heard.len() < header + size {
        return None;
    }
    heard.advance(header);
    Some(heard.split_to(size))
}

/// Writes a frame as long as the real ones, with a fixed text around the content.
fn put_frame(out: &mut BytesMut, content: &[u8], size: usize) {
    out.extend_from_slice(&[0x81, 126]);
    out.extend_from_slice(&(size as u16).to_be_bytes());
    out.extend_from_slice(BEGINNING);
    out.resize(out.len() + size.saturating_sub(BEGINNING.len() + content.len()), b' ');
    out.extend_from_slice(content);
}

/// The beginning by which a client recognises a message.
const BEGINNING: &[u8] = b"{\"type\":\"new_message\"";
