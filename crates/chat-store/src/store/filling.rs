//! Filling an empty database with what is known elsewhere.

use chat_domain::Failure;

use super::{Database, Store};
use crate::archive::{Numbered, Record};

impl Store {
    /// Whether nobody is there yet.
    pub async fn is_empty(&self) -> Result<bool, Failure> {
        match &self.database {
            Database::Sqlite(database) => database.is_empty().await,
            Database::Postgres(database) => database.is_empty().await,
        }
    }

    /// Puts in rows of an archive, in its order; what is wrong with them otherwise, and then none is put in. Nobody may use the store
    /// before [`Store::put_all`] was said.
    pub async fn put(&self, records: Vec<Record>) -> Result<Result<(), String>, Failure> {
        match &self.database {
            Database::Sqlite(database) => database.put(records).await,
            Database::Postgres(database) => database.put(records).await,
        }
    }

    /// All rows of an archive were put in: whoever and whatever is new is numbered behind them.
    pub async fn put_all(&self) -> Result<(), Failure> {
        match &self.database {
            Database::Sqlite(database) => database.number_on().await,
            Database::Postgres(database) => database.number_on().await,
        }
    }

    /// The next room or message has this number, or one behind those that there are: a database that is filled with what has
    /// numbers from elsewhere keeps them.
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
