use bytes::Bytes;

use super::{Frame, Reject};

/// What has happened to a session.
#[derive(Clone, Debug)]
pub enum Input {
    /// A GET arrived and waits for an answer. On a new session it is the handshake.
    PollOpened,
    /// The client went away while its poll was waiting. An answer to it that is still put out can be dropped.
    PollAborted,
    /// A POST arrived with this body.
    Post(Bytes),
    /// A WebSocket was accepted for this session. On a new session it is the handshake.
    WebSocketOpened,
    /// The WebSocket that was last opened and not refused brought a text (valid UTF-8).
    WebSocketText(Bytes),
    /// The WebSocket that was last opened and not refused brought bytes.
    WebSocketBinary(Bytes),
    /// The WebSocket that was last opened and not refused is closed, or one that was to be the handshake never came.
    /// What is still to be written to it can be dropped.
    WebSocketClosed,
    /// The application sends a message: a text with its type `4` in front, or plain binary.
    Send(Frame),
    /// The application closes the session. What was sent before still goes out.
    Close,
    /// The session ends at once, without what was sent before.
    End,
    /// Time has passed.
    Tick,
}

/// What the owner of a session is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Something for the sockets.
    Wire(Wire),
    /// A message for the application; a text comes without its type.
    Message(Frame),
    /// The session is over. Nothing comes after this: the owner is to forget the session.
    Closed(Closed),
}

/// What the owner of the sockets is to do with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Answer the waiting poll with 200, `text/plain; charset=UTF-8` and this body.
    AnswerPoll(Bytes),
    /// Refuse the poll that was opened last.
    RefusePoll(Reject),
    /// Answer the POST: with 200 and the body `ok`, or with the rejection.
    AnswerPost(Result<(), Reject>),
    /// Write a frame to the WebSocket.
    SendFrame(Frame),
    /// The WebSocket carries the session from now on. Every frame before this belonged to it, too. From here on,
    /// messages may be written to the socket without going through this machine.
    WebSocketReady,
    /// Close the WebSocket that was opened last: another one carries the session, or it is over.
    RefuseWebSocket,
    /// Close the WebSocket after everything that was written to it.
    CloseWebSocket,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The client ended it.
    ByClient,
    /// The application ended it.
    ByServer,
    /// No pong came in time.
    PingTimeout,
    /// The client opened a second poll while one was waiting.
    PollOverlap,
    /// The client aborted a poll that was waiting.
    PollAborted,
    /// The WebSocket was closed.
    WebSocketLost,
    /// The client sent something that is not a packet, or that may not be sent at that moment.
    InvalidPacket,
    /// The client did not fetch fast enough what was sent to it.
    Overflow,
    /// The client did not connect to any namespace in time (Socket.IO).
    NeverConnected,
}
