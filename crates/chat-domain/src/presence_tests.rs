use super::*;
use alloc::vec;

const GRACE: Duration = Duration::from_secs(5);

fn user(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

fn at(seconds: i64) -> Time {
    Time::from_secs(1_000 + seconds)
}

fn socket(node: u64, number: u64) -> Socket {
    Socket { node, number }
}

fn open(number: u64) -> PresenceSign {
    PresenceSign::Opened { user: user(1), socket: socket(1, number) }
}

fn close(number: u64) -> PresenceSign {
    PresenceSign::Closed { user: user(1), socket: socket(1, number) }
}

fn say(number: u64, mood: Mood) -> PresenceSign {
    PresenceSign::Says { user: user(1), socket: socket(1, number), mood }
}

fn shift(from: Mood, to: Mood, seconds: i64) -> Vec<Shift> {
    vec![Shift { user: user(1), from, to, at: at(seconds) }]
}

#[test]
fn the_first_connection_and_the_grace_after_the_last_are_told_once() {
    let mut presence = Presence::new(GRACE);
    assert_eq!(presence.handle(at(0), open(1)), shift(Mood::Offline, Mood::Online, 0));
    assert_eq!(presence.handle(at(1), open(2)), vec![]);
    assert_eq!(presence.handle(at(2), close(1)), vec![]);
    assert_eq!(presence.handle(at(3), close(2)), vec![]);
    assert_eq!((presence.deadline(), presence.mood(user(1))), (Some(at(8)), Mood::Online));
    assert_eq!(presence.handle(at(7), PresenceSign::Tick), vec![]);
    assert_eq!(presence.handle(at(8), PresenceSign::Tick), shift(Mood::Online, Mood::Offline, 3));
    assert_eq!((presence.deadline(), presence.mood(user(1))), (None, Mood::Offline));
}

#[test]
fn a_reload_within_the_grace_is_told_to_nobody() {
    let mut presence = Presence::new(GRACE);
    presence.handle(at(0), open(1));
    presence.handle(at(1), close(1));
    assert_eq!(presence.handle(at(5), open(2)), vec![]);
    assert_eq!(presence.deadline(), None);
    assert_eq!(presence.handle(at(60), PresenceSign::Tick), vec![]);
}

#[test]
fn closing_the_same_connection_twice_counts_once() {
    let mut presence = Presence::new(GRACE);
    presence.handle(at(0), open(1));
    presence.handle(at(0), open(1));
    presence.handle(at(0), open(2));
    presence.handle(at(1), close(1));
    presence.handle(at(1), close(1));
    assert_eq!((presence.connections(user(1)), presence.deadline()), (1, None));
    presence.handle(at(2), close(2));
    presence.handle(at(4), close(2));
    assert_eq!(presence.deadline(), Some(at(7)));
}

#[test]
fn the_newest_connection_decides_how_one_looks() {
    let mut presence = Presence::new(GRACE);
    presence.handle(at(0), open(1));
    assert_eq!(presence.handle(at(1), say(1, Mood::Busy)), shift(Mood::Online, Mood::Busy, 1));
    assert_eq!(presence.handle(at(1), say(1, Mood::Busy)), vec![]);
    assert_eq!(presence.handle(at(2), open(2)), shift(Mood::Busy, Mood::Online, 2));
    assert_eq!(presence.handle(at(3), say(1, Mood::Away)), vec![]);
    assert_eq!(presence.handle(at(4), say(2, Mood::Offline)), shift(Mood::Online, Mood::Offline, 4));
    assert_eq!(presence.handle(at(5), close(2)), shift(Mood::Offline, Mood::Away, 5));
    assert_eq!(presence.handle(at(6), say(9, Mood::Busy)), vec![]);
}

#[test]
fn who_is_hidden_goes_in_silence() {
    let mut presence = Presence::new(GRACE);
    presence.handle(at(0), open(1));
    presence.handle(at(1), say(1, Mood::Offline));
    presence.handle(at(2), close(1));
    assert_eq!(presence.handle(at(9), PresenceSign::Tick), vec![]);
    assert_eq!((presence.mood(user(1)), presence.deadline()), (Mood::Offline, None));
}

#[test]
fn a_lost_node_takes_its_connections_along() {
    let mut presence = Presence::new(GRACE);
    presence.handle(at(0), open(1));
    for number in 1..4 {
        presence.handle(at(0), PresenceSign::Opened { user: user(number), socket: socket(2, 0) });
    }
    assert_eq!(presence.handle(at(1), PresenceSign::NodeLost { node: 2 }), vec![]);
    let gone: Vec<_> = presence.handle(at(6), PresenceSign::Tick).into_iter().map(|shift| shift.user).collect();
    assert_eq!(gone, [user(2), user(3)]);
    assert_eq!(presence.mood(user(1)), Mood::Online);
}

#[test]
fn a_clock_set_back_keeps_nobody_online_for_ever() {
    let mut presence = Presence::new(GRACE);
    presence.handle(at(7_200), open(1));
    presence.handle(at(7_200), close(1));
    assert_eq!(presence.handle(at(0), PresenceSign::Tick), shift(Mood::Online, Mood::Offline, 0));
}
