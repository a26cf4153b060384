//! Parting from rooms for good, as a user who is erased does.

mod common;

use chat_domain::view::Page;
use chat_domain::*;
use common::*;

#[test]
fn who_parts_leaves_groups_and_closes_direct_chats() {
    let mut world = World::new(Limits::default());
    give(&mut world, 1, Command::OpenDirect { with: user(2) }).unwrap();
    let direct = world.rooms[0];
    let group = Command::CreateGroup { title: "g".into(), members: vec![user(2)], client_id: None };
    give(&mut world, 1, group).unwrap();
    let group = world.rooms[1];
    for room in [direct, group] {
        assert!(matches!(give(&mut world, 1, Command::Part { room }), Ok(Outcome::Happened(_) | Outcome::Both(..))));
    }
    assert!(world.chat.history(user(2), direct, Page::Newest, 5).is_ok());
    let send = Command::Send { room: direct, draft: Draft::text("?"), client_id: None };
    assert_eq!(give(&mut world, 2, send), Err(Refusal::Closed));
    assert_eq!(give(&mut world, 1, Command::Part { room: direct }), Ok(Outcome::Quiet));
    assert_eq!(world.chat.head(user(1), group), Err(Refusal::NotMember));
    assert_eq!(world.chat.chat(user(2), group).unwrap().room.owner, Some(user(2)));
    // Nobody can add a user who was erased.
    let erased = world.chat.answer(&Need::Person(user(1)));
    let Fact::Person(who, Some(person)) = erased else { panic!("{erased:?}") };
    world.chat.learn(Fact::Person(who, Some(person.erased().into())));
    for command in [Command::OpenDirect { with: who }, Command::AddMember { room: group, user: who }] {
        assert_eq!(give(&mut world, 2, command), Err(Refusal::UnknownUser));
    }
}

fn give(world: &mut World, actor: u8, command: Command) -> Result<Outcome, Refusal> {
    let ids = Ids { room: room(world.next), message: message(world.next) };
    world.next += 1;
    world.execute(Stamp { actor: user(actor), at: Time::from_secs(world.now), ids }, command)
}
