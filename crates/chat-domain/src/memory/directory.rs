//! The directory in memory.

use alloc::string::String;
use alloc::vec::Vec;

use super::accounts::account;
use super::{InMemory, World};
use crate::directory::{Account, Directory, NewAccount, Update, Visit, Visitor};
use crate::erasing::{Erasing, Erasure};
use crate::grant::{Ended, Family, Grant, Holder, Kept, Rotation};
use crate::id::{UserId, Uuid};
use crate::journal::Answer;
use crate::refusal::Refusal;
use crate::suspension::Suspension;
use crate::time::Time;

impl Directory for InMemory {
    fn register(&self, new: NewAccount) -> Answer<'_, Account> {
        self.answer(|World { accounts, chat, .. }| Ok(accounts.register(chat, new)?))
    }

    fn credential(&self, username: String) -> Answer<'_, Option<(Account, String)>> {
        self.answer(|world| Ok(world.accounts.credential(&world.chat, &username)))
    }

    fn people(&self, users: Vec<UserId>) -> Answer<'_, Vec<Account>> {
        self.answer(|world| Ok(users.into_iter().filter_map(|user| account(&world.chat, user)).collect()))
    }

    fn by_uuid(&self, uuid: Uuid) -> Answer<'_, Option<Account>> {
        self.answer(|world| Ok(world.accounts.by_uuid(&world.chat, uuid)))
    }

    fn by_username(&self, username: String) -> Answer<'_, Option<Account>> {
        self.answer(|world| Ok(world.accounts.by_username(&world.chat, &username)))
    }

    fn search(&self, query: String, after: Option<String>, limit: usize) -> Answer<'_, Vec<Account>> {
        self.answer(|world| Ok(world.accounts.search(&world.chat, &query, after.as_deref(), limit)))
    }

    fn admit(&self, visitor: Visitor) -> Answer<'_, Account> {
        self.answer(|World { accounts, chat, .. }| Ok(accounts.admit(chat, visitor)?))
    }

    fn update(&self, user: UserId, update: Update) -> Answer<'_, Account> {
        self.answer(|World { accounts, chat, .. }| {
            let before = account(chat, user).ok_or(Refusal::UnknownUser)?;
            Ok(accounts.keep(chat, update.of(&before.person)?)?)
        })
    }

    fn open_family(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, Grant> {
        self.answer(|world| Ok(world.accounts.open_family(user, digest, expires)))
    }

    fn rotate(&self, old: String, new: String, now: Time, expires: Time) -> Answer<'_, Rotation> {
        self.answer(|world| Ok(world.accounts.rotate(&world.chat, &old, new, now, expires)))
    }

    fn family(&self, digest: String) -> Answer<'_, Option<(UserId, Family)>> {
        self.answer(|world| Ok(world.accounts.family(&digest)))
    }

    fn close_family(&self, user: UserId, family: Family) -> Answer<'_, ()> {
        self.answer(|world| {
            world.accounts.close_family(user, family);
            Ok(())
        })
    }

    fn holder(&self, user: UserId, family: Option<Family>) -> Answer<'_, Option<Holder>> {
        self.answer(|world| Ok(world.accounts.holder(&world.chat, user, family)))
    }

    fn end_tokens(&self, user: UserId, now: Time) -> Answer<'_, Option<Holder>> {
        self.answer(|World { accounts, chat, .. }| Ok(accounts.end_tokens(chat, user, now)))
    }

    fn set_password(&self, user: UserId, password: String, kept: Kept) -> Answer<'_, Ended> {
        self.answer(|world| Ok(world.accounts.set_password(user, password, &kept)))
    }

    fn suspend(&self, user: UserId, until: Time, _: String) -> Answer<'_, ()> {
        self.answer(|World { accounts, chat, .. }| {
            chat.living(user)?;
            accounts.suspend(user, until);
            Ok(())
        })
    }

    fn suspensions(&self, after: u64) -> Answer<'_, Vec<Suspension>> {
        self.answer(|World { accounts, .. }| Ok(accounts.suspensions(after)))
    }

    fn erase(&self, erasure: Erasure) -> Answer<'_, Ended> {
        self.answer(|World { accounts, chat, pushed, .. }| {
            pushed.forget_all_of(erasure.user);
            Ok(accounts.erase(chat, erasure)?)
        })
    }

    fn erasing(&self, user: UserId) -> Answer<'_, Option<Erasing>> {
        self.answer(|World { accounts, chat, .. }| Ok(accounts.erasing(chat, user)))
    }

    fn erasings(&self, limit: usize) -> Answer<'_, Vec<Erasing>> {
        self.answer(|World { accounts, chat, .. }| Ok(accounts.erasings(chat, limit)))
    }

    fn tidy(&self, user: UserId, now: Time, _: usize) -> Answer<'_, bool> {
        self.answer(|world| {
            let is_ready = world.chat.memberships(user).is_empty() && world.chat.unsaid_left(user) == 0;
            if is_ready {
                world.notifications.forget(user);
                world.accounts.erased(user, now);
            }
            Ok(is_ready)
        })
    }

    fn open_session(&self, user: UserId, digest: String, expires: Time) -> Answer<'_, ()> {
        self.answer(|world| {
            world.accounts.open_session(user, digest, expires);
            Ok(())
        })
    }

    fn session(&self, digest: String, now: Time, expires: Time) -> Answer<'_, Option<Account>> {
        self.answer(|world| Ok(world.accounts.session(&world.chat, &digest, now, expires)))
    }

    fn close_session(&self, digest: String) -> Answer<'_, ()> {
        self.answer(|world| {
            world.accounts.close_session(&digest);
            Ok(())
        })
    }

    fn seen(&self, users: Vec<(UserId, Time)>) -> Answer<'_, ()> {
        self.answer(|world| {
            users.into_iter().for_each(|(user, at)| world.chat.seen(user, at));
            Ok(())
        })
    }

    fn note_visits(&self, visits: Vec<(UserId, Visit)>) -> Answer<'_, ()> {
        self.answer(|world| {
            world.accounts.visits.extend(visits);
            Ok(())
        })
    }

    fn last_visit(&self, user: UserId) -> Answer<'_, Option<Visit>> {
        self.answer(|world| Ok(world.accounts.visits.get(&user).copied()))
    }
}
