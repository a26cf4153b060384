//! Listing erased users beside the database, and erasing them again in an older copy of it.

use chat_domain::grant::Ended;
use chat_domain::{Erasure, Failure, Refusal};

use super::{Database, Store};
use crate::error::OpenError;

impl Store {
    /// Erases a user who is put on the list first, so that they are erased whatever happens to the database.
    pub(super) async fn erase_listed(&self, erasure: Erasure) -> Result<Ended, Failure> {
        let known = self.directory().people(vec![erasure.user]).await?.pop();
        known.filter(|account| !account.person.is_erased()).ok_or(Refusal::UnknownUser)?;
        if let Some(erasures) = &self.erasures {
            erasures.note(self.house().await?, erasure).await?;
        }
        self.directory().erase(erasure).await
    }

    /// Erases everybody again who was erased after the database was copied, before anybody can read in the copy.
    pub(super) async fn erase_again(&self) -> Result<(), OpenError> {
        let Some(erasures) = &self.erasures else { return Ok(()) };
        let listed = erasures.read()?;
        if listed.is_empty() {
            return Ok(());
        }
        let house = self.house().await.map_err(unanswered)?;
        for (_, erasure) in listed.into_iter().filter(|(of, _)| *of == house) {
            match self.directory().erase(erasure).await {
                Ok(_) => tracing::warn!("user {} was erased after the database was copied, and is again", erasure.user),
                Err(Failure::Refused(_)) => {}
                Err(failure) => return Err(unanswered(failure)),
            }
        }
        Ok(())
    }

    async fn house(&self) -> Result<i64, Failure> {
        match &self.database {
            Database::Sqlite(database) => database.house().await,
            Database::Postgres(database) => database.house().await,
        }
    }
}

fn unanswered(failure: Failure) -> OpenError {
    OpenError::Unready(failure.to_string())
}
