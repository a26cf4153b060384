//! The journal and the directory in memory.
#![cfg(feature = "std")]

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use chat_domain::directory::{NewAccount, Subject, Visitor};
use chat_domain::grant::Rotation;
use chat_domain::notification::{NewNotification, NotificationPage};
use chat_domain::*;

#[derive(Default)]
struct Heard(Mutex<Vec<Settled>>);

impl Sink for Heard {
    fn settled(&self, answers: Vec<Settled>) {
        self.0.lock().unwrap().extend(answers);
    }
}

/// Answers in memory are ready at once.
fn ready<T>(mut answer: Answer<'_, T>) -> Result<T, Failure> {
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("not ready"),
    }
}

fn memory() -> (Arc<Heard>, InMemory) {
    let heard = Arc::new(Heard::default());
    (heard.clone(), InMemory::new(Limits::default(), heard))
}

fn account(username: &str) -> NewAccount {
    NewAccount { username: username.into(), name: None, avatar: String::new(), password: "digest".into() }
}

fn register(memory: &InMemory, username: &str) -> UserId {
    ready(memory.register(account(username))).unwrap().person.id()
}

fn order(actor: UserId, tag: u64, command: Command) -> Order {
    Order { actor, at: Time::from_secs(tag as i64), command, origin: Some(Origin { socket: 1, tag }) }
}

#[test]
fn the_sink_hears_everything_once_and_in_order() {
    let (heard, memory) = memory();
    let (ann, bob) = (register(&memory, "ann"), register(&memory, "bob"));
    let made = ready(memory.execute(order(ann, 1, Command::OpenDirect { with: bob }))).unwrap();
    let room = made.event().unwrap().room;
    let send = |tag| order(ann, tag, Command::Send { room, draft: Draft::text("hi"), client_id: ClientId::new("a") });
    memory.submit(send(2));
    memory.submit(send(3));
    memory.submit(order(bob, 4, Command::Change { room, amendment: Amendment::title("t") }));
    let heard = heard.0.lock().unwrap();
    let tags: Vec<_> = heard.iter().map(|settled| settled.origin.unwrap().tag).collect();
    assert_eq!(tags, [1, 2, 3, 4]);
    assert!(matches!(heard[1].result, Ok(Outcome::Happened(_))));
    assert!(matches!(heard[2].result, Ok(Outcome::Already(_))));
    assert_eq!(heard[3].result, Err(Failure::Refused(Refusal::NotGroup)));
    assert_eq!(ready(memory.chats(bob, None, 10)).unwrap().chats[0].unread, 1);
    assert_eq!(ready(memory.heads(vec![room, RoomId::new(99).unwrap()])).unwrap().len(), 1);
}

#[test]
fn usernames_are_unique_without_regard_to_case() {
    let (_, memory) = memory();
    let id = register(&memory, "Вася.1");
    assert_eq!(ready(memory.register(account("вАСЯ.1"))), Err(Refusal::NameTaken.into()));
    assert_eq!(ready(memory.by_username("ВАСЯ.1".into())).unwrap().unwrap().person.id(), id);
    assert_eq!(ready(memory.credential("вася.1".into())).unwrap().unwrap().1, "digest");
    for bad in ["", "a b", "a@b", &"x".repeat(33)] {
        let refused = ready(memory.register(account(bad)));
        assert!(matches!(refused, Err(Failure::Refused(Refusal::Invalid { field: "username", .. }))), "{bad}");
    }
    register(&memory, "anna");
    register(&memory, "Anton");
    let names = |after: Option<&str>| {
        let found = ready(memory.search("AN".into(), after.map(String::from), 1)).unwrap();
        found.first().map(|account| account.person.username.clone())
    };
    assert_eq!(
        (names(None), names(Some("anna")), names(Some("anton"))),
        (Some("anna".into()), Some("Anton".into()), None)
    );
}

#[test]
fn visitors_keep_who_they_are() {
    let (_, memory) = memory();
    let visitor = |subject, name: Option<&str>| Visitor {
        issuer: "https://issuer".into(),
        subject,
        name: name.map(String::from),
        username: None,
        avatar: None,
    };
    let number = UserId::new(77).unwrap();
    let admitted = ready(memory.admit(visitor(Subject::Number(number), Some("Ann")))).unwrap().person;
    assert_eq!((admitted.id(), admitted.name.as_str(), admitted.username.as_str()), (number, "Ann", "77"));
    let uuid: Uuid = "0190f7c2-9d1e-7abc-8000-000000000001".parse().unwrap();
    let by_uuid = ready(memory.admit(visitor(Subject::Uuid(uuid), None))).unwrap().person;
    assert!(by_uuid.id().number() >= chat_domain::id::FIRST_FOREIGN_USER);
    assert_eq!(ready(memory.by_uuid(uuid)).unwrap().unwrap().person, by_uuid);
    let text = || Subject::Text("auth0|x".into());
    let first = ready(memory.admit(visitor(text(), None))).unwrap().person;
    let second = ready(memory.admit(visitor(text(), Some("X")))).unwrap().person;
    assert_eq!(
        (first.id(), first.name.as_str(), second.name.as_str()),
        (second.id(), "user-4503599627370497", "X"),
        "no username has a bar"
    );
    assert_ne!(first.id(), by_uuid.id());
    assert_eq!(ready(memory.admit(visitor(text(), None))).unwrap().person.name, "X");
    assert_eq!(ready(memory.by_uuid(number.uuid())).unwrap().unwrap().person.id(), number);
    // Nobody can come as a user to whom this server gave an integer, neither by that integer nor by the UUID computed
    // from it.
    for taken in [first.id(), by_uuid.id()] {
        for subject in [Subject::Uuid(taken.uuid()), Subject::Number(taken)] {
            let refused = ready(memory.admit(visitor(subject, Some("Eve"))));
            assert!(matches!(refused, Err(Failure::Refused(Refusal::Invalid { field: "sub", .. }))), "{refused:?}");
        }
    }
    assert_eq!(ready(memory.admit(visitor(Subject::Uuid(number.uuid()), None))).unwrap().person, admitted);
}

#[test]
fn a_refresh_token_used_twice_ends_its_family() {
    let (_, memory) = memory();
    let (ann, at) = (register(&memory, "ann"), Time::from_secs);
    let rotate = |old: &str, new: &str, now| ready(memory.rotate(old.into(), new.into(), at(now), at(100))).unwrap();
    ready(memory.open_family(ann, "a".into(), at(50))).unwrap();
    assert!(matches!(rotate("a", "b", 1), Rotation::Rotated(account, _) if account.person.id() == ann));
    assert!(matches!(rotate("a", "c", 2), Rotation::Reused(user, _) if user == ann));
    assert_eq!(rotate("a", "c", 2), Rotation::Unknown, "it is over already");
    assert_eq!(rotate("b", "c", 3), Rotation::Unknown);
    ready(memory.open_family(ann, "d".into(), at(50))).unwrap();
    assert_eq!(rotate("d", "e", 50), Rotation::Unknown, "too old");
    let family = ready(memory.open_family(ann, "f".into(), at(50))).unwrap().family.unwrap();
    ready(memory.close_family(register(&memory, "bob"), family)).unwrap();
    assert!(matches!(rotate("f", "g", 4), Rotation::Rotated(..)), "only its own user closes it");
    assert_eq!(ready(memory.family("g".into())), Ok(Some((ann, family))));
    assert!(ready(memory.holder(ann, Some(family))).unwrap().is_some());
    ready(memory.close_family(ann, family)).unwrap();
    assert_eq!(rotate("g", "h", 5), Rotation::Unknown);
    assert_eq!(ready(memory.family("g".into())), Ok(None));
    assert_eq!(ready(memory.holder(ann, Some(family))), Ok(None));
}

#[test]
fn all_tokens_of_somebody_end_at_once_and_those_made_later_are_good() {
    let (_, memory) = memory();
    let (ann, at) = (register(&memory, "ann"), Time::from_secs);
    let open = |digest: &str| ready(memory.open_family(ann, digest.into(), at(50))).unwrap();
    let (before, ended) = (open("a"), ready(memory.end_tokens(ann, at(7))).unwrap().unwrap());
    assert!(!ended.honours(before) && ended.honours(open("b")));
    assert!(!ended.honours_issued(Some(at(6))) && ended.honours_issued(Some(at(7))) && ended.honours_issued(None));
    assert_eq!(
        ready(memory.end_tokens(ann, at(3))).unwrap().unwrap().since,
        at(7),
        "a clock may go back, an end does not"
    );
    assert_eq!(ready(memory.end_tokens(UserId::new(99).unwrap(), at(7))), Ok(None));
}

#[test]
fn a_cookie_session_slides() {
    let (_, memory) = memory();
    let (ann, at) = (register(&memory, "ann"), Time::from_secs);
    ready(memory.open_session(ann, "s".into(), at(100))).unwrap();
    let shown = |now| ready(memory.session("s".into(), at(now), at(now + 100))).unwrap().is_some();
    assert!(shown(49) && shown(51), "half used: now good until 151");
    assert!(shown(99) && shown(150));
    assert!(!shown(250));
    assert!(!shown(150), "what is over stays over");
}

#[test]
fn notifications_are_kept_once_and_read_once() {
    let (_, memory) = memory();
    let (ann, at) = (register(&memory, "ann"), Time::from_secs);
    let new = |title: &str, name: Option<&str>| NewNotification {
        user: ann,
        kind: NotificationKind::PostLiked,
        title: title.into(),
        body: "b".into(),
        data: Value::empty(),
        client_id: name.and_then(ClientId::new),
    };
    let (first, fresh) = ready(memory.notify(new("t", Some("n")), at(1))).unwrap();
    assert!(fresh);
    assert_eq!(ready(memory.notify(new("t", Some("n")), at(2))), Ok((first.clone(), false)));
    assert_eq!(ready(memory.notify(new("u", Some("n")), at(2))), Err(Refusal::Reused { message: None }.into()));
    ready(memory.notify(new("u", None), at(3))).unwrap();
    ready(memory.notify(new("v", None), at(4))).unwrap();
    let read = ready(memory.read_notification(ann, first.id, at(5))).unwrap();
    assert_eq!(ready(memory.read_notification(ann, first.id, at(6))).unwrap(), read);
    let titles = |is_read, before| {
        let page = NotificationPage { is_read, before, limit: 2 };
        let rows = ready(memory.notifications(ann, page)).unwrap();
        rows.iter().map(|row| row.title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(titles(None, None), ["v", "u"]);
    assert_eq!(titles(None, NotificationId::new(2)), ["t"]);
    assert_eq!((titles(Some(true), None), titles(Some(false), None)), (vec!["t".into()], vec!["v".into(), "u".into()]));
    assert_eq!(ready(memory.read_all_notifications(ann, at(7))), Ok(2));
    let unknown = ready(memory.read_notification(register(&memory, "bob"), first.id, at(8)));
    assert_eq!(unknown, Err(Refusal::UnknownNotification.into()));
}

#[test]
fn names_are_shown_as_they_are_now() {
    let (_, memory) = memory();
    let ann = register(&memory, "ann");
    let made = ready(memory.execute(order(
        ann,
        1,
        Command::CreateGroup { title: "g".into(), members: vec![], client_id: None },
    )));
    let room = made.unwrap().event().unwrap().room;
    ready(memory.execute(order(ann, 2, Command::Send { room, draft: Draft::text("hi"), client_id: None }))).unwrap();
    let visitor = Visitor {
        issuer: String::new(),
        subject: Subject::Number(ann),
        name: Some("Anna".into()),
        username: None,
        avatar: None,
    };
    ready(memory.admit(visitor)).unwrap();
    ready(memory.seen(vec![(ann, Time::from_secs(9)), (ann, Time::from_secs(8))])).unwrap();
    let chat = ready(memory.chat(ann, room)).unwrap();
    assert_eq!(chat.members[0].last_seen, Some(Time::from_secs(9)));
    assert_eq!(chat.last_message.unwrap().message.sender.name, "Anna");
}
