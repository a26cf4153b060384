//! Roulette: whatever people do, nobody is in two pairs or paired with themselves, and no two people wait who could be
//! paired.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use chat_domain::*;
use common::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Move {
    Search,
    Stop,
    Leave,
    /// Leaves the chat and searches.
    Next,
    /// Has a connection from now on, or none.
    Socket(bool),
    /// The server starts again, and only the rows are left.
    Restart,
}

fn moves() -> impl Strategy<Value = Vec<(u8, u8, Move)>> {
    let one = prop_oneof![
        5 => Just(Move::Search),
        1 => Just(Move::Stop),
        2 => Just(Move::Leave),
        2 => Just(Move::Next),
        2 => any::<bool>().prop_map(Move::Socket),
        1 => Just(Move::Restart),
    ];
    proptest::collection::vec((1..=PEOPLE, 0u8..6, one), 1..60)
}

/// Who waits and who talks, according to the rows.
fn rows(chat: &Chat) -> BTreeMap<UserId, LobbyRow> {
    let row = |who| match chat.answer(&Need::Lobby(who)) {
        Fact::Lobby(_, Some(place)) => Some((who, place.row)),
        _ => None,
    };
    (1..=PEOPLE).map(user).filter_map(row).collect()
}

/// The open roulette chats according to their rooms, with their people.
fn open_rooms(world: &World) -> Vec<(RoomId, Vec<UserId>)> {
    let open = |&room: &RoomId| match world.chat.answer(&Need::Room(room)) {
        Fact::Room(_, Some(row)) if row.kind == RoomKind::Roulette && !row.closed => {
            let inside = |who: &UserId| world.chat.head(*who, room).is_ok();
            Some((room, (1..=PEOPLE).map(user).filter(inside).collect()))
        }
        _ => None,
    };
    world.rooms.iter().filter_map(open).collect()
}

fn give(world: &mut World, actor: UserId, command: Command) -> Result<Outcome, Refusal> {
    let ids = Ids { room: room(world.next), message: message(world.next) };
    world.next += 1;
    let stamp = Stamp { actor, at: Time::from_secs(world.now), ids };
    let mut part = world.chat.restrict(&command.needs(actor));
    let decided = part.execute(stamp, command.clone());
    let result = world.execute(stamp, command);
    assert_eq!(decided, result);
    assert_eq!(part.take_written(), world.chat.take_written());
    result
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn everybody_has_one_stranger_at_most(story in moves()) {
        let mut world = World::new(tight());
        let mut sockets = [true; PEOPLE as usize + 1];
        for (who, seconds, what) in story {
            world.now += i64::from(seconds);
            // As the server does: leases of users with a connection are renewed, users without one are taken out once
            // their lease has ended.
            let alive: Vec<_> = (1..=PEOPLE).filter(|&who| sockets[usize::from(who)]).map(user).collect();
            let now = Time::from_secs(world.now);
            for gone in world.chat.expired_leases(now) {
                let socket = alive.contains(&gone);
                if !socket || world.chat.searching(gone) {
                    give(&mut world, gone, Command::StopSearch).unwrap();
                }
                if !socket {
                    give(&mut world, gone, Command::LeaveRoulette).unwrap();
                }
            }
            world.chat.renew_leases(alive, now);
            world.chat.take_written();
            let actor = user(who);
            match what {
                Move::Search => drop(give(&mut world, actor, Command::Search)),
                Move::Stop => drop(give(&mut world, actor, Command::StopSearch)),
                Move::Leave => drop(give(&mut world, actor, Command::LeaveRoulette)),
                Move::Next => {
                    give(&mut world, actor, Command::LeaveRoulette).unwrap();
                    give(&mut world, actor, Command::Search).unwrap();
                }
                Move::Socket(open) => sockets[usize::from(who)] = open,
                Move::Restart => {}
            }
            let rows = rows(&world.chat);
            let rooms = open_rooms(&world);
            for (room, people) in &rooms {
                prop_assert_eq!(people.len(), 2, "a pair is two: {:?}", rooms);
                for (one, other) in [(people[0], people[1]), (people[1], people[0])] {
                    prop_assert_eq!((rows[&one].room, rows[&one].partner), (Some(*room), Some(other)));
                    prop_assert_eq!(rows[&one].waiting, None);
                    prop_assert_eq!(world.chat.roulette(one).map(|found| found.partner.id()), Some(other));
                }
            }
            let talking = rows.values().filter(|row| row.room.is_some()).count();
            prop_assert_eq!(talking, rooms.len() * 2, "every row has its room: {:?} {:?}", rows, rooms);
            let good = |row: &&LobbyRow| row.waiting.is_some() && row.lease >= now;
            prop_assert!(rows.values().filter(good).count() < 2, "two wait: {:?}", rows);
        }
    }
}

fn five() -> World {
    World::new(Limits::default())
}

fn partner(result: Result<Outcome, Refusal>) -> Option<UserId> {
    let event = result.unwrap().event().cloned()?;
    let Change::Created { people, .. } = &event.change else { panic!("{event:?}") };
    Some(people[1].id())
}

#[test]
fn the_last_partner_comes_only_when_nobody_else_waits() {
    let mut world = five();
    assert_eq!(partner(give(&mut world, user(1), Command::Search)), None);
    assert_eq!(partner(give(&mut world, user(2), Command::Search)), Some(user(1)));
    give(&mut world, user(1), Command::LeaveRoulette).unwrap();
    // With nobody else waiting, the two are paired again.
    assert_eq!(partner(give(&mut world, user(1), Command::Search)), None);
    assert_eq!(partner(give(&mut world, user(2), Command::Search)), Some(user(1)));
    give(&mut world, user(2), Command::LeaveRoulette).unwrap();
    // The first has waited longer, but the second's last partner was the first.
    let (one, three) = (LobbyRow { waiting: Some(Time::from_secs(1)), ..row(&world, 1) }, LobbyRow::idle(user(3)));
    let three = LobbyRow { waiting: Some(Time::from_secs(2)), lease: Time::from_secs(9_000), ..three };
    let mut part = Chat::partial(Limits::default());
    (1..=3).for_each(|number| part.learn(known(number)));
    part.learn(Fact::Waiting(vec![(one, person(1)), (three, person(3))]));
    part.learn(Fact::Apart(user(2), Vec::new()));
    part.learn(Fact::Lobby(user(2), Some(InLobby { row: row(&world, 2), open: None })));
    let stamp =
        Stamp { actor: user(2), at: Time::from_secs(world.now), ids: Ids { room: room(99), message: message(1) } };
    assert_eq!(partner(part.execute(stamp, Command::Search)), Some(user(3)));
}

fn row(world: &World, who: u8) -> LobbyRow {
    rows(&world.chat)[&user(who)]
}

#[test]
fn a_ghost_is_given_to_nobody_and_searches_again_to_come_back() {
    let mut world = five();
    give(&mut world, user(1), Command::Search).unwrap();
    world.now += 16;
    world.chat.renew_leases([user(1)], Time::from_secs(world.now));
    assert_eq!(world.chat.expired_leases(Time::from_secs(world.now)), [user(1)]);
    assert_eq!(partner(give(&mut world, user(2), Command::Search)), None);
    assert_eq!(partner(give(&mut world, user(1), Command::Search)), Some(user(2)));
}

#[test]
fn searching_from_inside_is_refused_and_searching_twice_keeps_the_place() {
    let mut world = five();
    give(&mut world, user(1), Command::Search).unwrap();
    let since = row(&world, 1).waiting;
    world.now += 3;
    assert_eq!(give(&mut world, user(1), Command::Search), Ok(Outcome::Quiet));
    assert_eq!(row(&world, 1).waiting, since);
    assert_eq!(row(&world, 1).lease, Time::from_secs(world.now).after(Duration::from_secs(15)));
    give(&mut world, user(2), Command::Search).unwrap();
    for who in [1, 2] {
        assert_eq!(give(&mut world, user(who), Command::Search), Err(Refusal::InRoulette));
        assert_eq!(give(&mut world, user(who), Command::StopSearch), Ok(Outcome::Quiet));
    }
}

#[test]
fn a_chat_that_was_left_takes_nothing_more_and_stays_readable() {
    let mut world = five();
    give(&mut world, user(1), Command::Search).unwrap();
    give(&mut world, user(2), Command::Search).unwrap();
    let at = world.rooms[0];
    let send = Command::Send { room: at, draft: Draft::text("hi"), client_id: None };
    give(&mut world, user(2), send.clone()).unwrap();
    let left = give(&mut world, user(1), Command::LeaveRoulette).unwrap();
    assert!(matches!(left, Outcome::Happened(event) if event.change == Change::Closed));
    assert_eq!(give(&mut world, user(2), Command::LeaveRoulette), Ok(Outcome::Quiet));
    let id = world.messages[0].1;
    for command in [
        send,
        Command::Edit { room: at, message: id, content: "ho".into() },
        Command::Like { room: at, message: id },
        Command::Unlike { room: at, message: id },
    ] {
        assert_eq!(give(&mut world, user(2), command), Err(Refusal::Closed));
    }
    assert_eq!(world.chat.history(user(1), at, view::Page::Newest, 9).unwrap().messages.len(), 1);
    assert!(matches!(give(&mut world, user(1), Command::Read { room: at, upto: None }), Ok(Outcome::Happened(_))));
    assert!(matches!(give(&mut world, user(2), Command::Delete { room: at, message: id }), Ok(Outcome::Happened(_))));
}

/// Found by comparing with the naive rules: every other command asked whether the actor exists.
#[test]
fn nobody_has_no_place_in_the_lobby() {
    let mut world = five();
    for command in [Command::Search, Command::StopSearch, Command::LeaveRoulette] {
        assert_eq!(give(&mut world, user(PEOPLE + 1), command), Err(Refusal::UnknownUser));
    }
}
