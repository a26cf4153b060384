//! Every value can be serialized and read again.
#![cfg(feature = "serde")]

mod common;

use chat_domain::*;
use common::*;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

fn again<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn commands_outcomes_and_rows_survive(story in steps(30)) {
        let mut world = World::new(tight());
        for step in &story {
            let (stamp, command) = world.order(step);
            prop_assert_eq!((&again(&stamp), &again(&command)), (&stamp, &command));
            for need in command.needs(stamp.actor) {
                let fact = world.chat.answer(&need);
                prop_assert_eq!((&again(&need), &again(&fact)), (&need, &fact));
            }
            if let Ok(outcome) = world.execute(stamp, command) {
                prop_assert_eq!(&again(&outcome), &outcome);
            }
            let written = world.chat.take_written();
            prop_assert_eq!(&again(&written), &written);
        }
        let saved = world.chat.save();
        prop_assert_eq!(&again(&saved), &saved);
    }
}

#[test]
fn what_cannot_be_is_not_read() {
    assert!(serde_json::from_str::<UserId>("0").is_err());
    assert!(serde_json::from_str::<MessageId>("9007199254740992").is_err());
    assert!(serde_json::from_str::<ClientId>("\"a\\n\"").is_err());
    assert!(serde_json::from_str::<Uuid>("\"x\"").is_err());
}
