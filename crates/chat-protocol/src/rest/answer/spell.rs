//! Ids and moments in the spelling of a tree.

use chat_domain::{Handle, MessageId, RoomId, Time, Uuid};

use super::super::Tree;
use crate::dialect::extra::Words;
use crate::json::{Json, Micros, Seconds};

/// An id in the spelling of its tree.
#[derive(Clone, Copy, Debug)]
pub(super) enum Id {
    Number(i64),
    Uuid(Uuid),
}

/// A moment in the spelling of its tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(Tree, Time);

impl Tree {
    /// Returns the words in which the tree tells extras.
    pub(super) const fn words(self) -> Words {
        match self {
            Tree::Api => Words::Sse,
            Tree::V1 => Words::Roulette,
            Tree::V2 => Words::SocketIo,
        }
    }

    pub(super) fn spelled(self, user: Handle) -> Id {
        self.either(user.id.number(), user.uuid)
    }

    /// Returns the user's other id, which the tree does not use, and its name.
    pub(super) fn other_face(self, user: Handle) -> (&'static str, Id) {
        match self {
            Tree::Api => ("uuid", Id::Uuid(user.uuid)),
            Tree::V1 | Tree::V2 => ("int_id", Id::Number(user.id.number())),
        }
    }

    pub(super) fn spelled_room(self, room: RoomId) -> Id {
        self.either(room.number(), room.uuid())
    }

    pub(super) fn spelled_message(self, message: MessageId) -> Id {
        self.either(message.number(), message.uuid())
    }

    pub(super) fn moment(self, time: Time) -> Moment {
        Moment(self, time)
    }

    fn either(self, number: i64, uuid: Uuid) -> Id {
        if self.has_uuids() { Id::Uuid(uuid) } else { Id::Number(number) }
    }
}

impl Json for Id {
    fn write(self, out: &mut Vec<u8>) {
        match self {
            Id::Number(number) => number.write(out),
            Id::Uuid(uuid) => uuid.write(out),
        }
    }
}

impl Json for Moment {
    fn write(self, out: &mut Vec<u8>) {
        match self.0 {
            Tree::Api => Micros(self.1).write(out),
            Tree::V1 | Tree::V2 => Seconds(self.1).write(out),
        }
    }
}
