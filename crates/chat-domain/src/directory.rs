//! The port to whatever knows people and their credentials.

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

/// An account to be made. Check it with [`NewAccount::check`] before hashing its password, which is costly.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAccount {
    /// 1–32 letters, digits, `_`, `.` or `-`. No other account has the same name as [`folded`](crate::names::folded).
    pub username: String,
    /// The name to show; `None` for the username.
    pub name: Option<String>,
    /// The address of a picture; empty for none.
    pub avatar: String,
    /// The digest of the password, which the directory stores without looking at it.
    pub password: String,
}

impl NewAccount {
    /// Refuses names and a picture that an account must not have.
    pub fn check(&self) -> Result<(), Refusal> {
        check_username(&self.username)?;
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        check_avatar(&self.avatar)
    }
}

/// What a person changes about themselves; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// The name to show.
    pub name: Option<String>,
    /// The address of a picture; empty for none.
    pub avatar: Option<String>,
}

impl Update {
    /// Returns the person after the change, or refuses it.
    pub fn of(self, person: &Person) -> Result<Person, Refusal> {
        let name = self.name.unwrap_or_else(|| person.name.clone());
        check_name(&name)?;
        let avatar = self.avatar.unwrap_or_else(|| person.avatar.clone());
        check_avatar(&avatar)?;
        Ok(Person { name, avatar, ..person.clone() })
    }
}

/// A person as an issuer's token, an introspecting back end or the server API describes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
    /// Who vouches for them; empty for this server's own users.
    pub issuer: String,
    /// Their subject, as the issuer gave it.
    pub subject: Subject,
    /// Their name to show, if it was given.
    pub name: Option<String>,
    /// Their username, if it was given.
    pub username: Option<String>,
    /// The address of their picture, if it was given.
    pub avatar: Option<String>,
}

/// How an issuer names a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A positive integer below 2^52, which is the user's integer id.
    Number(UserId),
    /// A UUID, which is the user's UUID. The directory assigns the integer id.
    Uuid(Uuid),
    /// Any other text. The directory assigns both ids.
    Text(String),
}

/// Whatever knows people: their accounts, their credentials as opaque digests, and the users of outside issuers.
pub trait Directory: Send + Sync {
    /// Makes an account. Fails with [`crate::Refusal::NameTaken`] if somebody has the username, and with
    /// [`crate::Refusal::Invalid`] if a field breaks its rule.
    fn register(&self, account: NewAccount) -> Answer<'_, Account>;

    /// Returns the account with this username and the digest of its password.
    fn credential(&self, username: String) -> Answer<'_, Option<(Account, String)>>;

    /// Returns these accounts. Ids that are not known are left out.
    fn people(&self, users: Vec<UserId>) -> Answer<'_, Vec<Account>>;

    /// Returns the user with this UUID, whether an issuer gave it or it is computed from the integer id.
    fn by_uuid(&self, uuid: Uuid) -> Answer<'_, Option<Account>>;

    /// Returns the user with this username, in any letter case.
    fn by_username(&self, username: String) -> Answer<'_, Option<Account>>;

    /// Returns people whose username or name begins with `query`, in order of username, beginning after the username
    /// `after`.
    fn search(&self, query: String, after: Option<String>, limit: usize) -> Answer<'_, Vec<Account>>;

    /// Returns the user whom a visitor's issuer and subject mean, and makes one when these are first seen. Takes over
    /// the names and the picture that the visitor states.
    fn admit(&self, visitor: Visitor) -> Answer<'_, Account>;

    /// Changes what a person shows of themselves.
    fn update(&self, user: UserId, update: Update) -> Answer<'_, Account>;

    /// Begins a family of refresh tokens with this digest as its first token.
    fn open_family(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, Grant>;

    /// Replaces a refresh token by a new one. If the old one was used before, the whole family is revoked.
    fn rotate(&self, old: String, new: String, now: Time, expires: Time) -> Answer<'_, Rotation>;

    /// Returns the family that a refresh token belongs to and its user, unless the family was revoked.
    fn family(&self, digest: String) -> Answer<'_, Option<(UserId, Family)>>;

    /// Revokes a family, if it is this user's.
    fn close_family(&self, user: UserId, family: Family) -> Answer<'_, ()>;

    /// Returns a user's account and token generation. If a family is named that is not theirs or was revoked, returns
    /// `None`.
    fn holder(&self, user: UserId, family: Option<Family>) -> Answer<'_, Option<Holder>>;

    /// Ends all tokens that were made for a user until now.
    fn end_tokens(&self, user: UserId, now: Time) -> Answer<'_, Option<Holder>>;

    /// Replaces a user's password by another digest, and ends all of their log-ins except `kept`.
    fn set_password(&self, user: UserId, password: String, kept: Kept) -> Answer<'_, Ended>;

    /// Takes name, username, picture and password from a user for good and ends all of their log-ins. The id stays. If
    /// the erasure says so, their messages become unreadable, and [`Journal::purging`](crate::Journal::purging) names
    /// them for deletion.
    fn erase(&self, erasure: Erasure) -> Answer<'_, Ended>;

    /// Returns how far the erasing of a user has come; `None` if they were not erased.
    fn erasing(&self, user: UserId) -> Answer<'_, Option<Erasing>>;

    /// Returns how far erasing has come for everybody who was erased: first those who are not done, then the others,
    /// each newest first.
    fn erasings(&self, limit: usize) -> Answer<'_, Vec<Erasing>>;

    /// Deletes up to `limit` rows of what is left of an erased user whose memberships and messages are gone: their
    /// notifications and the names of their requests. Returns `true`, and notes it, if nothing is left.
    fn tidy(&self, user: UserId, now: Time, limit: usize) -> Answer<'_, bool>;

    /// Suspends a user until a moment, for a reason that operators can read; a past moment ends the suspension. Their
    /// log-ins stay and work again afterwards.
    fn suspend(&self, user: UserId, until: Time, reason: String) -> Answer<'_, ()>;

    /// Returns the newest suspension of each user for whom one was noted after this number, in order of numbers.
    fn suspensions(&self, after: u64) -> Answer<'_, Vec<Suspension>>;

    /// Begins a cookie session.
    fn open_session(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, ()>;

    /// Returns the user of a cookie session. A session that has less than half of its time left is prolonged to
    /// `expires`.
    fn session(&self, digest: String, now: Time, expires: Time) -> Answer<'_, Option<Account>>;

    /// Ends a cookie session.
    fn close_session(&self, digest: String) -> Answer<'_, ()>;

    /// Notes when these users were last seen; such a moment never moves back.
    fn seen(&self, users: Vec<(UserId, Time)>) -> Answer<'_, ()>;

    /// Notes when these users came to Socket.IO or left it.
    fn note_visits(&self, visits: Vec<(UserId, Visit)>) -> Answer<'_, ()>;

    /// Returns what was last noted of a user's coming to Socket.IO or leaving it.
    fn last_visit(&self, user: UserId) -> Answer<'_, Option<Visit>>;
}

/// Whether a user was connected to Socket.IO when that was last noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// They came at this moment and nobody has noted that they left: they are still there, or the server was killed.
    Came(Time),
    /// They left at this moment.
    Left(Time),
}
