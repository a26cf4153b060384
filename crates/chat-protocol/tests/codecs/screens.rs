//! Clients that know only the frames of their dialect: one that was away and gets a replay shows the same as one that
//! was there all the time, and as the history.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::*;
use chat_protocol::*;
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::conversation::Group;
use crate::toy::*;

/// The dialects that tell every change.
const TELLING: [Entrance; 5] =
    [Entrance::Sse, Entrance::Multiplexed, Entrance::Room(Lang::Russian), Entrance::Roulette, Entrance::SocketIo];

/// What a client shows: the text and the likes of each message.
#[derive(Clone, Debug, Default, PartialEq)]
struct Screen(BTreeMap<String, (String, u64)>);

impl Screen {
    fn hear(&mut self, entrance: Entrance, events: &[Arc<Event>]) {
        for event in events {
            for frame in heard(entrance, &News::Event(event.clone()), 1) {
                self.show(entrance, &kind(entrance, &frame), &object(entrance, &frame));
            }
        }
    }

    fn show(&mut self, entrance: Entrance, kind: &str, object: &Json) {
        let inner = match entrance {
            Entrance::Sse => &object["data"],
            Entrance::Roulette => &object["payload"],
            _ => object,
        };
        let message = if entrance == Entrance::Multiplexed { &object["message"] } else { inner };
        match kind {
            "message" | "new_message" | "chat_message" | "chat:message:new" => {
                let likes = inner["likes_count"].as_u64().unwrap_or(0);
                self.0.insert(id(message), (text_of(message), likes));
            }
            "message_updated" | "message_edited" | "chat:message:edited" => {
                self.0.get_mut(&id(inner)).expect("an edited message is shown").0 = text_of(inner);
            }
            "message_deleted" | "chat:message:deleted" => drop(self.0.remove(&id(inner))),
            "message_liked" | "message_unliked" | "chat:message:liked" | "chat:message:unliked" => {
                let likes = inner["likes_count"].as_u64().expect("a number of likes");
                self.0.get_mut(&id(inner)).expect("a liked message is shown").1 = likes;
            }
            "messages_read" | "message_status_update" | "chat:message:read" => {}
            other => panic!("{other} on {entrance:?}"),
        }
    }
}

fn id(object: &Json) -> String {
    let id = object.get("message_id").unwrap_or(&object["id"]);
    id.as_str().map_or_else(|| id.to_string(), String::from)
}

fn text_of(object: &Json) -> String {
    let words = object.get("content").unwrap_or(&object["message"]);
    words.as_str().expect("words").into()
}

/// Returns what the history shows, in the spelling of an entrance.
fn history(chat: &Chat, entrance: Entrance) -> Screen {
    let page = chat.history(user(1), room(123), Page::Newest, 1000).unwrap();
    let has_uuids = matches!(entrance, Entrance::Roulette | Entrance::SocketIo);
    let spelled = |id: MessageId| if has_uuids { id.uuid().to_string() } else { id.to_string() };
    let shown = page.messages.iter().map(|shown| {
        let (message, likes) = (&shown.message, u64::from(shown.reception.likes.count));
        (spelled(message.id), (message.content.to_string(), likes))
    });
    Screen(shown.collect())
}

/// Returns all pages of what has happened since.
fn missed(chat: &Chat, since: Head) -> Vec<Arc<Event>> {
    let (mut missed, mut from, mut end) = (Vec::new(), None, None);
    loop {
        let page = Replay { since: Since::Head(since), from, until: end, limit: 3 };
        let Replayed::Changes { events, next, until } = chat.replay(user(1), room(123), page).unwrap() else {
            panic!("nothing is pruned");
        };
        missed.extend(events);
        (from, end) = (next, Some(until));
        if next.is_none() {
            return missed;
        }
    }
}

/// One of two users does something to one of the messages so far.
fn commands() -> impl Strategy<Value = Vec<(i64, u8, i64)>> {
    prop::collection::vec((1..=2i64, 0..6u8, 0..8i64), 1..40)
}

fn command(what: u8, which: i64, number: usize) -> Command {
    // The making of the group had the first number.
    let (room, message) = (room(123), message_id(which + 3));
    match what {
        0 | 1 => Command::Send { room, draft: Draft::text(format!("sent {number}")), client_id: None },
        2 => Command::Edit { room, message, content: format!("edited {number}") },
        3 => Command::Delete { room, message },
        4 => Command::Like { room, message },
        _ => Command::Unlike { room, message },
    }
}

proptest! {
    #[test]
    fn who_was_away_sees_what_the_others_see(story in commands(), away in 0..40usize) {
        let mut group = Group::new();
        let (mut told, mut head, mut present) = (Vec::new(), group.head(), Vec::new());
        for (number, (actor, what, which)) in story.into_iter().enumerate() {
            if number == away {
                (head, present) = (group.head(), told.clone());
            }
            // Half of the commands are refused: the message does not exist, or is somebody else's.
            if let Ok(Outcome::Happened(event)) = group.execute(actor, command(what, which, number)) {
                told.push(event);
            }
        }
        for entrance in TELLING {
            let (mut live, mut back) = (Screen::default(), Screen::default());
            live.hear(entrance, &told);
            back.hear(entrance, &present);
            back.hear(entrance, &missed(&group.chat, head));
            prop_assert_eq!(&live, &history(&group.chat, entrance), "{:?}", entrance);
            prop_assert_eq!(&back, &live, "{:?}", entrance);
        }
    }
}
