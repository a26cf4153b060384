//! Properties that hold for every text and all bytes.

use chat_domain::*;
use chat_protocol::*;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::everything::everything;
use crate::toy::*;

/// Valid JSON with fields for which the decoders look.
fn frames() -> impl Strategy<Value = Json> {
    let words = prop::sample::select(vec![
        "type",
        "chat_id",
        "message_id",
        "content",
        "payload",
        "metadata",
        "client_id",
        "cursor",
        "send_message",
        "typing",
        "chat:message:send",
        "63686174-0002-8000-8000-00000000007b",
        "photo",
        "media_url",
        "",
    ]);
    let text = prop_oneof![words.prop_map(String::from), any::<String>()];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn words_come_out_as_they_went_in(words in any::<String>()) {
        for entrance in ENTRANCES {
            if let Some(frame) = sending(entrance, &words) {
                let asked = decode(endpoint(entrance), frame.to_string().as_bytes(), None).unwrap();
                let send = Command::Send { room: room(123), draft: Draft::text(words.as_str()), client_id: None };
                prop_assert_eq!(asked.request, Request::Order(send));
            }
            for frame in heard(entrance, &sent(text(&words)), 1) {
                let object = object(entrance, &frame);
                prop_assert_eq!(words_in(entrance, &object).as_str(), Some(words.as_str()));
            }
        }
    }

    #[test]
    fn metadata_comes_out_as_it_went_in(frame in frames()) {
        let metadata = json!({"value": frame});
        let argument = json!({"chat_id": room(123).uuid().to_string(), "content": "x", "metadata": metadata});
        let said = json!(["chat:message:send", argument]).to_string();
        let asked = decode(endpoint(Entrance::SocketIo), said.as_bytes(), None).unwrap();
        let Request::Order(Command::Send { draft, .. }) = asked.request else { panic!("a send is a send") };
        let message = Message { metadata: draft.metadata.to_string().into(), ..text("x") };
        let shown = &heard(Entrance::SocketIo, &sent(message), 1)[0];
        let shown = &object(Entrance::SocketIo, shown)["metadata"];
        prop_assert!(alike(shown, &metadata), "{} is not {}", shown, metadata);
    }

    #[test]
    fn no_frame_is_anything_but_an_object_in_its_envelope(words in any::<String>(), name in any::<String>()) {
        let anna = person(2, &name, &name, &name);
        for news in everything() {
            for entrance in ENTRANCES {
                let news = match &news {
                    News::Event(event) => News::Event(Event { actor: anna.clone(), ..Event::clone(event) }.into()),
                    other => other.clone(),
                };
                for frame in heard(entrance, &news, 1) {
                    prop_assert!(object(entrance, &frame).is_object());
                }
            }
        }
        let message = Message { sender: anna, ..text(&words) };
        for entrance in ENTRANCES {
            for frame in heard(entrance, &sent(message.clone()), 1) {
                prop_assert!(object(entrance, &frame).is_object());
                prop_assert!(!frame.trim_end_matches('\n').contains(['\r', '\u{1e}']), "{}", frame);
            }
        }
    }

    #[test]
    fn any_json_is_understood_or_rejected(frame in frames()) {
        for entrance in ENTRANCES {
            let _ = decode(endpoint(entrance), frame.to_string().as_bytes(), None);
        }
    }

    #[test]
    fn any_bytes_are_understood_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for entrance in ENTRANCES {
            let _ = decode(endpoint(entrance), &bytes, Some(1));
        }
    }
}

/// Whether both have the same values. Two numbers are the same if they are as doubles, which is all that JavaScript
/// has.
fn alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| alike(a, b)))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    }
}
