//! The descriptions in the document, and what no frame shows: which fields are words, and which objects have names.

/// The moods that clients of dialect 2 may set.
pub(crate) const MOODS: [&str; 4] = ["online", "away", "busy", "offline"];

/// Whether this field has whatever its sender put there.
pub(crate) fn is_free(path: &str) -> bool {
    path.ends_with(".metadata") || path.ends_with(".comment") || path.ends_with("notification:new.data")
}

/// Whether this field is one of a few words.
pub(crate) fn is_word(path: &str) -> bool {
    matches!(last(path), "status" | "reason" | "type")
}

/// Whether this field is the word that names the frame.
pub(crate) fn is_constant(path: &str) -> bool {
    last(path) == "type" && path.matches('.').count() == 2 && !path.starts_with("socketio.")
}

/// Returns the schema of a text that has a named one.
pub(crate) fn named_text(path: &str) -> Option<&'static str> {
    let in_message = ["Message.", "multiplexed.send"].iter().any(|place| path.contains(place));
    match last(path) {
        "cursor" => Some("cursor"),
        "client_id" => Some("clientId"),
        "code" => Some("errorCode"),
        "message_type" => Some("messageType"),
        "type" if in_message => Some("messageType"),
        _ => None,
    }
}

/// Returns the schema of an object that has a named one.
pub(crate) fn named_object(path: &str) -> Option<&'static str> {
    let (channel, _) = path.split_once('.')?;
    Some(match (channel, last(path)) {
        ("stream" | "bare" | "restMessage", "user") => "restUser",
        ("stream", "data") if path == "stream.message.data" => "restMessage",
        ("multiplexed", "message" | "last_message") => "multiplexedMessage",
        ("roulette", "payload") if path == "roulette.new_message.payload" => "rouletteMessage",
        ("roulette", "last_message") => "rouletteMessage",
        ("rouletteMessage", "user") => "rouletteUser",
        ("roulette", "user") if path.contains(".member_") => "rouletteUser",
        ("socketio", "last_message" | "chat:message:new") => "socketioMessage",
        _ => return None,
    })
}

/// Returns what a field of the server's frames means.
pub(crate) fn field(path: &str) -> Option<&'static str> {
    Some(match last(path) {
        "chat_id" | "room_id" => "The chat.",
        "message_id" | "last_message_id" => "The message.",
        "user_id" | "sender_id" => "Who.",
        "created_at" => "When it was sent.",
        "edited_at" => "When it was last edited.",
        "timestamp" => "When it happened.",
        "unread_count" => "Messages of others above the reader's position.",
        "likes_count" => "How many like it, exactly.",
        "reactions" => "How many react with what, the earliest first; for who asks for `reactions`.",
        "reply_to" => "What it answers, as that is now; for who asks for `replies`.",
        "thread_id" => "The first message of its thread, null for that itself; for who asks for `replies`.",
        "replies_count" => {
            "How many answers stand of the thread that it began; in a replay, for who asks for `replies`."
        }
        "last_reply_at" => "When the newest of them came.",
        "file" => "The file that lives here, or null; for who asks for `files`.",
        "url" => "Its address.",
        "size" => "Its bytes.",
        "pinned" => "Whether it is pinned; for who asks for `pins`.",
        "mentions" => "Whom it mentions, in order; for who asks for `mentions`.",
        "mentions_all" => "Whether it mentions everybody; for who asks for `mentions`.",
        "unread_mentions" => "How many of these mention the reader; for who asks for `mentions`.",
        "role" => "What the person is in the chat from now on.",
        "muted_until" => "Until when they are muted, the year 9999 for good, or null.",
        "banned_until" => "Until when they are banned, the year 9999 for good, or null.",
        "title" if path.contains("changed") => "The title of the chat.",
        "slow_mode" => "How many seconds lie between two messages of a member.",
        "frozen" => "Whether only owners and moderators send.",
        "emoji" => "What somebody reacts with.",
        "count" => "How many do so, exactly.",
        "liked_by" => "The newest 100 who like it, in order of time.",
        "read_by" if !path.starts_with("socketio.") => "The newest 100 who have read it, in order of time.",
        "is_typing" => "False also 3 s after the last sign, when the message comes, or when its author goes.",
        "metadata" => "What goes with this type of message; unknown fields are kept.",
        "reason" => "Why everything is to be loaded anew.",
        _ => return None,
    })
}

/// Returns what a field of clients' frames means.
pub(crate) fn said(field: &str) -> Option<&'static str> {
    Some(match field {
        "content" | "message" => "The words; for photo, video, voice and file an address.",
        "media_url" => "The address of a photo, video or voice message; `content` is its caption then.",
        "metadata" => "What goes with this type of message; unknown fields are kept.",
        "last_message_id" => "Replay the messages after this one, then go on live.",
        "reply_to" => "Which message of the chat it answers.",
        "emoji" => "An emoji, or a name of a client's own between colons.",
        "message_id" => "The message.",
        "chat_id" => "The chat.",
        _ => return None,
    })
}

/// Returns what a message of the document is about, by its name. Every message has a description.
pub(crate) fn summary(name: &str) -> &'static str {
    match name.trim_start_matches("chat:") {
        "message" | "new_message" | "message:new" => "A message was sent.",
        "message_updated" | "message_edited" | "message:edited" => "A message has other words.",
        "message_deleted" | "message:deleted" => "A message was erased.",
        "message_liked" | "message:liked" => "A message was liked.",
        "message_unliked" | "message:unliked" => "A like was taken back.",
        "message_reacted" | "message:reacted" => "Somebody reacted to a message; for who asks for `reactions`.",
        "message_unreacted" | "message:unreacted" => "A reaction was taken back; for who asks for `reactions`.",
        "message_pinned" | "message:pinned" => "A message was pinned; for who asks for `pins`.",
        "message_unpinned" | "message:unpinned" => "A message was taken from the pins; for who asks for `pins`.",
        "member_updated" | "member:updated" => "Somebody's rank, mute or ban changed; for who asks for `moderation`.",
        "chat_changed" | "changed" => "A group has another title or other rules; for who asks for `moderation`.",
        "react_message" | "message:react" => "Reacts to a message.",
        "unreact_message" | "message:unreact" => "Takes a reaction back.",
        "messages_read" => "Somebody has read.",
        "messages_marked_read" => "What the reader hears of a read.",
        "message_status_update" => "A message was delivered or read.",
        "message:read" => "A message of the user's was read, or is to be marked as read.",
        "message:delivered" => "A message of the user's has arrived.",
        "typing" | "typing_indicator" => "Somebody types, or has stopped.",
        "user_status" => "Somebody is here, or has gone.",
        "user:online" => "Somebody came online.",
        "user_offline" | "user:offline" => "Somebody has gone.",
        "member_added" | "member:added" => "Somebody came in.",
        "member_removed" | "member:removed" => "Somebody left.",
        "chat_updated" | "updated" => "A line of the chat list changed.",
        "chatroulette_match" => "A stranger was found.",
        "chatroulette_left" => "The stranger left.",
        "notification:new" => "A notification.",
        "post:liked" => "A post was liked.",
        "post:commented" => "A post was commented.",
        "connected" => "The socket is open.",
        "cursor" => "Where the socket stands.",
        "joined_chat" => "The room is joined.",
        "left_chat" => "The room is left.",
        "message_sent" => "The answer to a send.",
        "pong" => "The answer to a ping.",
        "resync" => "What was missed is no longer kept: load anew.",
        "sync:required" => "Load chats and notifications anew.",
        "error" => "Something was refused.",
        "chat_message" => "A message: a client sends one, the server tells one.",
        "send_message" | "message:send" => "Sends a message.",
        "edit_message" | "message:edit" => "Gives a message other words.",
        "delete_message" | "message:delete" => "Erases a message.",
        "like_message" | "message:like" => "Likes a message.",
        "unlike_message" | "message:unlike" => "Takes a like back.",
        "join_chat" | "join" => "Joins a room.",
        "leave_chat" | "leave" => "Leaves a room.",
        "mark_read" | "read_messages" => "Marks everything up to a message as read.",
        "status" => "How the user wishes to look.",
        "ping" => "Asks for a pong.",
        "auth" | "auth:refresh" => "A new token of the same user.",
        "notification:read" => "Marks a notification as read.",
        _ => panic!("what is {name} about? asyncapi/words.rs wants a sentence"),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
