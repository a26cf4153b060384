//! How a visitor is admitted: who it is, under which name, and what is taken over of what was said.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::checks::invalid;
use crate::directory::{Subject, Visitor};
use crate::id::{FIRST_FOREIGN_USER, UserId};
use crate::person::{Handle, Person};
use crate::refusal::Refusal;

impl Subject {
    /// The integer id that the subject itself says: a number, or a UUID that was computed from one. Any other subject is looked
    /// up, and is given an integer at first sight.
    pub fn own_id(&self) -> Option<UserId> {
        match self {
            Subject::Number(id) => Some(*id),
            Subject::Uuid(uuid) => UserId::from_uuid(*uuid),
            Subject::Text(_) => None,
        }
    }

    /// Both spellings of somebody who comes for the first time; `id` is [`Subject::own_id`], or the integer that was given.
    pub fn handle(&self, id: UserId) -> Handle {
        match self {
            Subject::Uuid(uuid) => Handle { id, uuid: *uuid },
            Subject::Number(_) | Subject::Text(_) => Handle::from(id),
        }
    }

    /// The subject as it was given.
    pub(crate) fn spelled(&self) -> String {
        match self {
            Subject::Number(id) => id.to_string(),
            Subject::Uuid(uuid) => uuid.to_string(),
            Subject::Text(text) => text.clone(),
        }
    }
}

impl Visitor {
    /// Refuses a subject that names a user to whom this server gave an integer: that user has a subject of their own, and
    /// nobody else may come as them.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.subject.own_id() {
            Some(id) if id.number() >= FIRST_FOREIGN_USER => {
                Err(invalid("sub", "must not be an id that this server gave to somebody else"))
            }
            _ => Ok(()),
        }
    }

    /// The usernames of which [`Visitor::admitted`] asks whether they are free.
    pub fn wanted(&self) -> Vec<String> {
        self.username.iter().cloned().chain([self.subject.spelled()]).collect()
    }

    /// Whether nothing that was said about a person differs from what they are.
    pub fn is_as_said(&self, person: &Person) -> bool {
        let same = |said: &Option<String>, is: &str| said.as_deref().is_none_or(|said| said == is);
        same(&self.name, &person.name) && same(&self.username, &person.username) && same(&self.avatar, &person.avatar)
    }

    /// The person that this visitor is from now on. A username is free when nobody else has it.
    ///
    /// The username is the one that was said, else the old one, else the subject, with the id behind it if somebody else has
    /// it. A name to show that was never given follows the username.
    pub fn admitted(&self, handle: Handle, before: Option<&Person>, is_free: impl Fn(&str) -> bool) -> Person {
        let said = self.username.clone().filter(|name| is_free(name));
        let username = said.or_else(|| before.map(|old| old.username.clone())).unwrap_or_else(|| {
            let subject = self.subject.spelled();
            if is_free(&subject) { subject } else { format!("{subject}-{}", handle.id) }
        });
        let given = before.filter(|old| old.name != old.username).map(|old| old.name.clone());
        let name = self.name.clone().or(given).unwrap_or_else(|| username.clone());
        let avatar = self.avatar.clone().or_else(|| before.map(|old| old.avatar.clone())).unwrap_or_default();
        Person { handle, username, name, avatar }
    }
}
