//! Uploaded files, in memory.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::InMemory;
use crate::chat::Chat;
use crate::command::Need;
use crate::fact::Fact;
use crate::file::{Bond, File, FileId, FileRow};
use crate::files::{Announced, FileQuota, Files};
use crate::id::UserId;
use crate::journal::Answer;
use crate::time::Time;

impl Files for InMemory {
    fn announce(&self, file: Arc<File>, owner: UserId, quota: FileQuota, at: Time) -> Answer<'_, Announced> {
        self.answer(|world| {
            let since = at.before(quota.span);
            let theirs = world.chat.file_rows().filter(|row| row.owner == owner);
            let known = theirs.filter_map(|row| Some((*world.shelf.announced.get(&row.file.id)?, row.file.size)));
            let mut before: Vec<_> = known.filter(|(announced, _)| *announced > since).collect();
            before.sort_unstable();
            let answer = quota.admit(&before, file.size, at);
            if answer == Announced::Taken {
                world.shelf.announced.insert(file.id, at);
                let row = FileRow { owner, is_whole: false, bond: Bond::Free, file };
                world.chat.learn(Fact::File(row.file.id, Some(row)));
            }
            Ok(answer)
        })
    }

    fn file(&self, id: FileId) -> Answer<'_, Option<FileRow>> {
        self.answer(|world| Ok(row(&world.chat, id)))
    }

    fn files_of(&self, owner: UserId, after: Option<FileId>, limit: usize) -> Answer<'_, Vec<FileRow>> {
        self.answer(|world| {
            let theirs = world.chat.file_rows().filter(|row| row.owner == owner && row.bond != Bond::Gone);
            let mut rows: Vec<_> = theirs.filter(|row| Some(row.file.id) > after).cloned().collect();
            rows.sort_unstable_by_key(|row| row.file.id);
            rows.truncate(limit);
            Ok(rows)
        })
    }

    fn is_whole(&self, id: FileId) -> Answer<'_, ()> {
        self.answer(|world| {
            change(&mut world.chat, id, |row| row.is_whole = true);
            Ok(())
        })
    }

    fn let_go(&self, unbound: Time, most: usize) -> Answer<'_, Vec<FileId>> {
        self.answer(|world| {
            let is_late = |id: &FileId| world.shelf.announced.get(id).is_some_and(|at| *at < unbound);
            let is_erased = |user| world.chat.person(user).is_ok_and(|person| person.is_erased());
            let goes = |row: &FileRow| match row.bond {
                Bond::Gone => !world.shelf.deleted.contains(&row.file.id),
                Bond::Free => is_late(&row.file.id) || is_erased(row.owner),
                Bond::Bound(..) => is_erased(row.owner),
            };
            let ids = world.chat.file_rows().filter(|row| goes(row)).map(|row| row.file.id);
            let mut ids: Vec<_> = ids.collect();
            ids.sort_unstable();
            ids.truncate(most);
            ids.iter().for_each(|id| change(&mut world.chat, *id, |row| row.bond = Bond::Gone));
            Ok(ids)
        })
    }

    fn are_deleted(&self, ids: Vec<FileId>) -> Answer<'_, ()> {
        self.answer(|world| {
            world.shelf.deleted.extend(ids);
            Ok(())
        })
    }
}

fn row(chat: &Chat, id: FileId) -> Option<FileRow> {
    match chat.answer(&Need::File(id)) {
        Fact::File(_, row) => row,
        _ => None,
    }
}

fn change(chat: &mut Chat, id: FileId, change: impl FnOnce(&mut FileRow)) {
    if let Some(mut row) = row(chat, id) {
        change(&mut row);
        chat.learn(Fact::File(id, Some(row)));
    }
}
