//! Presence, typing and buckets under random signs, with a clock that is right or wrong.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use chat_domain::typing::{TYPING_ENDS, TYPING_REPEATS};
use chat_domain::*;
use common::{config, room, user};
use proptest::prelude::*;

const GRACE: Duration = Duration::from_secs(5);

fn typing_sign() -> impl Strategy<Value = TypingSign> {
    let (who, at) = (|| (1u8..4).prop_map(user), || (1i64..3).prop_map(room));
    prop_oneof![
        5 => (who(), at()).prop_map(|(user, room)| TypingSign::Types { room, user }),
        2 => (who(), at()).prop_map(|(user, room)| TypingSign::Stops { room, user }),
        1 => who().prop_map(|user| TypingSign::Leaves { user }),
        2 => Just(TypingSign::Tick),
    ]
}

fn presence_sign() -> impl Strategy<Value = PresenceSign> {
    let who = || (1u8..4).prop_map(user);
    let socket = || (1u64..3, 1u64..4).prop_map(|(node, number)| Socket { node, number });
    let mood = proptest::sample::select(vec![Mood::Online, Mood::Away, Mood::Busy, Mood::Offline]);
    prop_oneof![
        4 => (who(), socket()).prop_map(|(user, socket)| PresenceSign::Opened { user, socket }),
        3 => (who(), socket(), mood).prop_map(|(user, socket, mood)| PresenceSign::Says { user, socket, mood }),
        4 => (who(), socket()).prop_map(|(user, socket)| PresenceSign::Closed { user, socket }),
        1 => (1u64..3).prop_map(|node| PresenceSign::NodeLost { node }),
        2 => Just(PresenceSign::Tick),
    ]
}

/// A user's sockets in the order in which they were opened, and when the last one was closed.
#[derive(Default)]
struct Sockets {
    open: Vec<(Socket, Mood)>,
    left: Option<Time>,
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn typing_ends_in_time_and_is_told_in_turn(story in proptest::collection::vec((typing_sign(), 0i64..2_500), 1..80)) {
        let (mut typing, mut now) = (Typing::default(), Time::from_secs(1_000));
        let mut last_sign = BTreeMap::<(UserId, RoomId), Time>::new();
        let mut told = BTreeMap::<(UserId, RoomId), Time>::new();
        for (sign, millis) in story {
            now = now.after(Duration::from_millis(millis as u64));
            if let TypingSign::Types { room, user } = sign {
                last_sign.insert((user, room), now);
            }
            for Typed { room, user, typing } in typing.handle(now, sign) {
                let before = told.remove(&(user, room));
                if typing {
                    prop_assert!(before.is_none_or(|before| now.since(before) >= TYPING_REPEATS));
                    told.insert((user, room), now);
                } else {
                    prop_assert!(before.is_some(), "an end without a beginning");
                }
            }
            for (user, room) in told.keys() {
                prop_assert!(typing.is_typing(*room, *user));
                prop_assert!(now.since(last_sign[&(*user, *room)]) < TYPING_ENDS, "too long");
            }
            let ends = told.keys().map(|key| last_sign[key].after(TYPING_ENDS)).min();
            prop_assert_eq!(typing.deadline(), ends);
        }
    }

    #[test]
    fn presence_is_a_count_and_is_told_once(story in proptest::collection::vec((presence_sign(), 0i64..4), 1..80)) {
        let (mut presence, mut now) = (Presence::new(GRACE), Time::from_secs(1_000));
        let mut naive = BTreeMap::<UserId, Sockets>::new();
        let mut shown = BTreeMap::<UserId, Mood>::new();
        for (sign, seconds) in story {
            now = now.after(Duration::from_secs(seconds as u64));
            naive.values_mut().for_each(|one| one.left = one.left.filter(|left| left.after(GRACE) > now));
            naive.retain(|_, one| one.left.is_some() || !one.open.is_empty());
            match sign {
                PresenceSign::Opened { user, socket } => {
                    let one = naive.entry(user).or_default();
                    one.left = None;
                    if one.open.iter().all(|(open, _)| *open != socket) {
                        one.open.push((socket, Mood::Online));
                    }
                }
                PresenceSign::Says { user, socket, mood } => {
                    let open = naive.get_mut(&user).into_iter().flat_map(|one| &mut one.open);
                    open.filter(|(open, _)| *open == socket).for_each(|(_, said)| *said = mood);
                }
                PresenceSign::Closed { user, socket } => {
                    naive.get_mut(&user).into_iter().for_each(|one| close(one, now, |open| open == socket));
                }
                PresenceSign::NodeLost { node } => {
                    naive.values_mut().for_each(|one| close(one, now, |open| open.node == node));
                }
                PresenceSign::Tick => {}
            }
            for Shift { user, from, to, .. } in presence.handle(now, sign) {
                prop_assert_eq!(from, shown.insert(user, to).unwrap_or(Mood::Offline));
                prop_assert_ne!(from, to, "nothing new");
            }
            for who in (1..4).map(user) {
                let sockets = naive.get(&who);
                prop_assert_eq!(presence.connections(who), sockets.map_or(0, |one| one.open.len()));
                let told = shown.get(&who).copied().unwrap_or(Mood::Offline);
                prop_assert_eq!(presence.mood(who), told);
                match sockets {
                    None => prop_assert_eq!(told, Mood::Offline),
                    // Within the grace, the user looks as before.
                    Some(one) => if let Some((_, mood)) = one.open.last() { prop_assert_eq!(told, *mood) },
                }
            }
            let deadline = naive.values().filter_map(|one| one.left).min().map(|left| left.after(GRACE));
            prop_assert_eq!(presence.deadline(), deadline);
        }
    }

    #[test]
    fn no_window_lets_more_through_than_burst_and_rate(
        gaps in proptest::collection::vec(0i64..200, 1..200),
        per_second in 1u32..30,
        burst in 1u32..40,
    ) {
        let (mut bucket, rate, mut now) = (Bucket::default(), Rate { per_second, burst }, Time::from_secs(1_000));
        let mut passed: Vec<Time> = Vec::new();
        for millis in gaps {
            now = now.after(Duration::from_millis(millis as u64));
            match bucket.take(rate, now) {
                Ok(()) => passed.push(now),
                Err(wait) => {
                    let mut later = bucket;
                    prop_assert!(!wait.is_zero());
                    prop_assert!(later.take(rate, now.after(wait)).is_ok(), "it says when");
                }
            }
        }
        for (at, start) in passed.iter().enumerate() {
            for (count, end) in passed[at..].iter().enumerate() {
                let most = f64::from(burst) + end.since(*start).as_secs_f64() * f64::from(per_second) * 1.001 + 1.0;
                prop_assert!((count + 1) as f64 <= most);
            }
        }
    }

    #[test]
    fn a_wandering_clock_stops_no_machine(
        signs in proptest::collection::vec((typing_sign(), presence_sign(), any::<i64>()), 1..40),
    ) {
        let (mut typing, mut presence, mut bucket) = (Typing::default(), Presence::new(GRACE), Bucket::default());
        for (types, opens, at) in signs {
            typing.handle(Time(at), types);
            presence.handle(Time(at), opens);
            let _ = bucket.take(Rate { per_second: 20, burst: 60 }, Time(at));
            let _ = (typing.deadline(), presence.deadline());
        }
    }
}

fn close(one: &mut Sockets, now: Time, gone: impl Fn(Socket) -> bool) {
    let before = one.open.len();
    one.open.retain(|(open, _)| !gone(*open));
    if one.open.is_empty() && before > 0 {
        one.left = Some(now);
    }
}
