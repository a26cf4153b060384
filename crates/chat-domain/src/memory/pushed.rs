//! The devices and pushes of [`InMemory`](super::InMemory).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::devices::{Device, Level, Tried, Waiting};
use crate::id::{RoomId, UserId, Uuid};

#[derive(Default)]
pub(super) struct Pushed {
    pub(super) key: Option<String>,
    pub(super) fed: u64,
    /// The devices in the order in which they were registered, each with how its last pushes went.
    pub(super) devices: Vec<(Device, Tried)>,
    pub(super) levels: BTreeMap<(UserId, RoomId), Level>,
    pub(super) waiting: BTreeMap<(Uuid, RoomId), Waiting>,
}

impl Pushed {
    /// Removes all devices and levels of a user who is erased.
    pub(super) fn forget_all_of(&mut self, person: UserId) {
        self.forget(|device| device.person == person);
        self.levels.retain(|(user, _), _| *user != person);
    }

    pub(super) fn forget(&mut self, whom: impl Fn(&Device) -> bool) {
        self.devices.retain(|(device, _)| !whom(device));
        let Pushed { devices, waiting, .. } = self;
        waiting.retain(|(id, _), _| devices.iter().any(|(device, _)| device.id == *id));
    }
}
