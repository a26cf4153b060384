//! Files that were uploaded to this server, and the messages that they belong to.

use alloc::vec::Vec;

use super::Chat;
use crate::command::Need;
use crate::file::{Bond, FileId, FileRow, Named};
use crate::id::RoomId;
use crate::message::Message;

impl Chat {
    /// Returns the file of this id, if it was uploaded to this server.
    pub(crate) fn file(&self, id: FileId) -> Option<&FileRow> {
        let known = self.files.get(&id).map(Option::as_ref);
        known.unwrap_or_else(|| self.absent(|| Need::File(id)))
    }

    /// Returns all files that are known.
    #[cfg(feature = "std")]
    pub(crate) fn file_rows(&self) -> impl Iterator<Item = &FileRow> {
        self.files.values().flatten()
    }

    /// Binds files to the first message that names them.
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

    /// Removes the files that were bound to this message.
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
