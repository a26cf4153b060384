//! The port to whatever knows who people are.

use alloc::string::String;
use alloc::vec::Vec;

pub use crate::account::Account;
use crate::erasing::{Erasing, Erasure};
use crate::grant::{Ended, Family, Grant, Holder, Kept, Rotation};
use crate::id::{UserId, Uuid};
use crate::journal::Answer;
use crate::names::{check_avatar, check_name, check_username};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::suspension::Suspension;
use crate::time::Time;

/// A new account. Names are checked by [`NewAccount::check`] before a password is worth hashing.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAccount {
    /// 1–32 of letters, digits, `_`, `.`, `-`; unique as [`folded`](crate::names::folded).
    pub username: String,
    /// The name to show; the username where there is none.
    pub name: Option<String>,
    /// The address of a picture, or empty.
    pub avatar: String,
    /// The digest of the password, opaque here.
    pub password: String,
}

impl NewAccount {
    /// Whether the names and the picture are such as an account may have.
    pub fn check(&self) -> Result<(), Refusal> {
        check_username(&self.username)?;
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        check_avatar(&self.avatar)
    }
}

/// What somebody changes about themselves; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// The name to show.
    pub name: Option<String>,
    /// The address of a picture, or empty.
    pub avatar: Option<String>,
}

impl Update {
    /// The person after it, if it says what may be said.
    pub fn of(self, person: &Person) -> Result<Person, Refusal> {
        let name = self.name.unwrap_or_else(|| person.name.clone());
        check_name(&name)?;
        let avatar = self.avatar.unwrap_or_else(|| person.avatar.clone());
        check_avatar(&avatar)?;
        Ok(Person { name, avatar, ..person.clone() })
    }
}

/// Somebody as an issuer's token, an introspecting back end or the server API names them.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
    /// Who vouches. Empty for this server's own users.
    pub issuer: String,
    /// Their subject, as it was given.
    pub subject: Subject,
    /// Their name, if it was said.
    pub name: Option<String>,
    /// Their unique name, if it was said.
    pub username: Option<String>,
    /// Their picture, if it was said.
    pub avatar: Option<String>,
}

/// How an issuer names a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A positive integer below 2^52: it is the integer id.
    Number(UserId),
    /// A UUID: it is the UUID, an integer is given.
    Uuid(Uuid),
    /// Anything else: both are given.
    Text(String),
}

/// Whatever knows people: accounts, their credentials as opaque digests, users of outside issuers.
pub trait Directory: Send + Sync {
    /// Makes an account. [`crate::Refusal::NameTaken`] if the name is, [`crate::Refusal::Invalid`] if it breaks its rule.
    fn register(&self, account: NewAccount) -> Answer<'_, Account>;

    /// The account of this name and the digest of its password.
    fn credential(&self, username: String) -> Answer<'_, Option<(Account, String)>>;

    /// Who these are; unknown ids are left out.
    fn people(&self, users: Vec<UserId>) -> Answer<'_, Vec<Account>>;

    /// The user with this UUID, an issuer's own or a computed one.
    fn by_uuid(&self, uuid: Uuid) -> Answer<'_, Option<Account>>;

    /// The user with this username, in any case.
    fn by_username(&self, username: String) -> Answer<'_, Option<Account>>;

    /// People whose username or name begins with this, in order of username, those after `after`.
    fn search(&self, query: String, after: Option<String>, limit: usize) -> Answer<'_, Vec<Account>>;

    /// The user whom an issuer calls so, made at first sight; names and pictures that were said are taken over.
    fn admit(&self, visitor: Visitor) -> Answer<'_, Account>;

    /// Changes what somebody shows of themselves.
    fn update(&self, user: UserId, update: Update) -> Answer<'_, Account>;

    /// Begins a family of refresh tokens with this digest.
    fn open_family(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, Grant>;

    /// Puts a new refresh token in the place of an old one. An old one used twice revokes the whole family.
    fn rotate(&self, old: String, new: String, now: Time, expires: Time) -> Answer<'_, Rotation>;

    /// The family that this refresh token belongs to, and whose it is, unless it was revoked.
    fn family(&self, digest: String) -> Answer<'_, Option<(UserId, Family)>>;

    /// Revokes a family, if it is this user's.
    fn close_family(&self, user: UserId, family: Family) -> Answer<'_, ()>;

    /// Somebody who comes with a token of this family, if one is named; nobody if that is not theirs or was revoked.
    fn holder(&self, user: UserId, family: Option<Family>) -> Answer<'_, Option<Holder>>;

    /// Ends all tokens that were made for somebody until now.
    fn end_tokens(&self, user: UserId, now: Time) -> Answer<'_, Option<Holder>>;

    /// Puts another password's digest in the place of somebody's, and ends all of their log-ins but this one.
    fn set_password(&self, user: UserId, password: String, kept: Kept) -> Answer<'_, Ended>;

    /// Takes name, username, picture and password from somebody for good, and ends all of their log-ins. The id stays. If what they
    /// said is to go, nobody reads it any more, and [`Journal::purging`](crate::Journal::purging) names it.
    fn erase(&self, erasure: Erasure) -> Answer<'_, Ended>;

    /// How far somebody's erasing has come, if they were erased.
    fn erasing(&self, user: UserId) -> Answer<'_, Option<Erasing>>;

    /// The same of everybody: first those with whom it is not done, then the others, each the newest first.
    fn erasings(&self, limit: usize) -> Answer<'_, Vec<Erasing>>;

    /// Deletes some of what is left of somebody who was erased, once their memberships and messages are gone: what they were notified of, under
    /// which names they sent. Whether nothing is left, which is noted then.
    fn tidy(&self, user: UserId, now: Time, limit: usize) -> Answer<'_, bool>;

    /// Keeps somebody out until a moment, for a reason that is kept for operators; a moment that is past lets them in again. Their
    /// log-ins go on after it.
    fn suspend(&self, user: UserId, until: Time, reason: String) -> Answer<'_, ()>;

    /// What was said last of each person of whom something was said after this number, in the order of the numbers.
    fn suspensions(&self, after: u64) -> Answer<'_, Vec<Suspension>>;

    /// Begins a cookie session.
    fn open_session(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, ()>;

    /// Whose cookie session this is. One that has used up half of its time is prolonged to `expires`.
    fn session(&self, digest: String, now: Time, expires: Time) -> Answer<'_, Option<Account>>;

    /// Ends a cookie session.
    fn close_session(&self, digest: String) -> Answer<'_, ()>;

    /// Notes when these users were last seen; a time never moves back.
    fn seen(&self, users: Vec<(UserId, Time)>) -> Answer<'_, ()>;

    /// Notes when these users came to or left Socket.IO.
    fn note_visits(&self, visits: Vec<(UserId, Visit)>) -> Answer<'_, ()>;

    /// What was last noted of somebody's coming to Socket.IO or leaving it.
    fn last_visit(&self, user: UserId) -> Answer<'_, Option<Visit>>;
}

/// Whether somebody was at Socket.IO when that was last noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// They came then, and nobody has noted that they left: they are there, or the server ended without a word.
    Came(Time),
    /// They left then.
    Left(Time),
}
