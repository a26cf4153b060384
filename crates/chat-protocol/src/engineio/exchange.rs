use bytes::Bytes;

use super::{Frame, Reject};

/// What has happened to a session.
#[derive(Clone, Debug)]
pub enum Input {
    /// A GET waits for an answer. On a new session it is the handshake.
    PollOpened,
    /// The client went away while its poll was waiting. An answer that still comes can be dropped.
    PollAborted,
    /// A POST came with this body.
    Post(Bytes),
    /// A WebSocket was accepted for this session. On a new session it is the handshake.
    WebSocketOpened,
    /// The WebSocket that was not refused brought a text, valid UTF-8.
    WebSocketText(Bytes),
    /// The WebSocket that was not refused brought bytes.
    WebSocketBinary(Bytes),
    /// The WebSocket that was not refused is gone, or the one that was to be the handshake never came. What is still to
    /// be written to it can be dropped.
    WebSocketClosed,
    /// The application has a message: a text with its type `4` in front, or plain binary.
    Send(Frame),
    /// The application is done; what was sent before still goes out.
    Close,
    /// Nobody wants the session any more; it ends at once, whatever was sent before.
    End,
    /// Time passed; nothing else.
    Tick,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Something for the sockets.
    Wire(Wire),
    /// A message for the application; a text comes without its type.
    Message(Frame),
    /// The session is over. This is the last word: forget it.
    Closed(Closed),
}

/// What the owner of the sockets is to do with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Answer the poll that waits: 200, `text/plain; charset=UTF-8`, this body.
    AnswerPoll(Bytes),
    /// Refuse the poll that was opened last.
    RefusePoll(Reject),
    /// Answer the POST: 200 and the body `ok`, or as the rejection says.
    AnswerPost(Result<(), Reject>),
    /// Write a frame to the WebSocket.
    SendFrame(Frame),
    /// The session goes on over the WebSocket, and every frame before this was for it. From here on a
    /// message may as well be written to the socket past this machine.
    WebSocketReady,
    /// Close the WebSocket that was opened last; another one is carrying the session, or it is over.
    RefuseWebSocket,
    /// Close the WebSocket, after what was written to it.
    CloseWebSocket,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The client said so.
    ByClient,
    /// The application said so.
    ByServer,
    /// No pong came in time.
    PingTimeout,
    /// A second poll was opened beside one that waits.
    PollOverlap,
    /// A poll that waited was aborted.
    PollAborted,
    /// The WebSocket went away.
    WebSocketLost,
    /// The client sent what is not a packet, or not to be sent then.
    InvalidPacket,
    /// The client fetched too slowly what was sent to it.
    Overflow,
    /// The client did not connect to any namespace in time (Socket.IO).
    NeverConnected,
}
