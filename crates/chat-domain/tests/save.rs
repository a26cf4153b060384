//! A whole chat can be saved and loaded at any moment of a story without any difference.

mod common;

use chat_domain::view::{Page, Replay, Since};
use chat_domain::*;
use common::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_chat_that_was_saved_and_loaded_goes_on_as_if_nothing_had_been(story in steps(60), then in more(40)) {
        let mut world = World::new(tight());
        for step in &story {
            let (stamp, command) = world.order(step);
            let _ = world.execute(stamp, command);
        }
        let saved = world.chat.save();
        let mut loaded = Chat::load(tight(), saved.clone());
        prop_assert_eq!(&loaded.save(), &saved);
        for step in &then {
            let (stamp, command) = world.order(step);
            prop_assert_eq!(loaded.execute(stamp, command.clone()), world.execute(stamp, command));
        }
        prop_assert_eq!(loaded.save(), world.chat.save());
        for (&room, who) in world.rooms.iter().flat_map(|room| (1..=PEOPLE).map(move |who| (room, user(who)))) {
            prop_assert_eq!(loaded.history(who, room, Page::Newest, 99), world.chat.history(who, room, Page::Newest, 99));
            let replay = Replay { since: Since::Head(Head::default()), from: None, until: None, limit: 999 };
            prop_assert_eq!(loaded.replay(who, room, replay), world.chat.replay(who, room, replay));
            prop_assert_eq!(loaded.chat(who, room), world.chat.chat(who, room));
            prop_assert_eq!(loaded.searching(who), world.chat.searching(who));
        }
    }
}

#[test]
#[should_panic(expected = "only a whole chat can be saved")]
fn a_part_of_a_chat_is_not_taken_for_a_whole_one() {
    Chat::partial(tight()).save();
}
