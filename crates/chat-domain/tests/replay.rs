//! What a reader missed, applied to what they had, gives what there is now.

mod common;
#[path = "common/screen.rs"]
mod screen;

use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::*;
use common::*;
use proptest::prelude::*;
use screen::Screen;

/// Reads one round, page by page; other things happen between the pages.
fn round(world: &mut World, room: RoomId, since: Head, limit: usize, rest: &mut impl Iterator<Item = Step>) -> Round {
    let mut told = Vec::new();
    let (mut from, mut until) = (None, None);
    loop {
        let Some(reader) = reader(world, room) else { return Round::Nobody };
        let replay = Replay { since: Since::Head(since), from, until, limit };
        let Ok(Replayed::Changes { events, next, until: end }) = world.chat.replay(reader, room, replay) else {
            panic!("since {since:?} is no cursor of room {room}");
        };
        let durable = events.iter().filter(|event| event.change.is_durable()).count();
        assert!(durable <= limit && *until.get_or_insert(end) == end);
        told.extend(events);
        let Some(next) = next else { return Round::Told(told, end) };
        from = Some(next);
        if let Some(step) = rest.next() {
            let (stamp, command) = world.order(&step);
            let _ = world.execute(stamp, command);
        }
    }
}

/// Every event tells what is true now, and nothing twice.
fn told_once(events: &[std::sync::Arc<Event>]) -> Result<(), TestCaseError> {
    let mut told = std::collections::BTreeSet::new();
    for event in events {
        let (what, who) = match &event.change {
            Change::Sent { message, .. } | Change::Edited { message } => (("words", message.id), None),
            Change::Deleted { message, .. } => (("words", *message), None),
            Change::Liked { message, .. } | Change::Unliked { message, .. } => {
                (("❤️", *message), Some(event.actor.id()))
            }
            Change::Extra(Extra::Reacted { message, emoji, .. } | Extra::Unreacted { message, emoji, .. }) => {
                ((emoji.as_str(), *message), Some(event.actor.id()))
            }
            Change::Read(read) => (("read", read.upto), Some(event.actor.id())),
            _ => continue,
        };
        prop_assert!(told.insert((what, who)), "{:?} of {:?} is told twice in {:?}", what, who, events);
    }
    Ok(())
}

enum Round {
    Told(Vec<std::sync::Arc<Event>>, Head),
    Nobody,
}

fn reader(world: &World, room: RoomId) -> Option<UserId> {
    (1..=PEOPLE).map(user).find(|&who| world.chat.head(who, room).is_ok())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_was_missed_brings_a_screen_up_to_date(
        before in steps(50),
        missed in more(40),
        meanwhile in more(20),
        limit in 1usize..6,
    ) {
        let mut world = World::new(tight());
        run(&mut world, before);
        let rooms = world.rooms.clone();
        let rooms = rooms.into_iter().filter(|&room| reader(&world, room).is_some());
        let screens: Vec<_> = rooms.map(|room| (room, head(&world, room), Screen::load(&world.chat, room))).collect();
        run(&mut world, missed);
        let mut rest = meanwhile.into_iter();
        for (room, mut since, mut screen) in screens {
            // Each round tells what happened during the one before, until nothing is left.
            while let Round::Told(events, end) = round(&mut world, room, since, limit, &mut rest) {
                told_once(&events)?;
                let mut last = since;
                for event in &events {
                    prop_assert!(event.head.seq > last.seq || event.head.moves > last.moves, "{:?}", events);
                    prop_assert!(event.head.seq <= end.seq && event.head.moves <= end.moves);
                    last = event.head;
                    screen.hear(event);
                }
                since = end;
                if since == head(&world, room) {
                    prop_assert_eq!(&screen, &Screen::load(&world.chat, room));
                    break;
                }
            }
        }
    }

    #[test]
    fn a_cursor_from_the_middle_of_a_round_loses_nothing(story in steps(60), limit in 1usize..5, cut in 0usize..20) {
        let mut world = World::new(tight());
        run(&mut world, story);
        for room in world.rooms.clone() {
            if reader(&world, room).is_none() { continue }
            let (mut since, mut screen) = (Head::default(), Screen::default());
            let Round::Told(events, ..) = round(&mut world, room, since, limit, &mut std::iter::empty()) else { continue };
            for event in events.iter().take(cut) {
                screen.hear(event);
                since = event.head;
            }
            let Round::Told(events, ..) = round(&mut world, room, since, limit, &mut std::iter::empty()) else { continue };
            events.iter().for_each(|event| screen.hear(event));
            prop_assert_eq!(&screen, &Screen::load(&world.chat, room));
        }
    }

    #[test]
    fn messages_after_an_id_come_once_and_in_order(story in steps(60), after in 0i64..40, limit in 1usize..5) {
        let mut world = World::new(tight());
        run(&mut world, story);
        for room in world.rooms.clone() {
            let Some(reader) = reader(&world, room) else { continue };
            let (mut told, mut from, mut until) = (Vec::new(), None, None);
            loop {
                let replay = Replay { since: Since::Message(MessageId::new(after)), from, until, limit };
                let answer = world.chat.replay(reader, room, replay);
                let Ok(Replayed::Changes { events, next, until: end }) = answer else { panic!() };
                told.extend(events.iter().map(|event| match &event.change {
                    Change::Sent { message, .. } => message.id,
                    other => panic!("{other:?}"),
                }));
                until = Some(end);
                from = next;
                if next.is_none() { break }
            }
            let history = world.chat.history(reader, room, Page::After(MessageId::new(after)), 999).unwrap();
            let expected: Vec<_> = history.messages.iter().map(|shown| shown.message.id).collect();
            prop_assert_eq!(told, expected);
        }
    }

    #[test]
    fn pages_of_history_join_without_a_seam(story in steps(70), limit in 1usize..5) {
        let mut world = World::new(tight());
        run(&mut world, story);
        for room in world.rooms.clone() {
            let Some(reader) = reader(&world, room) else { continue };
            let all = world.chat.history(reader, room, Page::Newest, 999).unwrap();
            prop_assert!(!all.more_before && !all.more_after);
            let ids: Vec<_> = all.messages.iter().map(|shown| shown.message.id).collect();
            let (mut back, mut page) = (Vec::new(), Page::Newest);
            loop {
                let part = world.chat.history(reader, room, page, limit).unwrap();
                prop_assert_eq!(part.more_after, !back.is_empty());
                back.splice(0..0, part.messages.iter().map(|shown| shown.message.id));
                if !part.more_before { break }
                page = Page::Before(back[0]);
            }
            prop_assert_eq!(&back, &ids);
            let (mut forth, mut page) = (Vec::new(), Page::After(None));
            loop {
                let part = world.chat.history(reader, room, page, limit).unwrap();
                forth.extend(part.messages.iter().map(|shown| shown.message.id));
                if !part.more_after { break }
                page = Page::After(forth.last().copied());
            }
            prop_assert_eq!(forth, ids);
        }
    }
}

fn run(world: &mut World, story: Vec<Step>) {
    for step in story {
        let (stamp, command) = world.order(&step);
        let _ = world.execute(stamp, command);
    }
}

fn head(world: &World, room: RoomId) -> Head {
    world.chat.heads([room])[0].1
}

#[test]
fn a_cursor_beyond_the_head_is_answered_by_where_the_room_stands() {
    let mut world = World::new(tight());
    let made = Action::CreateGroup { title: 3, members: vec![2], name: None };
    run(&mut world, vec![Step { actor: 1, delta: 0, action: made }]);
    let room = world.rooms[0];
    for since in [Head { seq: 2, moves: 0 }, Head { seq: 1, moves: 1 }, Head { seq: u64::MAX, moves: u64::MAX }] {
        let replay = Replay { since: Since::Head(since), from: None, until: None, limit: 10 };
        let pruned = Replayed::Pruned { head: Head { seq: 1, moves: 0 } };
        assert_eq!(world.chat.replay(user(1), room, replay), Ok(pruned));
    }
}
