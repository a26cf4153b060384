//! Files that live here, and the messages that they belong to.

use alloc::vec::Vec;

use super::Chat;
use crate::command::Need;
use crate::file::{Bond, FileId, FileRow, Named};
use crate::id::RoomId;
use crate::message::Message;

impl Chat {
    /// The file of this id, if it lives here.
    pub(crate) fn file(&self, id: FileId) -> Option<&FileRow> {
        let known = self.files.get(&id).map(Option::as_ref);
        known.unwrap_or_else(|| self.absent(|| Need::File(id)))
    }

    /// All of them that are known.
    #[cfg(feature = "std")]
    pub(crate) fn file_rows(&self) -> impl Iterator<Item = &FileRow> {
        self.files.values().flatten()
    }

    /// The first message that names files binds them.
    pub(super) fn bind(&mut self, named: Vec<Named>, room: RoomId, message: &Message) {
        for Named { id, .. } in named {
            if let Some(Some(row)) = self.files.get_mut(&id)
                && row.bond == Bond::Free
            {
                row.bond = Bond::Bound(room, message.id);
                self.mark(|dirty| dirty.files.extend([id]));
            }
        }
    }

    /// With the message that bound them files go.
    pub(super) fn unbind(&mut self, message: &Message) {
        for Named { id, .. } in message.named_files() {
            if let Some(Some(row)) = self.files.get_mut(&id)
                && row.bond == Bond::Bound(message.room, message.id)
            {
                row.bond = Bond::Gone;
            }
        }
    }
}
