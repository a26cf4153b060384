//! What nodes tell each other, as it is written on a bus for text.

use std::sync::Arc;

use chat_domain::backplane::Envelope;
use serde::{Deserialize, Serialize};

use crate::news::{News, PostCommented, PostLiked};

/// An envelope for the other nodes. If it is too long, the rooms with the most to tell are told without their events: whoever
/// listens there reads them in the journal.
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
    // The number alone: by that they notice that something is missing.
    lighter.rooms.clear();
    lighter.tells.clear();
    lighter.signs.clear();
    spelled(&lighter)
}

/// What was written so; nothing where it is not understood.
pub fn read(text: &str) -> Option<Envelope> {
    serde_json::from_str(text).ok()
}

/// What a back end told of a post.
#[derive(Serialize, Deserialize)]
enum Post {
    Liked(Arc<PostLiked>),
    Commented(Arc<PostCommented>),
}

/// What a back end told of a post, for the other nodes; nothing where it is about something else.
pub fn post_written(news: &News) -> Option<String> {
    Some(spelled(&match news {
        News::PostLiked(liked) => Post::Liked(liked.clone()),
        News::PostCommented(commented) => Post::Commented(commented.clone()),
        _ => return None,
    }))
}

/// What was written so.
pub fn post_read(text: &str) -> Option<News> {
    Some(match serde_json::from_str(text).ok()? {
        Post::Liked(liked) => News::PostLiked(liked),
        Post::Commented(commented) => News::PostCommented(commented),
    })
}

fn spelled(what: &impl serde::Serialize) -> String {
    serde_json::to_string(what).unwrap_or_default()
}
