use chat_domain::{Command, Message, MessageKind, Outcome};
use chat_protocol::{Asked, Entrance, News, Rejected, Request, decode, reply};

use crate::toy::*;

/// A frame is understood or rejected, at the entrance that the first byte chooses, and its answer is well-formed. A
/// message that is sent is told unchanged at every entrance.
pub(crate) fn run(data: &[u8]) {
    let Some((entrance, frame)) = data.split_first() else { return };
    let endpoint = endpoint(ENTRANCES[usize::from(*entrance) % ENTRANCES.len()]);
    match decode(endpoint, frame, None) {
        Err(Rejected { trouble, context }) => {
            assert!(matches!(trouble.status(), 404 | 422), "{trouble:?}");
            objects(endpoint.entrance, &told(|out| reply::refused(endpoint, &context, &trouble, NOON, out)));
        }
        Ok(Asked { request: Request::Order(Command::Send { draft, .. }), context }) => {
            let metadata = draft.metadata.to_string();
            let message = Message { metadata: metadata.into(), ..message(draft.kind, &draft.content) };
            let News::Event(event) = sent(message) else { return };
            for entrance in ENTRANCES {
                let frames = heard(entrance, &News::Event(event.clone()), 1);
                for object in objects(entrance, &frames) {
                    shows(entrance, &object, draft.kind, &draft.content);
                }
            }
            let outcome = Outcome::Already(event);
            objects(endpoint.entrance, &told(|out| reply::settled(endpoint, &context, &outcome, NOON, out)));
        }
        Ok(Asked { context, .. }) => {
            objects(endpoint.entrance, &told(|out| reply::done(endpoint, &context, NOON, out)));
        }
    }
}

fn objects(entrance: Entrance, frames: &[String]) -> Vec<serde_json::Value> {
    let objects: Vec<_> = frames.iter().map(|frame| object(entrance, frame)).collect();
    assert!(objects.iter().all(serde_json::Value::is_object));
    objects
}

fn shows(entrance: Entrance, object: &serde_json::Value, kind: MessageKind, words: &str) {
    let shown = match entrance {
        Entrance::Roulette if kind.is_media() => &object["payload"]["media_url"],
        entrance => words_in(entrance, object),
    };
    assert_eq!(shown.as_str(), Some(words));
}
