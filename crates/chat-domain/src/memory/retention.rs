//! Keeping messages only for a while, in memory.

use alloc::vec::Vec;
use core::time::Duration;

use super::World;
use crate::id::RoomId;
use crate::journal::Failure;
use crate::retention::Vanished;
use crate::time::Time;

impl World {
    pub(super) fn keep(&mut self, room: RoomId, span: Option<Duration>) -> Result<(), Failure> {
        self.chat.inspect(room)?;
        match span {
            Some(span) => self.kept.insert(room, span),
            None => self.kept.remove(&room),
        };
        Ok(())
    }

    pub(super) fn vanish(&mut self, keep: Option<Duration>, at: Time, most: usize) -> Vec<Vanished> {
        let rooms: Vec<_> = self.chat.rooms().map(|room| room.id).collect();
        let gone = rooms.into_iter().filter_map(|room| {
            let keep = self.kept.get(&room).copied().or(keep)?;
            self.chat.vanish(room, at.before(keep), at, most)
        });
        gone.collect()
    }
}
