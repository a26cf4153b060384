//! Which uploaded files a user may send.

use alloc::sync::Arc;

use super::scene::Scene;
use crate::checks::invalid;
use crate::command::Draft;
use crate::file::{Bond, File};
use crate::refusal::Refusal;

/// Refuses a draft that names an uploaded file which its sender may not name. Returns the file that its content names.
/// An address that names no uploaded file is allowed to everybody.
pub(super) fn named_file(scene: &Scene<'_>, draft: &Draft) -> Result<Option<Arc<File>>, Refusal> {
    let mut content = None;
    for named in draft.named_files() {
        let Some(row) = scene.chat.file(named.id) else { continue };
        let may = match row.bond {
            Bond::Gone => false,
            Bond::Bound(..) => true,
            Bond::Free => row.owner == scene.actor.id(),
        };
        if !may || row.file.name != named.name {
            return Err(invalid(named.field, "names a file that is not there, or that is somebody else's"));
        }
        if !row.is_whole {
            return Err(invalid(named.field, "names a file of which not all bytes have come"));
        }
        if named.field == "content" {
            content = Some(row.file.clone());
        }
    }
    Ok(content)
}
