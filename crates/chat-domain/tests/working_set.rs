//! A partial chat that knows only what a command needs decides like the whole chat, and writes the same rows.

mod common;

use chat_domain::*;
use common::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_part_decides_like_the_whole(story in steps(60)) {
        let mut world = World::new(tight());
        for step in &story {
            let (stamp, command) = world.order(step);
            let mut part = world.chat.restrict(&command.needs(stamp.actor));
            let decided = part.execute(stamp, command.clone());
            prop_assert_eq!(&decided, &world.execute(stamp, command), "{:?}", step);
            prop_assert_eq!(part.take_written(), world.chat.take_written(), "{:?}", step);
        }
    }

    #[test]
    fn a_batch_in_one_part_decides_like_the_whole(batches in proptest::collection::vec(more(16), 1..8)) {
        let mut world = World::new(tight());
        run(&mut world, &opening());
        for batch in &batches {
            let orders: Vec<_> = batch.iter().map(|step| world.order(step)).collect();
            let needs = orders.iter().flat_map(|(stamp, command)| command.needs(stamp.actor));
            let needs: std::collections::BTreeSet<_> = needs.collect();
            let mut part = world.chat.restrict(&needs);
            for (stamp, command) in orders {
                let decided = part.execute(stamp, command.clone());
                prop_assert_eq!(&decided, &world.execute(stamp, command.clone()), "{:?} of {:?}", command, batch);
            }
            prop_assert_eq!(part.take_written(), world.chat.take_written(), "{:?}", batch);
        }
    }

    #[test]
    fn what_was_told_twice_or_in_another_order_is_the_same(story in steps(40), last in more(3)) {
        let mut world = World::new(tight());
        run(&mut world, &story);
        let (stamp, command) = world.order(&last[0]);
        let mut needs = command.needs(stamp.actor);
        let mut part = world.chat.restrict(&needs);
        needs.extend(needs.clone());
        needs.reverse();
        let mut other = world.chat.restrict(&needs);
        prop_assert_eq!(part.execute(stamp, command.clone()), other.execute(stamp, command));
        prop_assert_eq!(part.take_written(), other.take_written());
    }
}

fn run(world: &mut World, story: &[Step]) {
    for step in story {
        let (stamp, command) = world.order(step);
        let _ = world.execute(stamp, command);
    }
    world.chat.take_written();
}

#[test]
#[should_panic(expected = "Room(RoomId(7))")]
fn asking_for_what_was_not_told_names_the_fact() {
    let mut part = Chat::partial(Limits::default());
    part.learn(known(1));
    let ids = Ids { room: room(1), message: message(1) };
    let stamp = Stamp { actor: user(1), at: Time(0), ids };
    let _ = part.execute(stamp, Command::Read { room: room(7), upto: None });
}
