//! The envelopes of nodes, as text for a bus.

use std::sync::Arc;

use chat_domain::backplane::Envelope;
use serde::{Deserialize, Serialize};

use crate::news::{News, PostCommented, PostLiked};

/// Writes an envelope as text. If it would be longer than `longest`, the events of rooms are left out, largest first;
/// the other nodes then read them from the journal.
pub fn written(envelope: &Envelope, longest: usize) -> String {
    let text = spelled(envelope);
    if text.len() <= longest {
        return text;
    }
    let mut lighter = envelope.clone();
    while let Some(heaviest) = lighter.rooms.iter_mut().max_by_key(|moved| spelled(&moved.events).len())
        && !heaviest.events.is_empty()
    {
        heaviest.events.clear();
        let text = spelled(&lighter);
        if text.len() <= longest {
            return text;
        }
    }
    // Only the number is left: from it the other nodes notice that something is missing.
    lighter.rooms.clear();
    lighter.tells.clear();
    lighter.signs.clear();
    spelled(&lighter)
}

/// Reads an envelope; `None` if the text is not one.
pub fn read(text: &str) -> Option<Envelope> {
    serde_json::from_str(text).ok()
}

/// What a back end told about a post.
#[derive(Serialize, Deserialize)]
enum Post {
    Liked(Arc<PostLiked>),
    Commented(Arc<PostCommented>),
}

/// Writes what a back end told about a post, for the other nodes; `None` for other news.
pub fn post_written(news: &News) -> Option<String> {
    Some(spelled(&match news {
        News::PostLiked(liked) => Post::Liked(liked.clone()),
        News::PostCommented(commented) => Post::Commented(commented.clone()),
        _ => return None,
    }))
}

/// Reads what [`post_written`] wrote.
pub fn post_read(text: &str) -> Option<News> {
    Some(match serde_json::from_str(text).ok()? {
        Post::Liked(liked) => News::PostLiked(liked),
        Post::Commented(commented) => News::PostCommented(commented),
    })
}

fn spelled(what: &impl serde::Serialize) -> String {
    serde_json::to_string(what).unwrap_or_default()
}
