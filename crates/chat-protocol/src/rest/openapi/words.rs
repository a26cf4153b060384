//! The descriptions of fields and parameters by their names, with an example of each.

use serde_json::{Value as Json, json};

/// Returns the schema of a field or parameter, with its description and example.
pub(super) fn described(name: &str, mut schema: Json) -> Json {
    let Some((_, meaning, example)) = KNOWN.iter().find(|(names, ..)| names.contains(&name)) else { return schema };
    // A reference must stand alone.
    if schema.get("$ref").is_none() {
        schema["description"] = (*meaning).into();
        let example: Json = serde_json::from_str(example).unwrap_or_default();
        if fits(&schema, &example) {
            schema["examples"] = json!([example]);
        }
    }
    schema
}

/// Whether the example suits the schema: an integer id is no example of a UUID.
fn fits(schema: &Json, example: &Json) -> bool {
    let is_kind = |schema: &Json| match schema["type"].as_str() {
        Some("integer") => example.is_i64(),
        Some("string") => example.is_string() && schema["format"] != "uuid",
        Some("object") => example.is_object(),
        _ => false,
    };
    schema["anyOf"].as_array().map_or_else(|| is_kind(schema), |choices| choices.iter().any(is_kind))
}

/// Names, their description, and an example in JSON.
const KNOWN: &[(&[&str], &str, &str)] = &[
    (&["username"], "What somebody logs in with, and what others find them by.", r#""anna""#),
    (&["password"], "8 to 128 characters.", r#""correct horse battery""#),
    (&["name"], "What others see.", r#""Анна""#),
    (&["avatar"], "The address of a picture, or empty.", r#""https://chat.example/anna.png""#),
    (&["content"], "The words; for photo, video, voice and file an address.", r#""Hello""#),
    (&["media_url"], "The address of a photo, video, voice or file message.", r#""https://chat.example/a.jpg""#),
    (&["metadata"], "What goes with this type of message; unknown fields are kept.", "{}"),
    (&["client_id"], "The sender's own name for the request: repeating it makes nothing twice.", r#""7f3a-1""#),
    (&["title"], "A group's title, or a notification's.", r#""Friday""#),
    (&["is_typing"], "Whether it goes on; it ends by itself 3 s after the last sign.", "true"),
    (&["unread_count"], "Messages of others above the reader's position.", "3"),
    (&["likes_count"], "How many like it, exactly.", "2"),
    (&["liked_by"], "The newest 100 who like it, in order of time.", "[]"),
    (&["read_by"], "The newest 100 who have read it, in order of time.", "[]"),
    (&["members"], "At most 20 of them in lists; `members_count` is exact.", "[]"),
    (&["next_before"], "What to give as `before_id` for the next page; null at the end.", "null"),
    (&["cursor"], "Where the reader stands; good on every socket and stream of every dialect.", "null"),
    (&["code"], "What went wrong, for a program to go by.", r#""INVALID_DATA""#),
    (&["message"], "What went wrong, in a sentence.", r#""`content` is missing""#),
    (&["expires_in"], "Seconds for which the access token is good.", "86400"),
    (&["refresh_token"], "Good once: it is traded for a new pair.", r#""Zm9v""#),
    (&["secret"], "What signs, as Standard Webhooks says: shown now and never again.", r#""whsec_MfKQ9r8G""#),
    (&["ttl"], "For how many seconds the token is to be good, 30 days at most; as long as others without it.", "3600"),
    (&["endpoint"], "Where a browser is pushed.", r#""https://push.example/3f0c9f4e""#),
    (&["keys"], "Those of the browser's subscription.", "{}"),
    (&["p256dh"], "The browser's public key, by which what it is pushed is encrypted.", NONE),
    (&["auth"], "The secret that the browser shares with who pushes it.", NONE),
    (&["level"], "All messages, those that mention the asker, or none.", r#""mentions""#),
    (
        &["key"],
        "For `applicationServerKey`.",
        r#""BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApwXKpNcF1rRPF3foIiBHXRdJI2Qhumhf6_LFTeZaNndIo""#,
    ),
    (&["url"], "Where to: an http or https address.", r#""https://backend.example/hook""#),
    (&["chat_ids"], "Of which chats; none or an empty list means all.", "[]"),
    (&["report"], "Which report.", r#""63686174-0005-8000-8000-000000000001""#),
    (&["resolved_at"], "When somebody had dealt with it; null while it is open.", "null"),
    (&["webhook"], "Which subscription.", r#""3f0c9f4e-8a51-4a9e-b6a4-0c5f1f6d2b11""#),
    (&["state"], "Whether it is told, is told with delay, or is told no more.", r#""ok""#),
    (&["failing_since"], "Since when something is tried in vain.", "null"),
    (&["ended_at"], "When it ended: by 410, or after three days of failures.", "null"),
    (&["error"], "Why the last try was in vain.", r#""it answered 500""#),
    (&["chats_behind"], "Chats of which something could not be told yet.", "0"),
    (&["turns_behind"], "How much was not looked at yet, up to 10,000.", "0"),
    (&["limit"], "How many on a page.", "50"),
    (&["before_id"], "What comes before this one.", "124"),
    (&["after_id"], "The oldest page after this one.", "123"),
    (&["last_message_id"], "The newest message that is known.", "123"),
    (&["wait"], "For how many seconds the request may be held until something comes.", "0"),
    (
        &["q"],
        "Words that must all occur, in any of their forms; `\"…\"` around those that stand together; the last one outside \
             quotes may be a beginning.",
        r#""ёлка \"красный дом\"""#,
    ),
    (&["highlights"], "Where the words stand in the text or the caption, in units of UTF-16.", "[[0, 4]]"),
    (&["query"], "How the name or username begins.", r#""an""#),
    (&["member_ids"], "Who else is in it.", "[]"),
    (&["comments_count"], "How many comments the post has now.", "1"),
    (
        &["features", "X-Chat-Features"],
        "What is told beyond the documents, by name, or `all`; both ways add up.",
        r#""replies,reactions""#,
    ),
    (&["Idempotency-Key"], "Stands for `client_id`; where both are given they are the same.", r#""7f3a-1""#),
    (&["emoji"], "An emoji of Unicode, or a name between colons.", r#""👍""#),
    (&["id"], "In the spelling of this tree: an integer under /api, else a UUID.", NONE),
    (&["uuid"], "The same id as a UUID, for the other trees.", NONE),
    (&["int_id"], "The same id as an integer, for the other tree.", NONE),
    (&["type"], "Which sort; it decides what else stands here.", NONE),
    (&["status"], "How it stands.", NONE),
    (&["data"], "What was asked for; in a notification what the back end put there, in an event its object.", NONE),
    (&["user", "user_id", "sender_id", "recipients"], "Who.", NONE),
    (&["owner_id"], "Whose group it is to be.", NONE),
    (&["author_id"], "Whose post it is: they are told.", NONE),
    (&["followers"], "Who is told, too.", NONE),
    (&["user_name", "sender_name", "author_name"], "The name of that person, to show.", NONE),
    (&["sender_avatar"], "The picture of that person, or empty.", NONE),
    (&["role"], "What the person may do in the chat.", NONE),
    (&["access_token"], "Goes with requests as `Authorization: Bearer`, and with sockets.", NONE),
    (&["token_type"], "How the access token is shown.", NONE),
    (&["tokens"], "Whether the person's access tokens of before are ended, too.", NONE),
    (&["old"], "The password until now.", NONE),
    (&["new"], "The password from now on, 8 to 128 characters.", NONE),
    (&["chat", "chat_id"], "The chat.", NONE),
    (&["message_id"], "The message.", NONE),
    (&["notification", "notification_id"], "The notification.", NONE),
    (&["post"], "The post, as its back end calls it.", NONE),
    (&["subject"], "The person, as their issuer calls them.", NONE),
    (&["last_message"], "The newest message that is not deleted, or null.", NONE),
    (&["members_count"], "How many members the chat has, exactly.", NONE),
    (&["is_online"], "Whether others see the person as online.", NONE),
    (&["last_seen"], "When the person was last online, or null.", NONE),
    (&["created_at"], "When it was made.", NONE),
    (&["edited_at"], "When it was last edited, or null.", NONE),
    (&["is_edited"], "Whether it was edited.", NONE),
    (&["is_read"], "Whether it was read.", NONE),
    (&["read_at"], "When it was read, or null.", NONE),
    (&["liked_at"], "When it was liked, or null.", NONE),
    (&["reacted_at"], "When that was.", NONE),
    (&["timestamp"], "When the server said so.", NONE),
    (&["updated"], "How many that concerned.", NONE),
    (&["count"], "How many do so, exactly.", NONE),
    (&["mine"], "Whether the asker is among them.", NONE),
    (&["reactions"], "How many react with what, the earliest first.", NONE),
    (&["reply_to"], "Which message it answers, or null.", NONE),
    (&["thread_id"], "The first message of its thread, or null.", NONE),
    (&["replies_count"], "How many answers stand of the thread that it began.", NONE),
    (&["last_reply_at"], "When the newest of them came.", NONE),
    (&["pinned"], "Whether it is pinned.", NONE),
    (&["slow_mode"], "How many seconds lie between two messages of a member.", NONE),
    (&["keep_messages"], "For how many seconds messages are kept; null: as long as in other chats.", "2592000"),
    (&["erased_at"], "Since when the user is erased, or null.", NONE),
    (&["messages"], "Whether what they said stays, without a name.", NONE),
    (&["frozen"], "Whether only owners and moderators send.", NONE),
    (&["muted_until"], "Until when the person is muted, or null.", NONE),
    (&["retry_after"], "Seconds to wait.", NONE),
    (&["delete_messages"], "Whether what they said there within the last day is erased.", NONE),
    (&["action"], "What was done.", NONE),
    (&["by"], "Who did it.", NONE),
    (&["mentions"], "Whom it mentions, in order.", NONE),
    (&["mentions_all"], "Whether it mentions everybody.", NONE),
    (&["unread_mentions"], "How many of the unread messages mention the asker.", NONE),
    (&["excerpt"], "The beginning of what it says now.", NONE),
    (&["deleted"], "Whether it was deleted.", NONE),
    (
        &["after"],
        "Where the page begins: `next_after` of the page before; in a search the first moment that counts.",
        NONE,
    ),
    (
        &["before"],
        "Where the page ends: `next_before` of the page before; in a search the first moment that does not count.",
        NONE,
    ),
    (&["from"], "Whose messages are searched.", NONE),
    (&["next"], "What to give as `next` for the next page; null at the end.", NONE),
    (&["next_after"], "What to give as `after` for the next page; null at the end.", NONE),
    (&["has_new_messages"], "Whether there is anything in `data`.", NONE),
    (&["source"], "Whether memory or the database answered.", NONE),
    (&["events"], "Every lasting change since the cursor, as the stream tells it.", NONE),
    (&["resync"], "What was missed is no longer kept: load anew.", NONE),
    (&["body"], "The text of a notification.", NONE),
    (&["comment"], "The comment, passed on as it is.", NONE),
    (&["store"], "Whether the database answers.", NONE),
    (&["backplane"], "Whether what nodes hear of each other by answers.", NONE),
    (&["caption"], "Words beside a photo, video or voice message.", NONE),
    (&["file"], "The file: in a message the one that lives here, or null.", NONE),
    (&["size"], "How many bytes it has.", NONE),
    (&["mime"], "What its bytes are.", NONE),
    (&["token"], "An access token in the address, for an image, which sends no headers.", NONE),
    (&["seconds"], "For how long; without it for good.", NONE),
    (&["reason"], "Why.", NONE),
    (&["until"], "Until when, null for good.", NONE),
    (&["upload"], "How its bytes are brought.", NONE),
    (&["method"], "With which method of HTTP.", NONE),
    (&["headers"], "With these headers, and no others.", NONE),
    (&["expires_at"], "It is deleted then, unless a message has named it.", NONE),
    (&["thumbnail"], "The address of a small picture.", NONE),
    (&["width", "height"], "In pixels.", NONE),
    (&["duration"], "In seconds; of a booking in minutes.", NONE),
    (&["lat", "lng"], "In degrees.", NONE),
    (&["address"], "Where that is, in words.", NONE),
    (&["is_master"], "Whether the profile offers services.", NONE),
    (&["service_id", "service_name"], "The service that is proposed.", NONE),
    (&["price"], "What it costs.", NONE),
];

/// The example of a name that needs none.
const NONE: &str = "null";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_known_once_and_every_example_is_json() {
        let names = KNOWN.iter().flat_map(|(names, ..)| names.iter());
        assert_eq!(names.clone().collect::<BTreeSet<_>>().len(), names.count());
        for (names, _, example) in KNOWN {
            assert!(serde_json::from_str::<Json>(example).is_ok(), "{names:?}");
        }
    }
}
