//! What fields and parameters mean, with an example of each, by their names.

use serde_json::{Value as Json, json};

/// The schema of a field or parameter, with what is known of its name.
pub(super) fn described(name: &str, mut schema: Json) -> Json {
    let Some((meaning, example)) = known(name) else { return schema };
    // A reference speaks for itself.
    if schema.get("$ref").is_none() {
        schema["description"] = meaning.into();
        if fits(&schema, &example) {
            schema["examples"] = json!([example]);
        }
    }
    schema
}

/// An integer id is no example of a UUID.
fn fits(schema: &Json, example: &Json) -> bool {
    let is_kind = |schema: &Json| match schema["type"].as_str() {
        Some("integer") => example.is_i64(),
        Some("string") => example.is_string() && schema["format"] != "uuid",
        Some("object") => example.is_object(),
        _ => false,
    };
    schema["anyOf"].as_array().map_or_else(|| is_kind(schema), |choices| choices.iter().any(is_kind))
}

fn known(name: &str) -> Option<(&'static str, Json)> {
    Some(match name {
        "username" => ("What somebody logs in with, and what others find them by.", json!("anna")),
        "password" => ("8 to 128 characters.", json!("correct horse battery")),
        "name" => ("What others see.", json!("Анна")),
        "avatar" => ("The address of a picture, or empty.", json!("https://chat.example/anna.png")),
        "content" => ("The words; for photo, video, voice and file an address.", json!("Hello")),
        "media_url" => ("The address of a photo, video, voice or file message.", json!("https://chat.example/a.jpg")),
        "metadata" => ("What goes with this type of message; unknown fields are kept.", json!({})),
        "client_id" => ("The sender's own name for the request: repeating it makes nothing twice.", json!("7f3a-1")),
        "title" => ("A group's title, or a notification's.", json!("Friday")),
        "is_typing" => ("Whether it goes on; it ends by itself 3 s after the last sign.", json!(true)),
        "unread_count" => ("Messages of others above the reader's position.", json!(3)),
        "likes_count" => ("How many like it, exactly.", json!(2)),
        "liked_by" => ("The newest 100 who like it, in order of time.", json!([])),
        "read_by" => ("The newest 100 who have read it, in order of time.", json!([])),
        "members" => ("At most 20 of them in lists; `members_count` is exact.", json!([])),
        "next_before" => ("What to give as `before_id` for the next page; null at the end.", json!(null)),
        "cursor" => ("Where the reader stands; good on every socket and stream of every dialect.", json!(null)),
        "code" => ("What went wrong, for a program to go by.", json!("INVALID_DATA")),
        "message" => ("What went wrong, in a sentence.", json!("`content` is missing")),
        "expires_in" => ("Seconds for which the access token is good.", json!(86_400)),
        "refresh_token" => ("Good once: it is traded for a new pair.", json!("Zm9v")),
        "secret" => ("What signs, as Standard Webhooks says: shown now and never again.", json!("whsec_MfKQ9r8G")),
        "ttl" => (
            "For how many seconds the token is to be good, 30 days at most; as long as others without it.",
            json!(3600),
        ),
        "endpoint" => ("Where a browser is pushed.", json!("https://push.example/3f0c9f4e")),
        "keys" => ("Those of the browser's subscription.", json!({})),
        "level" => ("All messages, those that mention the asker, or none.", json!("mentions")),
        "key" => (
            "For `applicationServerKey`.",
            json!("BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApwXKpNcF1rRPF3foIiBHXRdJI2Qhumhf6_LFTeZaNndIo"),
        ),
        "url" => ("Where to: an http or https address.", json!("https://backend.example/hook")),
        "chat_ids" => ("Of which chats; none or an empty list means all.", json!([])),
        "report" => ("Which report.", json!("63686174-0005-8000-8000-000000000001")),
        "resolved_at" => ("When somebody had dealt with it; null while it is open.", json!(null)),
        "webhook" => ("Which subscription.", json!("3f0c9f4e-8a51-4a9e-b6a4-0c5f1f6d2b11")),
        "state" => ("Whether it is told, is told with delay, or is told no more.", json!("ok")),
        "failing_since" => ("Since when something is tried in vain.", json!(null)),
        "ended_at" => ("When it ended: by 410, or after three days of failures.", json!(null)),
        "error" => ("Why the last try was in vain.", json!("it answered 500")),
        "chats_behind" => ("Chats of which something could not be told yet.", json!(0)),
        "turns_behind" => ("How much was not looked at yet, up to 10,000.", json!(0)),
        "limit" => ("How many on a page.", json!(50)),
        "before_id" => ("What comes before this one.", json!(124)),
        "after_id" => ("The oldest page after this one.", json!(123)),
        "last_message_id" => ("The newest message that is known.", json!(123)),
        "wait" => ("For how many seconds the request may be held until something comes.", json!(0)),
        "q" => (
            "Words that must all occur, in any of their forms; `\"…\"` around those that stand together; the last one outside \
             quotes may be a beginning.",
            json!("ёлка \"красный дом\""),
        ),
        "highlights" => ("Where the words stand in the text or the caption, in units of UTF-16.", json!([[0, 4]])),
        "query" => ("How the name or username begins.", json!("an")),
        "member_ids" => ("Who else is in it.", json!([])),
        "comments_count" => ("How many comments the post has now.", json!(1)),
        "features" | "X-Chat-Features" => {
            ("What is told beyond the documents, by name, or `all`; both ways add up.", json!("replies,reactions"))
        }
        "Idempotency-Key" => ("Stands for `client_id`; where both are given they are the same.", json!("7f3a-1")),
        "emoji" => ("An emoji of Unicode, or a name between colons.", json!("👍")),
        name => (meaning(name)?, Json::Null),
    })
}

/// The same of names whose values need no example.
fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "id" => "In the spelling of this tree: an integer under /api, else a UUID.",
        "uuid" => "The same id as a UUID, for the other trees.",
        "int_id" => "The same id as an integer, for the other tree.",
        "type" => "Which sort; it decides what else stands here.",
        "status" => "How it stands.",
        "data" => "What was asked for; in a notification what the back end put there, in an event its object.",
        "user" | "user_id" | "sender_id" | "recipients" => "Who.",
        "owner_id" => "Whose group it is to be.",
        "author_id" => "Whose post it is: they are told.",
        "followers" => "Who is told, too.",
        "user_name" | "sender_name" | "author_name" => "The name of that person, to show.",
        "sender_avatar" => "The picture of that person, or empty.",
        "role" => "What the person may do in the chat.",
        "access_token" => "Goes with requests as `Authorization: Bearer`, and with sockets.",
        "token_type" => "How the access token is shown.",
        "tokens" => "Whether the person's access tokens of before are ended, too.",
        "old" => "The password until now.",
        "new" => "The password from now on, 8 to 128 characters.",
        "chat" | "chat_id" => "The chat.",
        "message_id" => "The message.",
        "notification" | "notification_id" => "The notification.",
        "post" => "The post, as its back end calls it.",
        "subject" => "The person, as their issuer calls them.",
        "last_message" => "The newest message that is not deleted, or null.",
        "members_count" => "How many members the chat has, exactly.",
        "is_online" => "Whether others see the person as online.",
        "last_seen" => "When the person was last online, or null.",
        "created_at" => "When it was made.",
        "edited_at" => "When it was last edited, or null.",
        "is_edited" => "Whether it was edited.",
        "is_read" => "Whether it was read.",
        "read_at" => "When it was read, or null.",
        "liked_at" => "When it was liked, or null.",
        "reacted_at" => "When that was.",
        "timestamp" => "When the server said so.",
        "updated" => "How many that concerned.",
        "count" => "How many do so, exactly.",
        "mine" => "Whether the asker is among them.",
        "reactions" => "How many react with what, the earliest first.",
        "reply_to" => "Which message it answers, or null.",
        "thread_id" => "The first message of its thread, or null.",
        "replies_count" => "How many answers stand of the thread that it began.",
        "last_reply_at" => "When the newest of them came.",
        "pinned" => "Whether it is pinned.",
        "slow_mode" => "How many seconds lie between two messages of a member.",
        "frozen" => "Whether only owners and moderators send.",
        "muted_until" => "Until when the person is muted, or null.",
        "retry_after" => "Seconds to wait.",
        "delete_messages" => "Whether what they said there within the last day is erased.",
        "action" => "What was done.",
        "by" => "Who did it.",
        "mentions" => "Whom it mentions, in order.",
        "mentions_all" => "Whether it mentions everybody.",
        "unread_mentions" => "How many of the unread messages mention the asker.",
        "excerpt" => "The beginning of what it says now.",
        "deleted" => "Whether it was deleted.",
        "after" => "Where the page begins: `next_after` of the page before; in a search the first moment that counts.",
        "before" => {
            "Where the page ends: `next_before` of the page before; in a search the first moment that does not count."
        }
        "from" => "Whose messages are searched.",
        "next" => "What to give as `next` for the next page; null at the end.",
        "next_after" => "What to give as `after` for the next page; null at the end.",
        "has_new_messages" => "Whether there is anything in `data`.",
        "source" => "Whether memory or the database answered.",
        "events" => "Every lasting change since the cursor, as the stream tells it.",
        "resync" => "What was missed is no longer kept: load anew.",
        "body" => "The text of a notification.",
        "comment" => "The comment, passed on as it is.",
        "store" => "Whether the database answers.",
        "backplane" => "Whether what nodes hear of each other by answers.",
        "caption" => "Words beside a photo, video or voice message.",
        "file" => "The file: in a message the one that lives here, or null.",
        "url" => "The address at which it is.",
        "size" => "How many bytes it has.",
        "mime" => "What its bytes are.",
        "token" => "An access token in the address, for an image, which sends no headers.",
        "seconds" => "For how long; without it for good.",
        "reason" => "Why.",
        "until" => "Until when, null for good.",
        "upload" => "How its bytes are brought.",
        "method" => "With which method of HTTP.",
        "headers" => "With these headers, and no others.",
        "expires_at" => "It is deleted then, unless a message has named it.",
        "thumbnail" => "The address of a small picture.",
        "width" | "height" => "In pixels.",
        "duration" => "In seconds; of a booking in minutes.",
        "lat" | "lng" => "In degrees.",
        "address" => "Where that is, in words.",
        "is_master" => "Whether the profile offers services.",
        "service_id" | "service_name" => "The service that is proposed.",
        "price" => "What it costs.",
        _ => return None,
    })
}
