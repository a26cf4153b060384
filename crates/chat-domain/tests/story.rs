//! Random stories, compared with the naive rules and with the invariants of a chat.

mod common;
#[path = "common/naive/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod naive;

use chat_domain::view::{Page, Since};
use chat_domain::*;
use common::*;
use naive::{Naive, Said};
use proptest::prelude::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn everything_is_as_the_naive_recomputation_says(story in steps(80)) {
        let (mut world, mut naive) = (World::new(tight()), Naive::default());
        for step in &story {
            let (stamp, command) = world.order(step);
            let expected = naive.execute(stamp, &command, &tight());
            let decided = world.execute(stamp, command.clone());
            prop_assert_eq!(&said(&decided), &expected, "{:?} {:?}", stamp, command);
            let touched = command.room().and_then(|room| naive.rooms.get_key_value(&room));
            touched.map_or(Ok(()), |(&id, place)| same_room(&world.chat, id, place))?;
        }
        for (&id, place) in &naive.rooms {
            same_room(&world.chat, id, place)?;
        }
    }

    #[test]
    fn numbers_have_no_holes_and_positions_only_grow(story in steps(80)) {
        let mut world = World::new(tight());
        let mut heads = std::collections::BTreeMap::<RoomId, (Head, Option<MessageId>, Time)>::new();
        for step in &story {
            let (stamp, command) = world.order(step);
            let before = positions(&world);
            let decided = world.execute(stamp, command);
            for event in decided.iter().flat_map(Outcome::happened) {
                let (head, newest, last_at) = heads.entry(event.room).or_default();
                if event.change.is_durable() {
                    prop_assert_eq!(event.head, Head { seq: head.seq + 1, ..*head });
                    prop_assert!(event.at >= *last_at);
                    // A change of which nobody is told does not move the room's `last_at`.
                    *last_at = if event.change.is_told() { event.at } else { *last_at };
                } else {
                    prop_assert_eq!(event.head, Head { moves: head.moves + 1, ..*head });
                }
                if let Change::Sent { message, .. } = &event.change {
                    prop_assert!(Some(message.id) > *newest);
                    prop_assert_eq!((message.seq, message.room), (event.head.seq, event.room));
                    *newest = Some(message.id);
                }
                *head = event.head;
            }
            for (then, now) in before.iter().zip(positions(&world)) {
                prop_assert!(now.0 >= then.0 && now.1 >= then.1, "{:?} {:?}", then, now);
            }
        }
    }

    #[test]
    fn a_name_makes_one_message_however_often_it_comes(story in steps(50), again in 1usize..4) {
        let (mut once, mut often) = (World::new(tight()), World::new(tight()));
        for step in &story {
            let (stamp, command) = once.order(step);
            once.execute(stamp, command.clone()).ok();
            let _ = often.order(step);
            let first = often.execute(stamp, command.clone());
            let Command::Send { client_id: Some(_), .. } = command else { continue };
            for _ in 0..again {
                // At the same moment: at a later one, a mute may have ended.
                let repeat = Stamp { at: stamp.at, ..often.order(step).0 };
                often.now -= i64::from(step.delta);
                once.next += 1;
                match (&first, often.execute(repeat, command.clone())) {
                    (Ok(first), Ok(Outcome::Already(second))) => {
                        prop_assert_eq!(sent(first.event().unwrap()), sent(&second));
                    }
                    (Err(first), Err(second)) => prop_assert_eq!(first, &second),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
        for &room in &once.rooms {
            prop_assert_eq!(once.chat.answer(&Need::Room(room)), often.chat.answer(&Need::Room(room)));
        }
    }

    #[test]
    fn who_is_not_a_member_sees_nothing(story in steps(50)) {
        let mut world = World::new(tight());
        for step in &story {
            let (stamp, command) = world.order(step);
            let _ = world.execute(stamp, command);
        }
        for (&room, who) in world.rooms.iter().flat_map(|room| (1..=PEOPLE).map(move |who| (room, user(who)))) {
            let Fact::Member(.., member) = world.chat.answer(&Need::Member(room, who)) else { unreachable!() };
            let Fact::Room(.., row) = world.chat.answer(&Need::Room(room)) else { unreachable!() };
            let ended = row.is_some_and(|row| row.closed && row.kind == RoomKind::Group);
            let inside = member.is_some_and(|member| member.active) && !ended;
            let refused = (!inside).then_some(Refusal::NotMember);
            prop_assert_eq!(world.chat.history(who, room, Page::Newest, 5).err(), refused.clone());
            prop_assert_eq!(world.chat.chat(who, room).err(), refused.clone());
            prop_assert_eq!(world.chat.members(who, room, None, 5).err(), refused.clone());
            prop_assert_eq!(world.chat.head(who, room).err(), refused.clone());
            let replay = view::Replay { since: Since::Message(None), from: None, until: None, limit: 5 };
            prop_assert_eq!(world.chat.replay(who, room, replay).err(), refused);
            prop_assert_eq!(world.chat.summaries([(who, room)]).len(), usize::from(inside));
            prop_assert_eq!(world.chat.memberships(who).iter().any(|one| one.room == room), inside);
        }
    }

    #[test]
    fn a_copy_that_applies_the_events_is_the_same_chat(story in steps(60)) {
        let limits = Limits { quiet_room: u32::MAX, ..tight() };
        let (mut world, mut copy) = (World::new(limits), Chat::new(limits));
        for step in &story {
            let (stamp, command) = world.order(step);
            let decided = world.execute(stamp, command);
            for event in decided.iter().flat_map(Outcome::happened) {
                prop_assert!(copy.apply(event));
                prop_assert!(!copy.apply(event), "twice");
            }
        }
        for &room in &world.rooms {
            prop_assert_eq!(world.chat.answer(&Need::Room(room)), copy.answer(&Need::Room(room)));
            for who in (1..=PEOPLE).map(user) {
                let need = Need::Member(room, who);
                prop_assert_eq!(world.chat.answer(&need), copy.answer(&need));
                prop_assert_eq!(world.chat.history(who, room, Page::Newest, 99), copy.history(who, room, Page::Newest, 99));
            }
        }
    }
}

fn said(decided: &Result<Outcome, Refusal>) -> Said {
    match decided {
        Ok(Outcome::Happened(_) | Outcome::Both(..)) => Said::Happened,
        Ok(Outcome::Already(_)) => Said::Already,
        Ok(Outcome::Quiet) => Said::Quiet,
        Err(refusal) => Said::Refused(refusal.clone()),
    }
}

fn sent(event: &Event) -> (MessageId, Time) {
    let Change::Sent { message, .. } = &event.change else { panic!("{event:?}") };
    (message.id, message.created_at)
}

fn positions(world: &World) -> Vec<(Option<MessageId>, Option<MessageId>)> {
    let places = world.rooms.iter().flat_map(|&room| (1..=PEOPLE).map(move |who| (room, user(who))));
    let of = |(room, who)| match world.chat.answer(&Need::Member(room, who)) {
        Fact::Member(.., Some(member)) => (member.read.message, member.delivered.message),
        _ => (None, None),
    };
    places.map(of).collect()
}

/// Compares everything that anybody can see of a room.
fn same_room(chat: &Chat, id: RoomId, place: &naive::Place) -> Result<(), TestCaseError> {
    let Fact::Room(_, Some(room)) = chat.answer(&Need::Room(id)) else { panic!("{id}") };
    prop_assert_eq!((room.head.seq, room.head.moves, room.last_at), (place.seq, place.moves, place.last_at));
    prop_assert_eq!((&room.title, room.owner, room.closed), (&place.title, place.owner, place.closed));
    prop_assert_eq!((room.slow_mode, room.frozen), (place.slow, place.frozen));
    prop_assert_eq!((room.sent, room.last_message), (place.lines.len() as u64, place.lines.last().map(|line| line.id)));
    let mut here: Vec<_> = place.people.iter().filter(|guest| guest.here).collect();
    here.sort_by_key(|guest| (guest.joined, guest.user));
    prop_assert_eq!(room.members as usize, here.len());
    let Some(first) = here.first() else { return Ok(()) };
    let members = chat.members(first.user, id, None, 99).unwrap();
    let names: Vec<_> = members.iter().map(|member| member.person.id()).collect();
    prop_assert_eq!(names, here.iter().map(|guest| guest.user).collect::<Vec<_>>());
    let ranks: Vec<_> = members.iter().map(|member| (member.role as u8, member.muted)).collect();
    prop_assert_eq!(ranks, here.iter().map(|guest| (place.rank(guest.user), guest.muted)).collect::<Vec<_>>());
    same_audit(chat, id, place)?;
    for guest in &here {
        let seen = chat.chat(guest.user, id).unwrap();
        prop_assert_eq!(seen.unread, place.unread(guest) as u64, "{:?}", guest.user);
        prop_assert_eq!(seen.mentions, place.unread_mentions(guest) as u64, "{:?}", guest.user);
    }
    let mut pinned: Vec<_> = place.lines.iter().filter(|line| line.pinned.is_some()).collect();
    pinned.sort_by_key(|line| std::cmp::Reverse(line.pinned));
    prop_assert_eq!(room.pins as usize, pinned.len());
    let pins = chat.history(first.user, id, Page::Pinned, 0).unwrap();
    let pins: Vec<_> = pins.messages.iter().map(|shown| shown.message.id).collect();
    prop_assert_eq!(pins, pinned.iter().map(|line| line.id).collect::<Vec<_>>());
    let history = chat.history(first.user, id, Page::Newest, 999).unwrap();
    let alive: Vec<_> = place.lines.iter().filter(|line| !line.deleted).collect();
    prop_assert_eq!(history.messages.len(), alive.len());
    for (shown, line) in history.messages.iter().zip(alive) {
        same_message(chat, first.user, shown, line, place)?;
    }
    Ok(())
}

/// Compares the audit and the bans, which those who lead a group can look up.
fn same_audit(chat: &Chat, id: RoomId, place: &naive::Place) -> Result<(), TestCaseError> {
    let Some(leader) = place.owner.filter(|_| place.group && !place.closed) else { return Ok(()) };
    let audit = chat.audit(leader, id, None, 999).unwrap();
    let acts: Vec<_> =
        audit.iter().rev().map(|one| (one.seq, one.act, one.by.id, one.user.map(|user| user.id))).collect();
    prop_assert_eq!(acts, place.audit.clone());
    let bans = chat.bans(leader, id, place.last_at, None, 99).unwrap();
    let mut told: Vec<_> = bans.iter().map(|ban| (ban.person.id(), Some(ban.until))).collect();
    told.sort();
    let banned = place.people.iter().filter(|guest| guest.banned.is_some_and(|until| until > place.last_at));
    let mut banned: Vec<_> = banned.map(|guest| (guest.user, guest.banned)).collect();
    banned.sort();
    prop_assert_eq!(told, banned);
    Ok(())
}

fn same_message(
    chat: &Chat,
    reader: UserId,
    shown: &view::Shown,
    line: &naive::Line,
    place: &naive::Place,
) -> Result<(), TestCaseError> {
    let view::Shown { message, reception, mine } = shown;
    prop_assert_eq!((message.id, &*message.content, message.sender.id()), (line.id, line.words.as_str(), line.sender));
    prop_assert_eq!(message.edited.is_some(), line.edited);
    same_thread(chat, reader, shown, line, place)?;
    let mentions = message.mentions.as_deref().cloned().unwrap_or_default();
    let people: Vec<_> = mentions.people.iter().map(|person| person.id).collect();
    prop_assert_eq!((&people, mentions.all), (&line.mentions, line.all));
    let likers: Vec<_> = reception.likes.by.iter().map(|handle| handle.id).collect();
    prop_assert_eq!((reception.likes.count as usize, &likers), (line.who(&Emoji::LIKE).len(), &line.who(&Emoji::LIKE)));
    let pages = |after| chat.likers_page(reader, message.room, message.id, after, 2).unwrap();
    let mut paged = pages(None);
    while let Some(last) = paged.last().filter(|_| paged.len() < likers.len()) {
        paged.extend(pages(Some(last.user.id)));
    }
    prop_assert_eq!(paged.iter().map(|mark| mark.user.id).collect::<Vec<_>>(), likers);
    same_reactions(chat, reader, message, line)?;
    let own: Vec<_> = line.given.iter().filter(|(_, who)| *who == reader).map(|(emoji, _)| emoji.clone()).collect();
    prop_assert_eq!(mine, &own);
    let readers = chat.readers_page(reader, message.room, message.id, None, 99).unwrap();
    let readers: Vec<_> = readers.iter().map(|mark| (mark.at, mark.user.id)).collect();
    prop_assert_eq!(&readers, &place.readers(line));
    prop_assert_eq!((reception.status, reception.read_at), (place.status(line), readers.first().map(|&(at, _)| at)));
    Ok(())
}

/// A message quotes the answered one as it is now, and a thread has every message whose replies lead back to its
/// beginning.
fn same_thread(
    chat: &Chat,
    reader: UserId,
    shown: &view::Shown,
    line: &naive::Line,
    place: &naive::Place,
) -> Result<(), TestCaseError> {
    let (message, first) = (&shown.message, place.first(line.id));
    let quote = message.reply.as_ref().map(|reply| (reply.quote.message, &*reply.quote.excerpt, reply.quote.deleted));
    let quoted = line.reply_to.and_then(|to| place.lines.iter().find(|line| line.id == to));
    prop_assert_eq!(quote, quoted.map(|line| (line.id, line.words.as_str(), line.deleted)));
    prop_assert_eq!(message.thread(), first);
    let replies = place.replies(line.id);
    prop_assert_eq!(message.replies as usize, replies.len());
    prop_assert_eq!(shown.reception.last_reply_at, replies.last().map(|line| line.at));
    let whole = chat.thread(reader, message.room, message.id, Page::Newest, 999).unwrap();
    let standing = place.lines.iter().filter(|line| line.id == first && !line.deleted);
    let expected: Vec<_> = standing.chain(place.replies(first)).map(|line| line.id).collect();
    prop_assert_eq!(whole.messages.iter().map(|shown| shown.message.id).collect::<Vec<_>>(), expected);
    Ok(())
}

/// Nobody gives an emoji twice, and the counts are right.
fn same_reactions(chat: &Chat, reader: UserId, message: &Message, line: &naive::Line) -> Result<(), TestCaseError> {
    let tallies: Vec<_> = message.reactions.iter().map(|tally| (tally.emoji.clone(), tally.count as usize)).collect();
    let counted: Vec<_> = line.emoji.iter().map(|emoji| (emoji.clone(), line.who(emoji).len())).collect();
    prop_assert_eq!(tallies, counted);
    let page = |emoji, after| {
        let page = view::ReactorsPage { emoji, after, limit: 2 };
        chat.reactors_page(reader, message.room, message.id, page).unwrap()
    };
    for emoji in line.emoji.iter().cloned().map(Some).chain([None]) {
        let mut found = page(emoji.clone(), 0);
        while let Some(last) = found.last().map(|last| last.seq) {
            match page(emoji.clone(), last) {
                next if next.is_empty() => break,
                next => found.extend(next),
            }
        }
        let found: Vec<_> = found.into_iter().map(|reactor| (reactor.emoji, reactor.user.id)).collect();
        let given = line.given.iter().filter(|(other, _)| emoji.as_ref().is_none_or(|emoji| emoji == other));
        prop_assert_eq!(found, given.cloned().collect::<Vec<_>>());
    }
    Ok(())
}
