//! tungstenite over memory: bytes go in, messages and replies come out.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    mem,
};

use bytes::Bytes;
use tokio_tungstenite::tungstenite::{
    Error, Message, Utf8Bytes,
    protocol::{Role, WebSocketConfig, WebSocketContext},
};

use super::{boundary::Boundary, limits::FrameLimits};
use crate::carry::outbox::Close;

/// Checks what a client sends. Between two messages it holds no protocol state and no buffer.
#[derive(Debug)]
pub(super) struct Guardian {
    context: Option<Box<WebSocketContext>>,
    boundary: Boundary,
    heard: VecDeque<Heard>,
    limits: FrameLimits,
}

/// What came out of the bytes, in order.
#[derive(Debug)]
pub(super) enum Heard {
    Text(Utf8Bytes),
    Binary(Bytes),
    /// A pong to send.
    Reply(Bytes),
    /// The peer's close code, and the close frame that answers it.
    Closed {
        code: u16,
        reply: Bytes,
    },
    /// The peer broke the protocol.
    Broken(Close),
}

impl Guardian {
    pub(super) fn new(limits: FrameLimits) -> Guardian {
        Guardian { context: None, boundary: Boundary::default(), heard: VecDeque::new(), limits }
    }

    pub(super) fn next(&mut self) -> Option<Heard> {
        let heard = self.heard.pop_front();
        if self.heard.is_empty() && self.heard.capacity() > 0 {
            self.heard = VecDeque::new();
        }
        heard
    }

    /// Reads all of `bytes`, and queues what comes out of them.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.boundary.pass(bytes);
        let clean = self.boundary.is_clean();
        let mut context = self.context.take().unwrap_or_else(|| self.open(bytes.len(), clean));
        let ended = self.hear_all(&mut context, bytes);
        // Between two messages the context has no state worth keeping: a fresh one does as well.
        self.context = (!clean && !ended).then_some(context);
    }

    /// Tells whether a message has begun and is not complete.
    pub(super) fn is_within(&self) -> bool {
        self.context.is_some()
    }

    /// Tells whether it holds no context and no queue.
    #[cfg(test)]
    pub(super) fn is_at_rest(&self) -> bool {
        self.context.is_none() && self.heard.capacity() == 0
    }

    fn open(&self, expected: usize, clean: bool) -> Box<WebSocketContext> {
        // Between two messages the buffer is as large as what has come; within one it has room for more. Payloads are slices of
        // this buffer, so a larger one would stay in memory with them.
        let size = if clean { expected } else { MORE };
        let config = WebSocketConfig::default()
            .read_buffer_size(size)
            .write_buffer_size(0)
            .max_frame_size(Some(self.limits.frame))
            .max_message_size(Some(self.limits.message));
        Box::new(WebSocketContext::new(Role::Server, Some(config)))
    }

    /// Reads until the bytes are used up; returns true if the conversation is over.
    fn hear_all(&mut self, context: &mut WebSocketContext, bytes: &[u8]) -> bool {
        let mut pipe = Pipe { input: bytes, output: Vec::new() };
        loop {
            let result = context.read(&mut pipe);
            let over = matches!(result, Ok(Message::Close(_)));
            if over {
                // `flush` writes the answering close frame, then fails because the conversation is over, which is known already.
                let _ = context.flush(&mut pipe);
            }
            let reply = Bytes::from(mem::take(&mut pipe.output));
            match result {
                Ok(Message::Close(frame)) => {
                    let code = frame.map_or(NO_CODE, |frame| frame.code.into());
                    self.heard.push_back(Heard::Closed { code, reply });
                    return true;
                }
                Ok(message) => self.push(reply, message),
                Err(Error::Io(_)) => {
                    self.push_reply(reply);
                    return false;
                }
                Err(error) => {
                    self.push_reply(reply);
                    self.heard.push_back(Heard::Broken(judge(&error)));
                    return true;
                }
            }
        }
    }

    fn push(&mut self, reply: Bytes, message: Message) {
        self.push_reply(reply);
        match message {
            Message::Text(text) => self.heard.push_back(Heard::Text(text)),
            Message::Binary(bytes) => self.heard.push_back(Heard::Binary(bytes)),
            // tungstenite writes the pong at the next read; a pong needs no answer, since any byte counts as a sign of life.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
        }
    }

    fn push_reply(&mut self, reply: Bytes) {
        if !reply.is_empty() {
            self.heard.push_back(Heard::Reply(reply));
        }
    }
}

/// The stream that tungstenite reads from and writes to.
struct Pipe<'a> {
    input: &'a [u8],
    output: Vec<u8>,
}

impl Read for Pipe<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.input.read(space)
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn judge(error: &Error) -> Close {
    match error {
        Error::Capacity(_) => Close::new(1009, "too big"),
        Error::Utf8(_) => Close::new(1007, "not UTF-8"),
        _ => Close::new(1002, "protocol error"),
    }
}

/// How many bytes are read ahead within a message.
const MORE: usize = 4 << 10;
/// The close code for a close frame that has none.
const NO_CODE: u16 = 1005;
