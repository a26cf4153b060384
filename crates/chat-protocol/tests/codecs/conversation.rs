//! The codecs with a real chat: what is said in one dialect is told in all of them.

use std::sync::Arc;

use chat_domain::*;
use chat_protocol::*;
use serde_json::{Value as Json, json};

use crate::toy::*;

/// A group of two, and the ids that it has used.
pub(crate) struct Group {
    pub(crate) chat: Chat,
    next: i64,
}

impl Group {
    pub(crate) fn new() -> Group {
        let mut chat = Chat::new(Limits::default());
        for person in [reader(), anna()] {
            chat.learn(Fact::Person(person.id(), Some(person)));
        }
        let mut group = Group { chat, next: 1 };
        let create = Command::CreateGroup { title: "A group".into(), members: vec![user(1)], client_id: None };
        group.execute(2, create).unwrap();
        group
    }

    pub(crate) fn execute(&mut self, actor: i64, command: Command) -> Result<Outcome, Refusal> {
        self.next += 1;
        let ids = Ids { room: room(123), message: message_id(self.next) };
        self.chat.execute(Stamp { actor: user(actor), at: NOON, ids }, command)
    }

    pub(crate) fn head(&self) -> Head {
        self.chat.head(user(1), room(123)).unwrap()
    }

    /// Sends a frame. Returns what became of it, and the frames of the answer.
    fn says(&mut self, actor: i64, entrance: Entrance, frame: &Json) -> (Option<Arc<Event>>, Vec<String>) {
        let at = endpoint(entrance);
        let Asked { request, context } = decode(at, frame.to_string().as_bytes(), Some(1)).unwrap();
        let Request::Order(command) = request else { panic!("{request:?} is no order") };
        match self.execute(actor, command) {
            Ok(outcome) => {
                let happened = matches!(outcome, Outcome::Happened(_)).then(|| outcome.event().cloned()).flatten();
                (happened, told(|out| reply::settled(at, &context, &outcome, NOON, out)))
            }
            Err(refusal) => (None, told(|out| reply::refused(at, &context, &refusal.into(), NOON, out))),
        }
    }
}

/// Returns the same frame with a name of its own.
fn named(entrance: Entrance, mut frame: Json, name: &str) -> Json {
    let fields = match entrance {
        Entrance::Roulette => &mut frame["payload"],
        Entrance::SocketIo => &mut frame[1],
        _ => &mut frame,
    };
    fields["client_id"] = json!(name);
    frame
}

#[test]
fn what_is_said_in_one_dialect_is_heard_in_all() {
    let mut group = Group::new();
    for speaker in ENTRANCES {
        let words = format!("said at {speaker:?}");
        let Some(frame) = sending(speaker, &words) else { continue };
        let (event, _) = group.says(2, speaker, &frame);
        let news = News::Event(event.unwrap());
        for listener in ENTRANCES.into_iter().filter(|entrance| *entrance != Entrance::Personal) {
            let frames = heard(listener, &news, 1);
            assert_eq!(words_in(listener, &object(listener, &frames[0])), &json!(words), "{speaker:?} to {listener:?}");
        }
    }
}

#[test]
fn a_repeat_gets_the_same_answer_and_nobody_an_event() {
    let mut group = Group::new();
    for speaker in ENTRANCES {
        let Some(frame) = sending(speaker, "Hello") else { continue };
        let frame = named(speaker, frame, &format!("{speaker:?}"));
        let (first, answer) = group.says(2, speaker, &frame);
        let (second, again) = group.says(2, speaker, &frame);
        assert_eq!((first.is_some(), second.is_some()), (true, false));
        match speaker {
            // It has no answer: a repeated message is shown again to whoever repeats it.
            Entrance::Bare => assert_eq!(again, heard(speaker, &News::Event(first.unwrap()), 2)),
            _ => assert_eq!(again, answer),
        }
        let other = named(speaker, sending(speaker, "Something else").unwrap(), &format!("{speaker:?}"));
        let (none, refused) = group.says(2, speaker, &other);
        assert!(none.is_none() && refused[0].contains("CONFLICT") && refused[0].contains("message_id"), "{refused:?}");
    }
}

#[test]
fn empty_words_are_refused_in_every_dialect() {
    let mut group = Group::new();
    for (speaker, words) in ENTRANCES.into_iter().zip(["", " ", "\n", "\t \n"].into_iter().cycle()) {
        let Some(frame) = sending(speaker, words) else { continue };
        let (event, refused) = group.says(2, speaker, &frame);
        assert_eq!(event, None);
        assert!(refused[0].contains("INVALID_DATA"), "{refused:?}");
        let object = object(speaker, &refused[0]);
        match speaker {
            Entrance::Room(Lang::Russian) => assert_eq!(object["message"], "Сообщение не может быть пустым"),
            Entrance::Room(Lang::English) => assert_eq!(object["message"], "Message cannot be empty"),
            _ => {}
        }
    }
}

#[test]
fn reading_is_told_once_to_everybody() {
    let mut group = Group::new();
    let (_, _) = group.says(2, Entrance::Multiplexed, &sending(Entrance::Multiplexed, "Hello").unwrap());
    let at = Entrance::Room(Lang::Russian);
    let (event, answer) = group.says(1, at, &json!({"type": "mark_read"}));
    let news = News::Event(event.unwrap());
    // The reader is told the event like everybody else, so there is no other answer.
    assert_eq!(answer, [""; 0]);
    assert_eq!(heard(at, &news, 1), [r#"{"type":"messages_marked_read","room_id":123}"#]);
    assert_eq!(kind(at, &heard(at, &news, 2)[0]), "messages_read");
    assert_eq!(heard(Entrance::SocketIo, &news, 2).len(), 1);
    assert_eq!(heard(Entrance::SocketIo, &news, 1), [""; 0]);
    let (none, answer) = group.says(1, at, &json!({"type": "mark_read"}));
    assert_eq!(none, None);
    assert_eq!(answer, [r#"{"type":"messages_marked_read","room_id":123}"#]);
}
