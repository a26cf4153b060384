//! What can fail within a transaction.

use chat_domain::{Failure, Refusal};
use diesel::result::{DatabaseErrorKind, Error};

use crate::outage;

/// Why work has no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not accept what it was given. The same alone, or something else, may succeed.
    #[error("the database refused a row: {0}")]
    Data(Error),
    /// The database has something that was never written to it.
    #[error("{0}")]
    Broken(String),
    /// The database answered with an error whose cause is not known.
    #[error("the database answered with an error: {0}")]
    Unclear(Error),
    /// A transaction could not be begun.
    #[error("a transaction could not be begun: {0}")]
    NotBegun(Error),
    /// The database is away.
    #[error("the database is not available: {0}")]
    Away(Error),
}

/// Why rows were not written and committed.
pub(crate) struct Unkept {
    pub(crate) error: Error,
    /// Whether they may have been committed nevertheless.
    pub(crate) open: bool,
}

impl From<Error> for WorkError {
    fn from(error: Error) -> WorkError {
        use DatabaseErrorKind::*;
        match error {
            Error::DatabaseError(
                UniqueViolation | ForeignKeyViolation | NotNullViolation | CheckViolation | RestrictViolation
                | ExclusionViolation | SerializationFailure,
                _,
            )
            | Error::SerializationError(_)
            | Error::DeserializationError(_) => WorkError::Data(error),
            Error::DatabaseError(Unknown, _) => WorkError::Unclear(error),
            _ => WorkError::Away(error),
        }
    }
}

impl WorkError {
    /// Returns the failure for the caller. What operators must know is logged.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            WorkError::Refused(refusal) => Failure::Refused(refusal),
            error @ (WorkError::Away(_) | WorkError::NotBegun(_) | WorkError::Unclear(_)) => {
                outage::away(&error);
                Failure::Unavailable
            }
            error => {
                tracing::error!("{error}");
                Failure::Unavailable
            }
        }
    }
}

/// Returns the error of a panic in the rules, which is a bug.
pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> WorkError {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    WorkError::Broken(format!("deciding panicked: {}", said.unwrap_or("nothing was said")))
}

/// The result of work within a transaction.
pub(crate) type Worked<T> = Result<T, WorkError>;
