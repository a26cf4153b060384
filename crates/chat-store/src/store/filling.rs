//! Filling an empty database with rows from elsewhere.

use chat_domain::Failure;

use super::{Database, Store};
use crate::archive::{Numbered, Record};

impl Store {
    /// Whether the database has no users yet.
    pub async fn is_empty(&self) -> Result<bool, Failure> {
        match &self.database {
            Database::Sqlite(database) => database.is_empty().await,
            Database::Postgres(database) => database.is_empty().await,
        }
    }

    /// Inserts rows of an archive, in the archive's order. If something is wrong with them, returns what, and inserts
    /// none. Nobody may use the store before [`Store::put_all`] has been called.
    pub async fn put(&self, records: Vec<Record>) -> Result<Result<(), String>, Failure> {
        match &self.database {
            Database::Sqlite(database) => database.put(records).await,
            Database::Postgres(database) => database.put(records).await,
        }
    }

    /// Notes that all rows of an archive were inserted, so that everything new is numbered after them.
    pub async fn put_all(&self) -> Result<(), Failure> {
        match &self.database {
            Database::Sqlite(database) => database.number_on().await,
            Database::Postgres(database) => database.number_on().await,
        }
    }

    /// Makes this the number of the next room or message, or the first free one after it. So what had numbers elsewhere
    /// can keep them.
    pub async fn number_from(&self, next: Numbered) -> Result<(), Failure> {
        let (sort, number) = match next {
            Numbered::Room(number) => ("rooms", number),
            Numbered::Message(number) => ("messages", number),
        };
        if number <= 1 {
            return Ok(());
        }
        match &self.database {
            Database::Sqlite(database) => database.number_from(sort, number).await,
            Database::Postgres(database) => database.number_from(sort, number).await,
        }
    }
}
