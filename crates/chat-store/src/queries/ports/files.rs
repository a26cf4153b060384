//! Uploaded files on a database.

use std::sync::Arc;

use chat_domain::files::{Announced, FileQuota};
use chat_domain::journal::Answer;
use chat_domain::{File, FileId, FileRow, Files, Time, UserId};

use super::super::{Database, files};

impl Files for Database {
    fn announce(&self, file: Arc<File>, owner: UserId, quota: FileQuota, at: Time) -> Answer<'_, Announced> {
        self.write(move |conn| Box::pin(files::announce(conn, file, owner, quota, at)))
    }

    fn file(&self, id: FileId) -> Answer<'_, Option<FileRow>> {
        self.read(move |conn| Box::pin(files::one(conn, id)))
    }

    fn files_of(&self, owner: UserId, after: Option<FileId>, limit: usize) -> Answer<'_, Vec<FileRow>> {
        self.read(move |conn| Box::pin(files::of(conn, owner, after, limit)))
    }

    fn is_whole(&self, id: FileId) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(files::is_whole(conn, id)))
    }

    fn let_go(&self, unbound: Time, most: usize) -> Answer<'_, Vec<FileId>> {
        Box::pin(async move {
            // Mostly there is nothing to delete. Looking first spares a transaction that would write nothing, and keep
            // others waiting.
            let found = self.read(move |conn| Box::pin(files::is_any_to_go(conn, unbound))).await?;
            match found {
                true => self.write(move |conn| Box::pin(files::let_go(conn, unbound, most))).await,
                false => Ok(Vec::new()),
            }
        })
    }

    fn are_deleted(&self, ids: Vec<FileId>) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(files::are_deleted(conn, ids)))
    }
}
