//! How the directory admits a visitor: under which id, with which username, name and picture.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::checks::invalid;
use crate::directory::{Subject, Visitor};
use crate::id::{FIRST_FOREIGN_USER, UserId};
use crate::names::{check_avatar, check_name, check_username, given};
use crate::person::{Handle, Person};
use crate::refusal::Refusal;

impl Subject {
    /// Returns the integer id that the subject itself determines: the subject is a number, or a UUID that was computed
    /// from one. For any other subject the directory assigns an integer when it first sees it.
    pub fn own_id(&self) -> Option<UserId> {
        match self {
            Subject::Number(id) => Some(*id),
            Subject::Uuid(uuid) => UserId::from_uuid(*uuid),
            Subject::Text(_) => None,
        }
    }

    /// Returns both ids of a person who comes for the first time. `id` is [`Subject::own_id`], or the integer that the
    /// directory assigned.
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
    /// Refuses a name, username or picture that breaks its rule. Also refuses a subject that determines an id which
    /// this server assigned to a user of another subject: nobody else may come as that user.
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

    /// Returns the usernames that [`Visitor::check_free`] and [`Visitor::admitted`] may ask about, so that a store can
    /// look them up before.
    pub fn wanted(&self) -> Vec<String> {
        self.username.iter().cloned().chain([self.subject.spelled()]).collect()
    }

    /// Whether the person has every name, username and picture that the visitor states already; what is not stated does
    /// not count.
    pub fn is_as_said(&self, person: &Person) -> bool {
        let same = |said: &Option<String>, is: &str| said.as_deref().is_none_or(|said| said == is);
        same(&self.name, &person.name) && same(&self.username, &person.username) && same(&self.avatar, &person.avatar)
    }

    /// Refuses with [`Refusal::NameTaken`] if the visitor states a username that somebody else has. `is_free` says
    /// whether nobody else has a username.
    pub fn check_free(&self, is_free: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        match &self.username {
            Some(said) if !is_free(said) => Err(Refusal::NameTaken),
            _ => Ok(()),
        }
    }

    /// Returns the person that this visitor is from now on. To be called after [`Visitor::check_free`] has passed.
    ///
    /// The username is the one that the visitor states, else the one they had before, else their subject if it is a
    /// valid username that `is_free`, else one made of the id. A name that was never given follows the username.
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

/// The longest subject, in bytes.
const SUBJECT: usize = 255;
