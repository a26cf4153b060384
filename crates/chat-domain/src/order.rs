//! Orders to the journal, and the answers to them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;

use crate::command::Command;
use crate::event::Outcome;
use crate::id::UserId;
use crate::refusal::Refusal;
use crate::time::Time;

/// The answer of a port, which may take a while.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store cannot be reached, or did not say in time whether it accepted the command. Repeating a command with
    /// its `client_id` is safe.
    #[error("the store is not available; try again with the same client_id")]
    Unavailable,
}

/// A command on its way to the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The person who gives the command.
    pub actor: UserId,
    /// When it arrived.
    pub at: Time,
    /// What is asked.
    pub command: Command,
    /// The socket from which it came, if it came from one.
    pub origin: Option<Origin>,
}

/// The socket that gave an order, and the socket's own number for the order. The journal only hands both back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The number of the socket.
    pub socket: u64,
    /// The socket's number for the order.
    pub tag: u64,
}

/// The final answer to an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The socket from which the order came, if it came from one.
    pub origin: Option<Origin>,
    /// What became of the order.
    pub result: Result<Outcome, Failure>,
}

impl Settled {
    /// Returns the answer to an order, and as a second one without origin what happened right after it
    /// ([`Outcome::Both`]).
    pub fn of(origin: Option<Origin>, result: Result<Outcome, Failure>) -> impl Iterator<Item = Settled> {
        let (result, second) = match result {
            Ok(Outcome::Both(first, second)) => (Ok(Outcome::Happened(first)), Some(Ok(Outcome::Happened(second)))),
            result => (result, None),
        };
        let second = second.map(|result| Settled { origin: None, result });
        [Settled { origin, result }].into_iter().chain(second)
    }
}

/// What is told of everything that a journal has settled: once per commit, after the commit, in the order in which the
/// orders came, and before those who wait for an answer get theirs. Its methods must not block.
pub trait Sink: Send + Sync {
    /// These orders were settled.
    fn settled(&self, answers: Vec<Settled>);

    /// A transaction with so many orders took this long, including its commit. Called before [`Sink::settled`]; for
    /// operators' figures.
    fn took(&self, _orders: usize, _span: Duration) {}

    /// A batch of orders asked for `facts` facts, of which `remembered` were in memory. For operators' figures.
    fn recalled(&self, _remembered: usize, _facts: usize) {}
}
