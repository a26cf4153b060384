//! Deciding a command and applying what was decided.

use alloc::sync::Arc;

use crate::chat::Chat;
use crate::command::{Command, Stamp};
use crate::event::{Event, Outcome};
use crate::id::UserId;
use crate::refusal::Refusal;
use crate::rules::{self, Decision, Memo};

impl Chat {
    /// Decides a command and applies it. A refusal changes nothing.
    ///
    /// # Panics
    ///
    /// If the stamp offers the id of a room that exists, or a message id that is not above all those of its room; and if a
    /// partial chat was not told what [`Command::needs`] names.
    pub fn execute(&mut self, stamp: Stamp, command: Command) -> Result<Outcome, Refusal> {
        Ok(match rules::decide(self, stamp, command)? {
            Decision::Happened(event, memo) => {
                self.fold(&event);
                self.remember(stamp.actor, &event, memo);
                Outcome::Happened(Arc::new(event))
            }
            Decision::Both(first, second, memo) => {
                self.fold(&first);
                self.remember(stamp.actor, &first, memo);
                self.fold(&second);
                Outcome::Both(Arc::new(first), Arc::new(second))
            }
            Decision::Block(row) => {
                self.set_block(row);
                Outcome::Quiet
            }
            Decision::Already(event) => Outcome::Already(Arc::new(event)),
            Decision::Reached(room, position) => {
                self.set_delivered(room, stamp.actor, position);
                Outcome::Quiet
            }
            Decision::Lobby(row) => {
                self.set_lobby(row);
                Outcome::Quiet
            }
            Decision::Quiet => Outcome::Quiet,
        })
    }

    fn remember(&mut self, actor: UserId, event: &Event, memo: Option<Memo>) {
        match memo {
            Some(Memo::Sent(name, digest, message)) => self.set_sent(event.room, actor, name, digest, message),
            Some(Memo::Made(name, digest)) => self.set_made(actor, name, digest, event.room),
            Some(Memo::Acted(acted)) => self.set_acted(event, acted),
            Some(Memo::Block(row)) => self.set_block(row),
            None => {}
        }
    }
}
