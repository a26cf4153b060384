//! Accounts and credentials, in memory.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::Chat;
use crate::directory::{Account, NewAccount, Subject, Visit, Visitor};
use crate::erasing::{Erasing, Erasure};
use crate::fact::Fact;
use crate::grant::{Ended, Family, Grant, Holder, Kept, Rotation};
use crate::id::{FIRST_FOREIGN_USER, UserId, Uuid};
use crate::names::folded;
use crate::person::{Handle, Person};
use crate::refusal::Refusal;
use crate::suspension::Suspension;
use crate::time::Time;

#[derive(Default)]
pub(super) struct Accounts {
    /// The suspensions, in the order in which they were noted, one for each user.
    suspensions: Vec<Suspension>,
    /// How many suspensions were ever noted.
    suspended: u64,
    /// The erasings, in the order in which they were ordered.
    erasings: Vec<Erasing>,
    /// The users by folded username.
    names: BTreeMap<String, UserId>,
    /// The users with a UUID of an issuer.
    uuids: BTreeMap<Uuid, UserId>,
    /// The users whose subject is any other text, by issuer and subject.
    subjects: BTreeMap<(String, String), UserId>,
    passwords: BTreeMap<UserId, String>,
    local: i64,
    foreign: i64,
    tokens: BTreeMap<String, Token>,
    /// The families that were not revoked, and whose they are.
    families: BTreeMap<Family, UserId>,
    opened: i64,
    /// How often a user's tokens were ended, and when they last were.
    ended: BTreeMap<UserId, (i64, Time)>,
    sessions: BTreeMap<String, (UserId, Time)>,
    pub(super) visits: BTreeMap<UserId, Visit>,
}

struct Token {
    family: Family,
    used: bool,
    expires: Time,
}

impl Accounts {
    pub(super) fn register(&mut self, chat: &mut Chat, new: NewAccount) -> Result<Account, Refusal> {
        new.check()?;
        if self.names.contains_key(&folded(&new.username)) {
            return Err(Refusal::NameTaken);
        }
        let id = self.next_local(chat);
        let name = new.name.unwrap_or_else(|| new.username.clone());
        self.passwords.insert(id, new.password);
        let person = Person { handle: Handle::from(id), username: new.username, name, avatar: new.avatar };
        self.keep(chat, person)
    }

    pub(super) fn credential(&self, chat: &Chat, username: &str) -> Option<(Account, String)> {
        let account = self.by_username(chat, username)?;
        let password = self.passwords.get(&account.person.id())?.clone();
        Some((account, password))
    }

    pub(super) fn by_uuid(&self, chat: &Chat, uuid: Uuid) -> Option<Account> {
        let id = self.uuids.get(&uuid).copied().or_else(|| UserId::from_uuid(uuid))?;
        account(chat, id).filter(|account| account.person.handle.uuid == uuid)
    }

    pub(super) fn by_username(&self, chat: &Chat, username: &str) -> Option<Account> {
        account(chat, *self.names.get(&folded(username))?)
    }

    pub(super) fn search(&self, chat: &Chat, query: &str, after: Option<&str>, limit: usize) -> Vec<Account> {
        let (query, after) = (folded(query), after.map(folded));
        let later = self.names.iter().filter(|(name, _)| after.as_ref().is_none_or(|after| *name > after));
        let accounts = later.filter_map(|(_, &id)| account(chat, id));
        let begins = |account: &Account| {
            folded(&account.person.username).starts_with(&query) || folded(&account.person.name).starts_with(&query)
        };
        accounts.filter(begins).take(limit).collect()
    }

    /// Returns a visitor's account, and makes it for a visitor who was never here.
    pub(super) fn admit(&mut self, chat: &mut Chat, visitor: Visitor) -> Result<Account, Refusal> {
        visitor.check()?;
        let handle = self.identify(chat, &visitor);
        let before = account(chat, handle.id).map(|account| account.person);
        if before.as_ref().is_some_and(|before| before.is_erased()) {
            return Err(Refusal::UnknownUser);
        }
        let is_free = |name: &str| self.names.get(&folded(name)).is_none_or(|&owner| owner == handle.id);
        visitor.check_free(is_free)?;
        let person = visitor.admitted(handle, before.as_deref(), is_free);
        self.give(&visitor, handle.id);
        self.keep(chat, person)
    }

    pub(super) fn open_family(&mut self, user: UserId, digest: String, expires: Time) -> Grant {
        self.opened += 1;
        let family = Family(self.opened);
        self.families.insert(family, user);
        self.tokens.insert(digest, Token { family, used: false, expires });
        self.grant(user, family)
    }

    pub(super) fn rotate(&mut self, chat: &Chat, old: &str, new: String, now: Time, expires: Time) -> Rotation {
        let Some(token) = self.tokens.get_mut(old) else { return Rotation::Unknown };
        let (family, used) = (token.family, core::mem::replace(&mut token.used, true));
        if used {
            let owner = self.families.remove(&family);
            return owner.map_or(Rotation::Unknown, |owner| Rotation::Reused(owner, family));
        }
        let user = self.families.get(&family).filter(|_| token.expires > now);
        let Some(account) = user.and_then(|&user| account(chat, user)) else { return Rotation::Unknown };
        self.tokens.insert(new, Token { family, used: false, expires });
        let grant = self.grant(account.person.id(), family);
        Rotation::Rotated(account, grant)
    }

    pub(super) fn family(&self, digest: &str) -> Option<(UserId, Family)> {
        let family = self.tokens.get(digest)?.family;
        Some((*self.families.get(&family)?, family))
    }

    pub(super) fn close_family(&mut self, user: UserId, family: Family) {
        if self.families.get(&family) == Some(&user) {
            self.families.remove(&family);
        }
    }

    pub(super) fn holder(&self, chat: &Chat, user: UserId, family: Option<Family>) -> Option<Holder> {
        if family.is_some_and(|family| self.families.get(&family) != Some(&user)) {
            return None;
        }
        let (generation, since) = self.ended.get(&user).copied().unwrap_or_default();
        Some(Holder { account: account(chat, user)?, generation, since })
    }

    pub(super) fn end_tokens(&mut self, chat: &Chat, user: UserId, now: Time) -> Option<Holder> {
        let (generation, since) = self.ended.entry(user).or_default();
        (*generation, *since) = (*generation + 1, now.max(*since));
        self.holder(chat, user, None)
    }

    /// Whether the log-in that registered a device has not ended: its family or its cookie session stands.
    pub(super) fn stands(&self, family: Option<Family>, session: Option<&str>, now: Time) -> bool {
        family.is_none_or(|family| self.families.contains_key(&family))
            && session.is_none_or(|digest| self.sessions.get(digest).is_some_and(|(_, expires)| *expires > now))
    }

    /// Whether a user is suspended at this moment.
    pub(super) fn is_suspended(&self, user: UserId, now: Time) -> bool {
        self.suspensions.iter().any(|one| one.user == user && one.until > now)
    }

    fn grant(&self, user: UserId, family: Family) -> Grant {
        let generation = self.ended.get(&user).map_or(0, |(generation, _)| *generation);
        Grant { family: Some(family), generation }
    }

    pub(super) fn open_session(&mut self, user: UserId, digest: String, expires: Time) {
        self.sessions.insert(digest, (user, expires));
    }

    /// A session with less than half of its time left is prolonged to `renewed`.
    pub(super) fn session(&mut self, chat: &Chat, digest: &str, now: Time, renewed: Time) -> Option<Account> {
        let (user, expires) = self.sessions.get_mut(digest)?;
        if *expires <= now {
            self.sessions.remove(digest);
            return None;
        }
        if expires.since(now) < renewed.since(now) / 2 {
            *expires = renewed;
        }
        account(chat, *user)
    }

    pub(super) fn set_password(&mut self, user: UserId, password: String, kept: &Kept) -> Ended {
        self.passwords.insert(user, password);
        self.end_log_ins(user, kept)
    }

    /// Suspends a user until this moment.
    pub(super) fn suspend(&mut self, user: UserId, until: Time) {
        self.suspensions.retain(|one| one.user != user);
        self.suspended += 1;
        self.suspensions.push(Suspension { no: self.suspended, user, until });
    }

    /// Returns the suspensions that were noted after this number.
    pub(super) fn suspensions(&self, after: u64) -> Vec<Suspension> {
        self.suspensions.iter().filter(|one| one.no > after).copied().collect()
    }

    pub(super) fn erase(&mut self, chat: &mut Chat, erasure: Erasure) -> Result<Ended, Refusal> {
        let user = erasure.user;
        let person = chat.living(user)?.clone();
        self.passwords.remove(&user);
        self.names.remove(&folded(&person.username));
        chat.learn(Fact::Person(user, Some(Arc::new(person.erased()))));
        let said = if erasure.unsaid { chat.unsay(user) } else { 0 };
        self.erasings.push(Erasing { erasure, said, left: 0, done: None });
        Ok(self.end_log_ins(user, &Kept::default()))
    }

    pub(super) fn erasing(&self, chat: &Chat, user: UserId) -> Option<Erasing> {
        self.erasings(chat, usize::MAX).into_iter().find(|one| one.erasure.user == user)
    }

    pub(super) fn erasings(&self, chat: &Chat, limit: usize) -> Vec<Erasing> {
        let mut all: Vec<_> = self.erasings.iter().rev().copied().collect();
        all.iter_mut().for_each(|one| one.left = chat.unsaid_left(one.erasure.user));
        all.sort_by_key(|one| one.done.is_some());
        all.truncate(limit);
        all
    }

    /// Notes that nothing is left to be erased of a user.
    pub(super) fn erased(&mut self, user: UserId, now: Time) {
        let own = self.erasings.iter_mut().filter(|one| one.erasure.user == user);
        own.for_each(|one| one.done = one.done.or(Some(now)));
    }

    fn end_log_ins(&mut self, user: UserId, kept: &Kept) -> Ended {
        let families = self.families.extract_if(.., |family, owner| *owner == user && kept.family != Some(*family));
        let families = families.map(|(family, _)| family).collect();
        let ends = |digest: &String, (owner, _): &mut (UserId, Time)| *owner == user && !kept.sessions.contains(digest);
        let sessions = self.sessions.extract_if(.., ends).map(|(digest, _)| digest).collect();
        Ended { sessions, families }
    }

    pub(super) fn close_session(&mut self, digest: &str) {
        self.sessions.remove(digest);
    }

    /// Returns both ids of a visitor. For one who was never here, the integer is the next free one, which
    /// [`Accounts::give`] assigns.
    fn identify(&self, chat: &Chat, visitor: &Visitor) -> Handle {
        let given = match &visitor.subject {
            Subject::Uuid(uuid) => self.uuids.get(uuid),
            subject => self.subjects.get(&(visitor.issuer.clone(), subject.spelled())),
        };
        let next = || numbered(FIRST_FOREIGN_USER + self.foreign);
        let id = visitor.subject.own_id().unwrap_or_else(|| given.copied().unwrap_or_else(next));
        account(chat, id).map_or_else(|| visitor.subject.handle(id), |account| account.person.handle)
    }

    /// Assigns an admitted visitor the integer by which they are known from now on.
    fn give(&mut self, visitor: &Visitor, id: UserId) {
        let is_new = match &visitor.subject {
            Subject::Number(_) => false,
            Subject::Uuid(uuid) => UserId::from_uuid(*uuid).is_none() && self.uuids.insert(*uuid, id).is_none(),
            subject => self.subjects.insert((visitor.issuer.clone(), subject.spelled()), id).is_none(),
        };
        self.foreign += i64::from(is_new);
    }

    pub(super) fn keep(&mut self, chat: &mut Chat, person: Person) -> Result<Account, Refusal> {
        let (id, name) = (person.id(), folded(&person.username));
        if let Some(before) = account(chat, id) {
            self.names.remove(&folded(&before.person.username));
        }
        self.names.insert(name, id);
        chat.learn(Fact::Person(id, Some(Arc::new(person))));
        account(chat, id).ok_or(Refusal::UnknownUser)
    }

    /// Returns the next integer that nobody has. A visitor may have come with it.
    fn next_local(&mut self, chat: &Chat) -> UserId {
        loop {
            self.local += 1;
            let id = numbered(self.local);
            if account(chat, id).is_none() {
                return id;
            }
        }
    }
}

pub(super) fn account(chat: &Chat, user: UserId) -> Option<Account> {
    chat.someone(user).map(|(person, last_seen)| Account { person: person.clone(), last_seen })
}

/// Makes an id of a number that counts people. It cannot be too large: memory would be full before.
fn numbered(number: i64) -> UserId {
    UserId::new(number).expect("memory holds fewer people than there are numbers")
}
