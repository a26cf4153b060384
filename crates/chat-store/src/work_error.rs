//! What can go wrong inside a transaction.

use chat_domain::{Failure, Refusal};
use diesel::result::{DatabaseErrorKind, Error};

use crate::outage;

/// Why a piece of work has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not like what it was given; the same alone, or something else, may go well.
    #[error("the database refused a row: {0}")]
    Data(Error),
    /// The database holds what was never written to it.
    #[error("{0}")]
    Broken(String),
    /// The database answered with an error of which it is not known what it rests on.
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
    /// Whether they may have been all the same.
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
    /// The answer that a caller gets; what the operator must know goes to the log.
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

/// The rules' part of a batch panicked: a mistake in this program.
pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> WorkError {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    WorkError::Broken(format!("deciding panicked: {}", said.unwrap_or("nothing was said")))
}

/// The result of a piece of work inside a transaction.
pub(crate) type Worked<T> = Result<T, WorkError>;
