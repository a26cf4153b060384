//! What fields and parameters mean, with an example of each, by their names.

use serde_json::{Value as Json, json};

/// The schema of a field or parameter, with what is known of its name.
pub(super) fn told(name: &str, mut schema: Json) -> Json {
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
        "content" => ("The words; for photo, video and voice an address.", json!("Hello")),
        "media_url" => ("The address of a photo, video or voice message.", json!("https://chat.example/a.jpg")),
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
        "limit" => ("How many on a page.", json!(50)),
        "before_id" => ("What comes before this one.", json!(124)),
        "after_id" => ("The oldest page after this one.", json!(123)),
        "last_message_id" => ("The newest message that is known.", json!(123)),
        "wait" => ("For how many seconds the request may be held until something comes.", json!(0)),
        "query" => ("How the name or username begins.", json!("an")),
        "member_ids" => ("Who else is in it.", json!([])),
        "comments_count" => ("How many comments the post has now.", json!(1)),
        _ => return None,
    })
}
