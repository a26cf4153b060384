//! Any input is accepted, or refused with the rule that it breaks.

mod common;

use chat_domain::*;
use common::*;
use proptest::prelude::*;

/// A direct chat of the first two users, with a message of the first.
fn talk() -> World {
    let mut world = World::new(Limits::default());
    give(&mut world, 1, Command::OpenDirect { with: user(2) }).unwrap();
    let at = world.rooms[0];
    give(&mut world, 1, Command::Send { room: at, draft: Draft::text("hi"), client_id: None }).unwrap();
    world
}

fn give(world: &mut World, actor: u8, command: Command) -> Result<Outcome, Refusal> {
    let ids = Ids { room: room(world.next), message: message(world.next) };
    world.next += 1;
    world.execute(Stamp { actor: user(actor), at: Time::from_secs(world.now), ids }, command)
}

fn send(world: &mut World, kind: MessageKind, content: &str, metadata: Value) -> Result<Outcome, Refusal> {
    let at = world.rooms[0];
    give(
        world,
        1,
        Command::Send {
            room: at,
            draft: Draft { kind, content: content.into(), metadata, reply_to: None, is_back_ends: false, said: None },
            client_id: None,
        },
    )
}

fn map(fields: &[(&str, Value)]) -> Value {
    Value::Map(fields.iter().map(|(name, value)| (String::from(*name), value.clone())).collect())
}

fn text(words: &str) -> Value {
    Value::Text(words.into())
}

const ADDRESS: &str = "https://a.example/b.jpg";

#[test]
fn content_has_some_words_and_not_too_many() {
    let mut world = talk();
    for (content, rule) in
        [("", "must not be empty"), (" \t\r\n\u{a0}", "must not be empty"), ("a\0", "must not contain U+0000")]
    {
        let refused = Refusal::Invalid { field: "content", rule };
        assert_eq!(send(&mut world, MessageKind::Text, content, Value::empty()), Err(refused.clone()));
        let edit = Command::Edit { room: world.rooms[0], message: world.messages[0].1, content: content.into() };
        assert_eq!(give(&mut world, 1, edit), Err(refused));
    }
    let limit = Limits::default().content;
    let long = Err(Refusal::TooLarge { field: "content", limit });
    assert_eq!(send(&mut world, MessageKind::Text, &"x".repeat(limit + 1), Value::empty()), long);
    assert_eq!(send(&mut world, MessageKind::Text, &"ы".repeat(limit / 2 + 1), Value::empty()), long);
    assert!(send(&mut world, MessageKind::Text, &"x".repeat(limit), Value::empty()).is_ok());
    assert!(send(&mut world, MessageKind::Text, "\u{1}\u{7f}\u{202e}\r\n", Value::empty()).is_ok());
}

#[test]
fn media_are_addresses() {
    let mut world = talk();
    for kind in [MessageKind::Photo, MessageKind::Video, MessageKind::Voice] {
        for content in
            ["cat.jpg", "ftp://a/b", "https://", "http:///x", "javascript:alert(1)", "https://a b", "https:// "]
        {
            let refused = Refusal::Invalid { field: "content", rule: "must be an http or https address" };
            assert_eq!(send(&mut world, kind, content, Value::empty()), Err(refused), "{content}");
        }
        for content in [ADDRESS, "HTTP://a", "https://пример.рф/ф?q#f"] {
            assert!(send(&mut world, kind, content, Value::empty()).is_ok(), "{content}");
        }
    }
}

#[test]
fn every_kind_knows_its_metadata() {
    use MessageKind::*;
    use Value::{Float, Int, Null};
    let mut world = talk();
    let booking = |price: Value, duration: Value| {
        map(&[("service_id", text("s")), ("service_name", text("n")), ("price", price), ("duration", duration)])
    };
    let place = |lat: Value, lng: Value| map(&[("lat", lat), ("lng", lng)]);
    let good = [
        (Text, map(&[("anything", Value::List(vec![Null, Int(1)]))])),
        (Photo, map(&[("width", Int(1)), ("height", Float(0.5)), ("thumbnail", text(ADDRESS)), ("caption", text(""))])),
        (Photo, map(&[("width", Null), ("unknown", Int(-1))])),
        (Video, map(&[("duration", Int(0))])),
        (Voice, map(&[("duration", Float(1.5))])),
        (Location, place(Int(-90), Float(180.0))),
        (ProfileShare, map(&[("name", text("A")), ("avatar", text("")), ("is_master", Value::Bool(true))])),
        (PostShare, Value::empty()),
        (BookingProposal, booking(Int(0), Int(1))),
    ];
    for (kind, metadata) in good {
        assert!(send(&mut world, kind, ADDRESS, metadata.clone()).is_ok(), "{kind:?} {metadata}");
    }
    let bad = [
        (Photo, map(&[("width", Int(0))]), "metadata.width"),
        (Photo, map(&[("height", text("5"))]), "metadata.height"),
        (Photo, map(&[("thumbnail", text("x"))]), "metadata.thumbnail"),
        (Video, map(&[("duration", Int(-1))]), "metadata.duration"),
        (Voice, map(&[("caption", Int(1))]), "metadata.caption"),
        (Location, map(&[("lat", Int(1))]), "metadata.lng"),
        (Location, Value::empty(), "metadata.lat"),
        (Location, place(Float(90.1), Int(0)), "metadata.lat"),
        (Location, place(Int(0), Int(-181)), "metadata.lng"),
        (Location, place(Float(f64::NAN), Int(0)), "metadata"),
        (ProfileShare, map(&[("name", text(" "))]), "metadata.name"),
        (ProfileShare, map(&[("name", Null)]), "metadata.name"),
        (PostShare, map(&[("media_url", text("x"))]), "metadata.media_url"),
        (BookingProposal, booking(Int(-1), Int(1)), "metadata.price"),
        (BookingProposal, booking(Int(1), Int(0)), "metadata.duration"),
        (Text, Null, "metadata"),
        (Text, Value::List(vec![]), "metadata"),
        (Text, map(&[("a", Int(1)), ("a", Int(2))]), "metadata"),
        (Text, map(&[("a\0", Int(1))]), "metadata"),
        (Text, map(&[("a", text("\0"))]), "metadata"),
        (Text, (0..40).fold(Value::empty(), |inner, _| map(&[("a", inner)])), "metadata"),
    ];
    for (kind, metadata, named) in bad {
        let answer = send(&mut world, kind, ADDRESS, metadata.clone());
        assert!(matches!(&answer, Err(Refusal::Invalid { field, .. }) if *field == named), "{metadata:?} {answer:?}");
    }
    let large = map(&[("a", text(&"x".repeat(5_000)))]);
    let refused = Refusal::TooLarge { field: "metadata", limit: 4 << 10 };
    assert_eq!(send(&mut world, Text, "a", large), Err(refused));
}

#[test]
fn the_room_is_judged_before_the_message() {
    let mut world = talk();
    let at = world.rooms[0];
    let like = |room, message| Command::Like { room, message };
    assert_eq!(give(&mut world, 3, like(room(77), message(1))), Err(Refusal::UnknownRoom));
    assert_eq!(give(&mut world, 3, like(at, message(77))), Err(Refusal::NotMember));
    assert_eq!(give(&mut world, 1, like(at, message(77))), Err(Refusal::UnknownMessage));
    assert_eq!(give(&mut world, 6, like(at, message(77))), Err(Refusal::UnknownUser));
    let edit = Command::Edit { room: at, message: world.messages[0].1, content: String::new() };
    assert_eq!(give(&mut world, 2, edit), Err(Refusal::NotAuthor));
    for command in [
        Command::Change { room: at, amendment: Amendment::title("t") },
        Command::AddMember { room: at, user: user(3) },
        Command::RemoveMember { room: at, user: user(1) },
        Command::EndGroup { room: at },
    ] {
        assert_eq!(give(&mut world, 1, command), Err(Refusal::NotGroup));
    }
}

#[test]
fn a_repeat_is_answered_before_any_other_rule() {
    let mut world = World::new(Limits::default());
    let title = || "g".into();
    give(&mut world, 1, Command::CreateGroup { title: title(), members: vec![user(2)], client_id: client_id(Some(1)) })
        .unwrap();
    let at = world.rooms[0];
    let send = |words: &str| Command::Send { room: at, draft: Draft::text(words), client_id: client_id(Some(1)) };
    let first = give(&mut world, 2, send("hi")).unwrap().event().cloned().unwrap();
    let id = world.messages[0].1;
    let reused = Err(Refusal::Reused { message: Some(id) });
    assert_eq!(give(&mut world, 2, send("ho")), reused);
    // The same name from another sender is another name.
    assert!(matches!(give(&mut world, 1, send("ho")), Ok(Outcome::Happened(_))));
    give(&mut world, 2, Command::Edit { room: at, message: id, content: "edited".into() }).unwrap();
    give(&mut world, 2, Command::RemoveMember { room: at, user: user(2) }).unwrap();
    let Ok(Outcome::Already(again)) = give(&mut world, 2, send("hi")) else { panic!() };
    let Change::Sent { message, .. } = &again.change else { panic!() };
    assert_eq!((message.id, &*message.content, message.created_at), (id, "edited", first.at));
    assert_eq!(give(&mut world, 2, send("edited")), reused);
    give(&mut world, 1, Command::Delete { room: at, message: id }).unwrap();
    let Ok(Outcome::Already(again)) = give(&mut world, 2, send("hi")) else { panic!() };
    let Change::Sent { message, .. } = &again.change else { panic!() };
    assert_eq!((message.id, &*message.content, message.deleted.is_some()), (id, "", true));
    let group = |title: &str, who: &[u8]| Command::CreateGroup {
        title: title.into(),
        members: who.iter().map(|&who| user(who)).collect(),
        client_id: client_id(Some(1)),
    };
    let Ok(Outcome::Already(made)) = give(&mut world, 1, group("g", &[2, 2, 1])) else { panic!() };
    assert_eq!(made.room, at);
    for other in [group("h", &[2]), group("g", &[2, 3])] {
        assert_eq!(give(&mut world, 1, other), Err(Refusal::Reused { message: None }));
    }
}

#[test]
fn time_and_ids_at_their_ends() {
    let mut chat = Chat::new(Limits::default());
    (1..=PEOPLE).for_each(|number| chat.learn(known(number)));
    let last = || MessageId::new(chat_domain::id::MAX_ID).unwrap();
    let at = RoomId::new(chat_domain::id::MAX_ID).unwrap();
    let stamp =
        |at_time, number| Stamp { actor: user(1), at: Time(at_time), ids: Ids { room: at, message: message(number) } };
    chat.execute(stamp(i64::MAX, 1), Command::OpenDirect { with: user(2) }).unwrap();
    let send = || Command::Send { room: at, draft: Draft::text("hi"), client_id: None };
    for (number, time) in [(1, i64::MIN), (2, 0), (3, i64::MAX)] {
        let sent = chat.execute(stamp(time, number), send()).unwrap();
        assert_eq!(sent.event().unwrap().at, Time(i64::MAX), "time runs backwards for nobody");
    }
    let mut end = stamp(0, 1);
    end.ids.message = last();
    chat.execute(end, send()).unwrap();
    chat.execute(stamp(0, 1), Command::Deliver { room: at, upto: last() }).unwrap();
    chat.execute(stamp(0, 1), Command::Read { room: at, upto: Some(last()) }).unwrap();
    chat.execute(stamp(i64::MAX, 1), Command::Search).unwrap();
    assert_eq!(chat.expired_leases(Time(i64::MAX)), []);
}

#[test]
fn names_have_one_to_sixty_four_printable_characters() {
    for bad in ["", "a\n", "\u{7f}", &"x".repeat(65)] {
        assert_eq!(ClientId::new(bad), None, "{bad:?}");
    }
    assert!(ClientId::new("ы".repeat(64)).is_some());
}

#[test]
fn notifications_say_something() {
    let new = |title: &str, data| notification::NewNotification {
        user: user(1),
        kind: NotificationKind::Mention,
        title: title.into(),
        body: String::new(),
        data,
        client_id: None,
    };
    let limits = Limits::default();
    assert_eq!(
        new("t", map(&[("b", Value::Int(1)), ("a", Value::Null)])).check(&limits).as_deref(),
        Ok(r#"{"a":null,"b":1}"#)
    );
    let refused = |field, rule| Err(Refusal::Invalid { field, rule });
    assert_eq!(new(" ", Value::empty()).check(&limits), refused("title", "must not be empty"));
    assert_eq!(new("t", Value::Null).check(&limits), refused("data", "must be an object"));
    let large = new("t", map(&[("a", text(&"x".repeat(5_000)))])).check(&limits);
    assert_eq!(large, Err(Refusal::TooLarge { field: "data", limit: 4 << 10 }));
}

/// Any tree of values.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        proptest::collection::vec(any::<char>(), 0..6).prop_map(|text| Value::Text(text.into_iter().collect())),
    ];
    let name = prop_oneof![
        Just("lat"),
        Just("lng"),
        Just("name"),
        Just("duration"),
        Just("width"),
        Just("price"),
        Just("a\0"),
        Just("é"),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            proptest::collection::vec((name.clone().prop_map(String::from), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_draft_is_sent_or_refused(
        kind in proptest::sample::select(&MessageKind::ALL[..]),
        content in proptest::collection::vec(any::<char>(), 0..12),
        metadata in value(),
    ) {
        let mut world = talk();
        let content: String = content.into_iter().collect();
        let before = world.chat.answer(&Need::Room(world.rooms[0]));
        match send(&mut world, kind, &content, metadata.clone()) {
            Ok(outcome) => {
                let Change::Sent { message, .. } = &outcome.event().unwrap().change else { panic!() };
                prop_assert_eq!(&*message.content, &content);
                prop_assert_eq!(&*message.metadata, &metadata.to_string());
                prop_assert!(!content.contains('\0') && !message.metadata.contains('\0'));
            }
            Err(Refusal::Invalid { .. } | Refusal::TooLarge { .. }) => {
                prop_assert_eq!(before, world.chat.answer(&Need::Room(world.rooms[0])));
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
