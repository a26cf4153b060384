//! The directory on a database.

use chat_domain::directory::{NewAccount, Update, Visit, Visitor};
use chat_domain::grant::{Ended, Family, Grant, Holder, Kept, Rotation};
use chat_domain::journal::Answer;
use chat_domain::{Account, Directory, Erasing, Erasure, Refusal, Suspension, Time, UserId, Uuid};

use super::super::{Database, endings, erasing, people, sessions, suspensions};

impl Directory for Database {
    fn register(&self, account: NewAccount) -> Answer<'_, Account> {
        self.write(move |conn| Box::pin(people::register(conn, account)))
    }

    fn credential(&self, username: String) -> Answer<'_, Option<(Account, String)>> {
        self.read(move |conn| Box::pin(async move { people::credential(conn, &username).await }))
    }

    fn people(&self, users: Vec<UserId>) -> Answer<'_, Vec<Account>> {
        self.read(move |conn| Box::pin(people::people(conn, users)))
    }

    fn by_uuid(&self, uuid: Uuid) -> Answer<'_, Option<Account>> {
        self.read(move |conn| Box::pin(people::by_uuid(conn, uuid)))
    }

    fn by_username(&self, username: String) -> Answer<'_, Option<Account>> {
        self.read(move |conn| Box::pin(async move { people::by_username(conn, &username).await }))
    }

    fn search(&self, query: String, after: Option<String>, limit: usize) -> Answer<'_, Vec<Account>> {
        self.read(move |conn| Box::pin(async move { people::search(conn, &query, after, limit).await }))
    }

    fn admit(&self, visitor: Visitor) -> Answer<'_, Account> {
        Box::pin(async move {
            visitor.check()?;
            let asked = visitor.clone();
            let known = self.read(move |conn| Box::pin(async move { people::visitor(conn, &asked).await })).await?;
            match known {
                Some(account) if account.person.is_erased() => Err(Refusal::UnknownUser.into()),
                Some(account) if visitor.is_as_said(&account.person) => Ok(account),
                _ => self.write(move |conn| Box::pin(people::admit(conn, visitor))).await,
            }
        })
    }

    fn update(&self, user: UserId, update: Update) -> Answer<'_, Account> {
        self.write(move |conn| Box::pin(people::change(conn, user, update)))
    }

    fn open_family(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, Grant> {
        self.write(move |conn| Box::pin(async move { sessions::open_family(conn, user, &digest, expires).await }))
    }

    fn rotate(&self, old: String, new: String, now: Time, expires: Time) -> Answer<'_, Rotation> {
        self.write(move |conn| Box::pin(async move { sessions::rotate(conn, &old, &new, now, expires).await }))
    }

    fn family(&self, digest: String) -> Answer<'_, Option<(UserId, Family)>> {
        self.read(move |conn| Box::pin(async move { sessions::family(conn, &digest).await }))
    }

    fn close_family(&self, user: UserId, family: Family) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(sessions::close_family(conn, user, family)))
    }

    fn holder(&self, user: UserId, family: Option<Family>) -> Answer<'_, Option<Holder>> {
        self.read(move |conn| Box::pin(sessions::holder(conn, user, family)))
    }

    fn end_tokens(&self, user: UserId, now: Time) -> Answer<'_, Option<Holder>> {
        self.write(move |conn| Box::pin(sessions::end_tokens(conn, user, now)))
    }

    fn set_password(&self, user: UserId, password: String, kept: Kept) -> Answer<'_, Ended> {
        self.write(move |conn| Box::pin(async move { endings::set_password(conn, user, &password, &kept).await }))
    }

    fn suspend(&self, user: UserId, until: Time, reason: String) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(async move { suspensions::suspend(conn, user, until, &reason).await }))
    }

    fn suspensions(&self, after: u64) -> Answer<'_, Vec<Suspension>> {
        self.read(move |conn| Box::pin(suspensions::after(conn, after)))
    }

    fn erase(&self, erasure: Erasure) -> Answer<'_, Ended> {
        self.write(move |conn| Box::pin(erasing::erase(conn, erasure)))
    }

    fn erasing(&self, user: UserId) -> Answer<'_, Option<Erasing>> {
        self.read(move |conn| Box::pin(erasing::one(conn, user)))
    }

    fn erasings(&self, limit: usize) -> Answer<'_, Vec<Erasing>> {
        self.read(move |conn| Box::pin(erasing::all(conn, limit)))
    }

    fn tidy(&self, user: UserId, now: Time, limit: usize) -> Answer<'_, bool> {
        Box::pin(async move {
            let is_done = self.write(move |conn| Box::pin(erasing::tidy(conn, user, limit))).await?;
            if is_done {
                self.scrub().await?;
                self.write(move |conn| Box::pin(erasing::done(conn, user, now))).await?;
            }
            Ok(is_done)
        })
    }

    fn note_visits(&self, visits: Vec<(UserId, Visit)>) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(people::note_visits(conn, visits)))
    }

    fn last_visit(&self, user: UserId) -> Answer<'_, Option<Visit>> {
        self.read(move |conn| Box::pin(people::last_visit(conn, user)))
    }

    fn open_session(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(async move { sessions::open_session(conn, user, &digest, expires).await }))
    }

    fn session(&self, digest: String, now: Time, expires: Time) -> Answer<'_, Option<Account>> {
        Box::pin(async move {
            let asked = digest.clone();
            let found =
                self.read(move |conn| Box::pin(async move { sessions::session(conn, &asked, now).await })).await?;
            let Some((account, until)) = found else { return Ok(None) };
            if until.since(now) < expires.since(now) / 2 {
                self.write(move |conn| Box::pin(async move { sessions::prolong(conn, &digest, expires).await }))
                    .await?;
            }
            Ok(Some(account))
        })
    }

    fn close_session(&self, digest: String) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(async move { sessions::close_session(conn, &digest).await }))
    }

    fn seen(&self, users: Vec<(UserId, Time)>) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(people::seen(conn, users)))
    }
}
