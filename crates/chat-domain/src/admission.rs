//! How a visitor is admitted: who it is, under which name, and what is taken over of what was said.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::checks::invalid;
use crate::directory::{Subject, Visitor};
use crate::id::{FIRST_FOREIGN_USER, UserId};
use crate::names::{check_avatar, check_name, check_username, given};
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
    /// Refuses names and pictures that nobody may have. Refuses a subject, too, that names a user to whom this server gave
    /// an integer: that user has a subject of their own, and nobody else may come as them.
    pub fn check(&self) -> Result<(), Refusal> {
        self.username.as_deref().map_or(Ok(()), check_username)?;
        self.name.as_deref().map_or(Ok(()), check_name)?;
        self.avatar.as_deref().map_or(Ok(()), check_avatar)?;
        if let Subject::Text(text) = &self.subject
            && (text.is_empty() || text.len() > SUBJECT || text.contains(char::is_control))
        {
            return Err(invalid("sub", "must have 1 to 255 bytes and no control characters"));
        }
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

    /// Refuses a username that was said and is somebody else's.
    pub fn check_free(&self, is_free: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        match &self.username {
            Some(said) if !is_free(said) => Err(Refusal::NameTaken),
            _ => Ok(()),
        }
    }

    /// The person that this visitor is from now on, once [`Visitor::check_free`] is well. A username is free when nobody else has it.
    ///
    /// The username is the one that was said, else the old one, else the subject if it is a username that nobody else has, else
    /// one with the id in it. A name to show that was never given follows the username.
    pub fn admitted(&self, handle: Handle, before: Option<&Person>, is_free: impl Fn(&str) -> bool) -> Person {
        let said = self.username.clone().or_else(|| before.map(|old| old.username.clone()));
        let username = said.unwrap_or_else(|| {
            let subject = Some(self.subject.spelled()).filter(|subject| check_username(subject).is_ok());
            subject.filter(|subject| is_free(subject)).unwrap_or_else(|| given(handle.id))
        });
        let given = before.filter(|old| old.name != old.username).map(|old| old.name.clone());
        let name = self.name.clone().or(given).unwrap_or_else(|| username.clone());
        let avatar = self.avatar.clone().or_else(|| before.map(|old| old.avatar.clone())).unwrap_or_default();
        Person { handle, username, name, avatar }
    }
}

/// Bytes of a subject.
const SUBJECT: usize = 255;
