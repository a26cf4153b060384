//! What has happened.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::emoji::Emoji;
use crate::extra::Extra;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::{Handle, Person};
use crate::quote::InReply;
use crate::reception::{Likes, Reception};
use crate::room::{Head, RoomKind};
use crate::time::Time;

/// Something that happened in a room, complete: nothing else is needed to tell anybody about it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// The room in which it happened.
    pub room: RoomId,
    /// What sort of room that is.
    pub room_kind: RoomKind,
    /// How many people are in it after the event.
    pub members: u32,
    /// The room's counters after the event. A durable change took the next `seq`, a move of a position the next `moves`.
    pub head: Head,
    /// When it happened, by the clock of who decided it.
    pub at: Time,
    /// Who did it.
    pub actor: Arc<Person>,
    /// What has happened in the room.
    pub change: Change,
}

impl Event {
    /// Returns the event with what this person shows of themselves now; `None` if it names them so already, or not at
    /// all.
    pub fn renamed(&self, person: &Arc<Person>) -> Option<Event> {
        let is_old = |one: &Arc<Person>| one.id() == person.id() && one != person;
        let names = |message: &Message| {
            is_old(&message.sender) || message.reply.as_ref().is_some_and(|reply| is_old(&reply.quote.sender))
        };
        let by_author = |message: &Message| Arc::new(message.renamed(person));
        let change = match &self.change {
            Change::Created { title, people } if people.iter().any(is_old) => {
                let now = |one: &Arc<Person>| if is_old(one) { person.clone() } else { one.clone() };
                Some(Change::Created { title: title.clone(), people: people.iter().map(now).collect() })
            }
            Change::Added { person: one } if is_old(one) => Some(Change::Added { person: person.clone() }),
            Change::Removed { person: one, heir } if is_old(one) => {
                Some(Change::Removed { person: person.clone(), heir: *heir })
            }
            Change::Sent { message, reception } if names(message) => {
                Some(Change::Sent { message: by_author(message), reception: reception.clone() })
            }
            Change::Edited { message } if names(message) => Some(Change::Edited { message: by_author(message) }),
            Change::Extra(extra) => extra.renamed(person).map(Change::Extra),
            _ => None,
        };
        if change.is_none() && !is_old(&self.actor) {
            return None;
        }
        let actor = if is_old(&self.actor) { person.clone() } else { self.actor.clone() };
        Some(Event { actor, change: change.unwrap_or_else(|| self.change.clone()), ..self.clone() })
    }

    /// Returns the event with the quotes of a message as `later` changed or deleted it; `None` if nothing changes.
    pub fn requoted(&self, later: &Event) -> Option<Event> {
        let (Change::Sent { message, .. } | Change::Edited { message }) = &self.change else { return None };
        let reply = message.reply.as_ref().filter(|_| self.room == later.room)?;
        let quote = match &later.change {
            Change::Edited { message } if message.id == reply.quote.message => message.quoted(),
            Change::Deleted { message, .. } if *message == reply.quote.message => reply.quote.erased(),
            _ => return None,
        };
        let reply = Some(Arc::new(InReply { quote, ..InReply::clone(reply) }));
        Some(self.saying(Message { reply, ..Message::clone(message) }))
    }

    /// Returns the event without anything that this erased user said, in quotes too; `None` if it holds nothing of
    /// theirs.
    pub fn unsaid(&self, user: UserId) -> Option<Event> {
        let (Change::Sent { message, .. } | Change::Edited { message }) = &self.change else { return None };
        let is_theirs = message.sender.id() == user;
        let quotes = message.reply.as_ref().is_some_and(|reply| reply.quote.sender.id() == user);
        if !is_theirs && !quotes {
            return None;
        }
        let mut now = if is_theirs { message.unsaid() } else { Message::clone(message) };
        if let Some(reply) = now.reply.as_mut().filter(|_| quotes) {
            Arc::make_mut(reply).quote.excerpt = "".into();
        }
        Some(self.saying(now))
    }

    /// Returns the event without the quote of a message up to this one, which has vanished; `None` if it quotes no such
    /// message.
    pub fn unquoted(&self, upto: MessageId) -> Option<Event> {
        let (Change::Sent { message, .. } | Change::Edited { message }) = &self.change else { return None };
        let reply = message.reply.as_ref().filter(|reply| reply.quote.message <= upto && !reply.quote.deleted)?;
        let reply = Some(Arc::new(InReply { quote: reply.quote.erased(), ..InReply::clone(reply) }));
        Some(self.saying(Message { reply, ..Message::clone(message) }))
    }

    /// Returns the event about the message as it is now.
    fn saying(&self, message: Message) -> Event {
        let message = Arc::new(message);
        let change = match &self.change {
            Change::Sent { reception, .. } => Change::Sent { message, reception: reception.clone() },
            _ => Change::Edited { message },
        };
        Event { change, ..self.clone() }
    }

    /// Whether this user did it, or wrote a message that it is about.
    pub fn concerns(&self, user: UserId) -> bool {
        let wrote = match &self.change {
            Change::Sent { message, .. } | Change::Edited { message } => message.sender.id() == user,
            Change::Deleted { sender, .. } => *sender == user,
            Change::Read(read) | Change::Delivered(read) => read.messages.iter().any(|reached| reached.sender == user),
            Change::Created { .. } | Change::Added { .. } | Change::Removed { .. } => false,
            Change::Closed | Change::Liked { .. } | Change::Unliked { .. } => false,
            Change::Extra(_) => false,
        };
        wrote || self.actor.id() == user
    }
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Change {
    /// The room was made with these people in it, its maker first. This is `seq` 1.
    Created {
        /// Its title, for a group.
        title: Option<String>,
        /// Everybody in it.
        people: Vec<Arc<Person>>,
    },
    /// Somebody came into the room.
    Added {
        /// The person who came.
        person: Arc<Person>,
    },
    /// Somebody left or was taken out.
    Removed {
        /// The person who left.
        person: Arc<Person>,
        /// Who owns the room from now on, if that changed.
        heir: Option<UserId>,
    },
    /// The room is over: the actor left a roulette chat, ended their part in a direct chat, or ended a group.
    Closed,
    /// A message was sent.
    Sent {
        /// The message as it is now.
        message: Arc<Message>,
        /// What became of it; nothing yet when it is new.
        reception: Reception,
    },
    /// The text of a message was changed.
    Edited {
        /// The message as it is now.
        message: Arc<Message>,
    },
    /// A message was deleted.
    Deleted {
        /// The message that was deleted.
        message: MessageId,
        /// Who had sent it.
        sender: UserId,
    },
    /// The actor likes a message.
    Liked {
        /// The message that the actor likes.
        message: MessageId,
        /// Everybody who likes it now.
        likes: Likes,
    },
    /// The actor no longer likes a message.
    Unliked {
        /// The message that the actor no longer likes.
        message: MessageId,
        /// Everybody who still likes it.
        likes: Likes,
    },
    /// A change of which only those are told who ask for it.
    Extra(Extra),
    /// The actor has read up to a message.
    Read(Read),
    /// Messages up to this one have reached the actor.
    Delivered(Read),
}

impl Change {
    /// Returns the change of a user who gives a reaction or takes it back; `by` is who gives it afterwards. A like has
    /// variants of its own.
    pub(crate) fn reaction(message: MessageId, emoji: Emoji, stands: bool, by: Likes) -> Change {
        match (emoji.is_like(), stands) {
            (true, true) => Change::Liked { message, likes: by },
            (true, false) => Change::Unliked { message, likes: by },
            (false, true) => Change::Extra(Extra::Reacted { message, emoji, by }),
            (false, false) => Change::Extra(Extra::Unreacted { message, emoji, by }),
        }
    }

    /// Whether anybody is told of it.
    pub fn is_told(&self) -> bool {
        !matches!(self, Change::Extra(extra) if !extra.is_told())
    }

    /// Whether it took a `seq` and stays in the log. Any other change took a `moves`.
    pub fn is_durable(&self) -> bool {
        match self {
            Change::Created { .. } | Change::Added { .. } | Change::Removed { .. } => true,
            Change::Closed => true,
            Change::Sent { .. } | Change::Edited { .. } | Change::Deleted { .. } => true,
            Change::Liked { .. } | Change::Unliked { .. } => true,
            Change::Extra(_) => true,
            Change::Read(_) | Change::Delivered(_) => false,
        }
    }
}

/// A position that moved forward.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Read {
    /// The newest message that the position covers now.
    pub upto: MessageId,
    /// The messages of others that it newly covers and that are not deleted, oldest first: the newest hundred. In a
    /// [quiet room](crate::Limits::is_quiet), only the newest of each sender.
    pub messages: Vec<Reached>,
}

/// A message that somebody's position newly covers.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reached {
    /// The message that is covered.
    pub message: MessageId,
    /// Who sent it.
    pub sender: UserId,
    /// Everybody but the sender who has read it, in order of time: the newest hundred. Empty for a delivered position.
    pub readers: Vec<Handle>,
    /// When the first of all its readers read it.
    pub first_at: Option<Time>,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome {
    /// It happened, and everybody in the room is to be told.
    Happened(Arc<Event>),
    /// Two things happened, one right after the other, as if two commands had done them: a ban tells of the removal and
    /// of the ban.
    Both(Arc<Event>, Arc<Event>),
    /// It was so already, and nobody is to be told anything. The event describes it as it is now, as if it had just
    /// happened.
    Already(Arc<Event>),
    /// It was done or was so already, and there is nothing to tell anybody.
    Quiet,
}

impl Outcome {
    /// Returns the event that describes what is so now, whether new or not.
    pub fn event(&self) -> Option<&Arc<Event>> {
        match self {
            Outcome::Happened(event) | Outcome::Both(event, _) | Outcome::Already(event) => Some(event),
            Outcome::Quiet => None,
        }
    }

    /// Returns what has newly happened, in order.
    pub fn happened(&self) -> impl Iterator<Item = &Arc<Event>> {
        let (first, second) = match self {
            Outcome::Happened(event) => (Some(event), None),
            Outcome::Both(first, second) => (Some(first), Some(second)),
            Outcome::Already(_) | Outcome::Quiet => (None, None),
        };
        first.into_iter().chain(second)
    }
}
