use chat_domain::MessageId;

use super::*;

#[test]
fn of_several_messages_the_newest_stands_for_all() {
    let mut mail = mail(&[waiting(1, 1, 1), waiting(1, 1, 2), waiting(1, 2, 3)]);
    assert_eq!(mail.count(), 2);
    assert_eq!(mail.candidates(AT, 10), [(Uuid(1), person(1))]);
    let told = mail.begin(Uuid(1)).expect("the older one");
    assert_eq!((told.room, told.message), (room(1), message(2)));
    assert_eq!((mail.begin(Uuid(1)), mail.candidates(AT, 10)), (None, vec![]), "one after the other");
    mail.take_in(9, vec![waiting(1, 1, 4)]);
    settle(&mut mail, told, End::Settled("201".into()), AT);
    assert_eq!(mail.count(), 2, "a newer one came meanwhile");
    for _ in 0..2 {
        let told = mail.begin(Uuid(1)).expect("something");
        settle(&mut mail, told, End::Settled("201".into()), AT);
    }
    assert_eq!((mail.count(), mail.candidates(AT, 10)), (0, vec![]));
}

#[test]
fn what_fails_is_tried_again_within_five_seconds_then_later_and_later_for_a_day() {
    let mut mail = mail(&[waiting(1, 1, 1), waiting(2, 1, 1)]);
    let (settings, mut now, mut pauses) = (PushSettings::default(), AT, Vec::new());
    while mail.candidates(now, 10).contains(&(Uuid(1), person(1))) {
        let told = mail.begin(Uuid(1)).expect("something");
        mail.settle(told, End::Again("500".into(), None), now, &settings, 99);
        assert!(mail.is_failing(Uuid(1)) && !mail.is_failing(Uuid(2)));
        assert_eq!(mail.candidates(now, 10), [(Uuid(2), person(2))], "the others go on");
        let due = mail.failing[&Uuid(1)].due;
        pauses.push(due.since(now));
        now = due;
        mail.forget_old(now, &settings);
    }
    assert!(pauses.is_sorted() && pauses[0] <= Duration::from_secs(5), "{pauses:?}");
    assert!(pauses.last() >= Some(&Duration::from_secs(3_600)) && now.since(AT) >= settings.keep, "{pauses:?}");
    assert_eq!(mail.count(), 0);
}

#[test]
fn who_says_when_is_not_asked_before_that_whatever_else_there_is() {
    let mut mail = mail(&[waiting(1, 1, 1)]);
    let (hour, told) = (Duration::from_secs(3_600), mail.begin(Uuid(1)).expect("something"));
    settle(&mut mail, told, End::Again("429".into(), Some(hour)), AT);
    // Everything that waited is read meanwhile, and something else comes.
    mail.take_in(9, vec![waiting(1, 2, 5)]);
    let just_before = AT.after(hour - Duration::from_secs(1));
    assert_eq!(mail.candidates(just_before, 10), []);
    assert_eq!(mail.candidates(AT.after(hour), 10), [(Uuid(1), person(1))]);
    // Another node goes on where this one ended.
    let tried = mail.notes().expect("notes").tried;
    let mut next = Mail::new(Pushes { fed: 9, waiting: vec![waiting(1, 2, 5)], tried });
    assert_eq!((next.candidates(just_before, 10), next.notes()), (vec![], None));
}

#[test]
fn what_changed_is_noted_once_and_again_where_that_failed() {
    let mut mail = mail(&[waiting(1, 1, 1), waiting(2, 1, 1), waiting(3, 1, 1)]);
    let told: Vec<_> = (1..=3).map(|n| mail.begin(Uuid(n)).expect("something")).collect();
    settle(&mut mail, told[0], End::Nothing, AT);
    settle(&mut mail, told[1], End::Gone, AT);
    settle(&mut mail, told[2], End::Unread, AT);
    let notes = mail.notes().expect("notes");
    assert_eq!((notes.fed, &notes.ended[..], notes.tried.len()), (1, &[Uuid(2)][..], 0));
    let left: Vec<_> = notes.waiting.iter().map(|(key, waiting)| (key.0, waiting.is_some())).collect();
    assert_eq!(left, [(Uuid(1), false), (Uuid(2), false), (Uuid(3), true)]);
    assert_eq!(mail.notes(), None);
    mail.not_noted(notes.clone());
    assert_eq!(mail.notes(), Some(notes));
}

#[test]
fn no_more_waits_than_there_is_room_for() {
    let many = |from: i64| (from..from + 1_000).map(|n| waiting(n as u128, 1, n));
    let mut mail = Mail::default();
    for from in 0..60 {
        mail.take_in(from as u64, many(from * 1_000).collect());
        assert!(mail.count() <= MOST);
    }
    assert!(mail.begin(Uuid(59_999)).is_some(), "the newest is kept");
    assert!(mail.begin(Uuid(0)).is_none());
}

#[test]
fn all_have_their_turn() {
    let mut mail = mail(&(1..=5).map(|n| waiting(n, 1, 1)).collect::<Vec<_>>());
    let mut seen: Vec<_> = (0..3).flat_map(|_| mail.candidates(AT, 2)).map(|(device, _)| device).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

fn mail(waiting: &[Waiting]) -> Mail {
    let mut mail = Mail::default();
    mail.take_in(1, waiting.to_vec());
    mail
}

fn settle(mail: &mut Mail, told: Waiting, end: End, now: Time) {
    mail.settle(told, end, now, &PushSettings::default(), 0);
}

fn waiting(device: u128, in_room: i64, upto: i64) -> Waiting {
    let since = AT.after(Duration::from_micros(upto as u64));
    let person = person(device as i64);
    Waiting { device: Uuid(device), person, room: room(in_room), message: message(upto), since }
}

fn person(n: i64) -> UserId {
    UserId::new(n.max(1)).expect("an id")
}

fn room(n: i64) -> RoomId {
    RoomId::new(n).expect("an id")
}

fn message(n: i64) -> MessageId {
    MessageId::new(n.max(1)).expect("an id")
}

const AT: Time = Time(1_000_000_000_000);
