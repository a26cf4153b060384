//! Everything that both databases do alike. This folder is compiled twice, for the `Conn` of each database's module.

pub(crate) mod archive;
pub(crate) mod belongings;
mod chats;
pub(crate) mod commit;
mod devices;
mod endings;
mod erasing;
pub(crate) mod feed;
pub(crate) mod feeder;
mod files;
mod find;
pub(crate) mod indexer;
mod issuer;
pub(crate) mod load;
pub(crate) mod lobby;
pub(crate) mod locks;
mod mentions;
mod moderation;
pub(crate) mod named;
pub(crate) mod notifications;
mod oversight;
pub(crate) mod people;
mod pieces;
mod ports;
mod previous;
pub(crate) mod prune;
mod pushes;
pub(crate) mod reactions;
pub(crate) mod reads;
pub(crate) mod reception;
mod refold;
pub(crate) mod replay;
mod reports;
pub(crate) mod rosters;
pub(crate) mod save;
pub(crate) mod schema;
pub(crate) mod sessions;
mod suspensions;
mod tells;
pub(crate) mod threads;
mod vanish;
mod webhooks;

use super::{Conn, Database};
use crate::work::Working;
use crate::work_error::Worked;

/// Does work in a transaction that was begun for it, and ends the transaction.
pub(crate) async fn transacted<T>(conn: &Conn, work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T>) -> Worked<T> {
    match work(conn).await {
        Ok(done) => {
            conn.commit().await?;
            Ok(done)
        }
        Err(error) => {
            conn.rollback().await?;
            Err(error)
        }
    }
}

/// Answers a question from a snapshot that was begun for it, and ends the snapshot.
pub(crate) async fn looked<T>(conn: &Conn, work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T>) -> Worked<T> {
    let answer = work(conn).await;
    match (conn.rollback().await, answer) {
        (Err(error), Ok(_)) => Err(error.into()),
        (_, answer) => answer,
    }
}
