//! Everything that both databases do alike: this folder is compiled twice, over the `Conn` of the module that it is in.

pub(crate) mod chats;
pub(crate) mod commit;
pub(crate) mod load;
pub(crate) mod lobby;
pub(crate) mod locks;
pub(crate) mod notifications;
pub(crate) mod people;
mod ports;
pub(crate) mod prune;
pub(crate) mod reads;
pub(crate) mod replay;
pub(crate) mod save;
pub(crate) mod schema;
pub(crate) mod sessions;
pub(crate) mod standing;

use super::{Conn, Database};
use crate::trouble::Worked;
use crate::work::Working;

/// Does a piece of work in a transaction of its own.
pub(crate) async fn transact<T>(
    conn: &mut Conn,
    work: impl for<'c> FnOnce(&'c mut Conn) -> Working<'c, T>,
) -> Worked<T> {
    conn.begin().await?;
    match work(conn).await {
        Ok(done) => {
            conn.commit().await?;
            Ok(done)
        }
        Err(trouble) => {
            // A connection that cannot roll back is found broken at its next use.
            let _ = conn.rollback().await;
            Err(trouble)
        }
    }
}

/// Answers questions from one snapshot.
pub(crate) async fn look<T>(conn: &mut Conn, work: impl for<'c> FnOnce(&'c mut Conn) -> Working<'c, T>) -> Worked<T> {
    conn.begin_reading().await?;
    let answer = work(conn).await;
    match conn.rollback().await {
        Ok(()) => answer,
        Err(error) => answer.and(Err(error.into())),
    }
}
