//! Messages with files, for clients that ask for files and for those that do not.

use chat_protocol::{Entrance, Features, Frames, Lang, News, Shape, audience, encode};
use serde_json::{Value, json};

use crate::toy::*;

/// Returns the message object that a client at this entrance is told.
fn heard(entrance: Entrance, features: Features, news: &News) -> Value {
    let shape = Shape { entrance, cursor: false, features };
    let mut frames = Frames::new();
    encode(shape, audience(shape, news, user(1)).unwrap(), news, EPOCH, &mut frames);
    let frame = object(entrance, &texts(&frames)[0]);
    match entrance {
        Entrance::Sse => frame["data"].clone(),
        Entrance::Roulette => frame["payload"].clone(),
        Entrance::Multiplexed => frame["message"].clone(),
        _ => frame,
    }
}

#[test]
fn who_asks_hears_of_the_file_and_who_does_not_reads_its_address() {
    let news = sent(with_file());
    let url = with_file().content.to_string();
    let id = with_file().file.unwrap().id.to_string();
    let file = json!({"id": id, "url": url, "name": "a.pdf", "size": 3, "type": "application/pdf"});
    let in_messages = [Entrance::Sse, Entrance::Bare, Entrance::Multiplexed, Entrance::Roulette, Entrance::SocketIo];
    for entrance in in_messages {
        let (asked, plain) = (heard(entrance, Features::FILES, &news), heard(entrance, Features::NONE, &news));
        assert_eq!((&asked["file"], plain.get("file")), (&file, None), "{entrance:?}");
        let word = if entrance == Entrance::Multiplexed { "message_type" } else { "type" };
        match entrance {
            Entrance::Sse | Entrance::Bare => assert_eq!(plain["content"], url),
            Entrance::Roulette => {
                assert_eq!(
                    (&asked["type"], &asked["content"], &asked["media_url"]),
                    (&json!("file"), &json!(""), &json!(url))
                );
                assert_eq!(
                    (&plain["type"], &plain["content"], &plain["media_url"]),
                    (&json!("text"), &json!(url), &json!(""))
                );
            }
            _ => assert_eq!(
                (&asked[word], &plain[word], &plain["content"]),
                (&json!("file"), &json!("text"), &json!(url))
            ),
        }
        let without = heard(entrance, Features::FILES, &sent(text("hi")));
        assert_eq!(without["file"], Value::Null, "{entrance:?}");
        assert!(without.as_object().unwrap().contains_key("file"), "{entrance:?}");
    }
    let [asked, plain] =
        [Features::FILES, Features::NONE].map(|features| heard(Entrance::Room(Lang::English), features, &news));
    assert_eq!((&asked["file"], plain.get("file"), &plain["message"]), (&file, None, &json!(url)));
}
