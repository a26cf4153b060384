//! Uploaded files.

use std::sync::Arc;

use chat_domain::fact::Written;
use chat_domain::{Bond, File, FileId, FileRow};

use super::{row, table};
use crate::by_name::update;
use crate::rows::{bad, count, message_id, room_id, user};
use crate::sql::{Rows, Write};
use crate::work_error::Worked;

table! {
    /// Uploaded files. The first message that names one binds it.
    files { id, owner, name, size, mime, announced, whole, room, message, gone }
}

row! {
    /// A file, of `files f`.
    FileInfo of files as "f" {
        id: String,
        owner: i64,
        name: String,
        size: i64,
        mime: String,
        whole: bool,
        room: Option<i64>,
        message: Option<i64>,
        gone: i64,
    }
}

/// The columns of a [`FileInfo`].
pub(crate) const FILE: &str = FileInfo::COLUMNS;

/// Reads a file.
pub(crate) fn file(row: FileInfo) -> Worked<FileRow> {
    let id = FileId::new(&row.id).ok_or_else(|| bad("a file's id", &row.id))?;
    let bond = match (row.gone, row.room, row.message) {
        (0, Some(room), Some(message)) => Bond::Bound(room_id(room)?, message_id(message)?),
        (0, ..) => Bond::Free,
        _ => Bond::Gone,
    };
    let file = Arc::new(File { id, name: row.name, size: count(row.size)?, mime: row.mime });
    Ok(FileRow { file, owner: user(row.owner)?, is_whole: row.whole, bond })
}

/// Updates files that a message has named for the first time. If the message was deleted in the same batch, the file is
/// gone already.
pub(crate) fn bound(written: &Written) -> Write<'_> {
    update!(files, written.files.iter(), |row| {
        key { id: row.file.id.as_str() }
        set {
            room: match row.bond { Bond::Bound(room, _) => Some(room), _ => None },
            message: match row.bond { Bond::Bound(_, message) => Some(message), _ => None },
            gone: i64::from(row.bond == Bond::Gone),
        }
    })
}

/// Lets files go with the messages that bound them.
pub(crate) fn gone(written: &Written) -> Write<'_> {
    let deleted = written.messages.iter().filter(|message| message.deleted.is_some() && message.kind.names_files());
    let rows = Rows::new(deleted.map(|message| [message.room.into(), message.id.into()]));
    Write::other("UPDATE files SET gone = 1, name = '', mime = '' WHERE gone = 0 AND (room, message) IN (", rows, ")")
}
