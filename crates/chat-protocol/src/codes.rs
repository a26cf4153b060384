//! The codes of failures: the HTTP status of each, what causes it, and what its receiver can do.

/// A code that tells what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The word on the wire.
    pub word: &'static str,
    /// The HTTP status that goes with it.
    pub status: u16,
    /// What causes it.
    pub cause: &'static str,
    /// What its receiver can do about it.
    pub remedy: &'static str,
}

/// Every code that the server tells.
pub const CODES: [Code; 13] = [
    Code {
        word: "UNAUTHORIZED",
        status: 401,
        cause: "there is no credential, or it is not good (any more); at log-in: wrong name or password",
        remedy: "log in, or trade the refresh token for a new pair",
    },
    Code {
        word: "FORBIDDEN",
        status: 403,
        cause: "the credential is good, but its owner may not do this: not a member, not the owner, not the sender",
        remedy: "do not repeat it; become a member, or ask somebody who may",
    },
    Code { word: "CHAT_NOT_FOUND", status: 404, cause: "no chat has this id", remedy: "load the list of chats anew" },
    Code {
        word: "MESSAGE_NOT_FOUND",
        status: 404,
        cause: "the chat has no message of this id, or it was deleted",
        remedy: "take it off the screen",
    },
    Code {
        word: "USER_NOT_FOUND",
        status: 404,
        cause: "nobody has this id or username",
        remedy: "search for the person; a back end introduces people who have not come yet",
    },
    Code {
        word: "NOTIFICATION_NOT_FOUND",
        status: 404,
        cause: "the user has no notification of this id",
        remedy: "load the notifications anew",
    },
    Code {
        word: "NOT_FOUND",
        status: 404,
        cause: "there is nothing at this address, or the back ends' API is off because no key was configured",
        remedy: "compare the address with the OpenAPI document",
    },
    Code {
        word: "METHOD_NOT_ALLOWED",
        status: 405,
        cause: "the address does not take this method",
        remedy: "use one of those in the `Allow` header",
    },
    Code {
        word: "CONFLICT",
        status: 409,
        cause: "it contradicts what is there: a name that is taken, a closed chat, a `client_id` that was used for something else",
        remedy: "load anew; under a reused `client_id`, `message_id` names the first message",
    },
    Code {
        word: "MESSAGE_TOO_LARGE",
        status: 413,
        cause: "content, metadata, frame or body are larger than the server allows",
        remedy: "send less; the operator sets the limits",
    },
    Code {
        word: "INVALID_DATA",
        status: 422,
        cause: "a field is missing, of the wrong type or breaks a rule; the message names it",
        remedy: "mend the client: the same request fails again",
    },
    Code { word: "RATE_LIMIT", status: 429, cause: "too much at once", remedy: "wait as long as `Retry-After` says" },
    Code {
        word: "UNAVAILABLE",
        status: 503,
        cause: "the server cannot do it now, or does not know whether it did",
        remedy: "try again later with the same `client_id`, which makes that safe",
    },
];

/// The codes with which the server closes WebSockets, and why.
pub const CLOSES: [(u16, &str); 7] = [
    (1001, "The server heard no sign of life: come back."),
    (1008, "Twenty bad frames in a row, or one that came too slowly: mend the client."),
    (1009, "A frame over the limit."),
    (1012, "The server is going away, or begins another life of the database: come back, with jitter."),
    (1013, "Too slow a reader, or something is away that the server needs: come back and resume."),
    (4401, "The token has expired, or the session was ended: get a new one, then come back."),
    (4403, "No longer a member of the room, or disconnected by a back end: do not come back by yourself."),
];

/// Returns the code that is spelled so.
pub fn code(word: &str) -> Option<Code> {
    CODES.into_iter().find(|code| code.word == word)
}
