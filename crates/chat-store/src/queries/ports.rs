//! The two ports, answered by a database.

use std::sync::Arc;

use chat_domain::directory::{NewAccount, Update, Visit, Visitor};
use chat_domain::grant::{Ended, Family, Grant, Holder, Kept, Rotation};
use chat_domain::journal::Answer;
use chat_domain::notification::{NewNotification, NotificationPage};
use chat_domain::view::*;
use chat_domain::{
    Account, Directory, Failure, Head, Journal, MessageId, Notification, NotificationId, Order, Outcome, RoomId, Time,
    UserId, Uuid,
};

use super::{
    Database, chats, endings, lobby, notifications, people, reactions, reads, replay, schema, sessions, threads,
};
use crate::outage;

impl Journal for Database {
    fn execute(&self, order: Order) -> Answer<'_, Outcome> {
        self.enqueue(order)
    }

    fn submit(&self, order: Order) {
        self.enqueue_unheard(order);
    }

    fn history(&self, reader: UserId, room: RoomId, page: Page, limit: usize) -> Answer<'_, History> {
        self.read(move |conn| Box::pin(reads::history(conn, reader, room, page, limit)))
    }

    fn thread(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: Page,
        limit: usize,
    ) -> Answer<'_, History> {
        self.read(move |conn| Box::pin(threads::page(conn, reader, room, message, page, limit)))
    }

    fn message(&self, reader: UserId, room: RoomId, message: MessageId) -> Answer<'_, Shown> {
        self.read(move |conn| Box::pin(reads::one(conn, reader, room, message)))
    }

    fn replay(&self, reader: UserId, room: RoomId, replay: Replay) -> Answer<'_, Replayed> {
        let limits = self.options().limits;
        self.read(move |conn| Box::pin(async move { replay::page(conn, reader, room, replay, &limits).await }))
    }

    fn head(&self, reader: UserId, room: RoomId) -> Answer<'_, Head> {
        self.read(move |conn| Box::pin(async move { Ok(reads::visible(conn, reader, room).await?.head) }))
    }

    fn joining(&self, reader: UserId, room: RoomId) -> Answer<'_, (Head, Option<MessageId>)> {
        self.read(move |conn| {
            Box::pin(async move {
                let room = reads::visible(conn, reader, room).await?;
                Ok((room.head, room.last_message))
            })
        })
    }

    fn heads(&self, rooms: Vec<RoomId>) -> Answer<'_, Vec<(RoomId, Head)>> {
        self.read(move |conn| Box::pin(reads::heads(conn, rooms)))
    }

    fn missed(&self, room: RoomId, since: Head, limit: usize) -> Answer<'_, Replayed> {
        let limits = self.options().limits;
        self.read(move |conn| Box::pin(async move { replay::missed(conn, room, since, limit, &limits).await }))
    }

    fn chats(&self, reader: UserId, before: Option<RoomId>, limit: usize) -> Answer<'_, Chats> {
        self.read(move |conn| Box::pin(chats::page(conn, reader, before, limit)))
    }

    fn chat(&self, reader: UserId, room: RoomId) -> Answer<'_, ChatView> {
        self.read(move |conn| Box::pin(chats::one(conn, reader, room)))
    }

    fn hide(&self, user: UserId, room: RoomId) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(chats::hide(conn, user, room)))
    }

    fn members(
        &self,
        reader: UserId,
        room: RoomId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<MemberView>> {
        self.read(move |conn| Box::pin(reads::members(conn, reader, room, after, limit)))
    }

    fn readers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>> {
        self.read(move |conn| Box::pin(reads::readers(conn, reader, room, message, after, limit)))
    }

    fn likers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>> {
        self.read(move |conn| Box::pin(reactions::likers(conn, reader, room, message, after, limit)))
    }

    fn reactors(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: ReactorsPage,
    ) -> Answer<'_, Vec<Reactor>> {
        self.read(move |conn| Box::pin(reactions::page(conn, reader, room, message, page)))
    }

    fn memberships(&self, user: UserId) -> Answer<'_, Vec<Membership>> {
        self.read(move |conn| Box::pin(chats::memberships(conn, user)))
    }

    fn summaries(&self, of: Vec<(UserId, RoomId)>) -> Answer<'_, Vec<Summary>> {
        self.read(move |conn| Box::pin(chats::summaries(conn, of)))
    }

    fn roulette(&self, user: UserId) -> Answer<'_, Option<Match>> {
        self.read(move |conn| Box::pin(lobby::open(conn, user)))
    }

    fn searching(&self, user: UserId) -> Answer<'_, bool> {
        self.read(move |conn| Box::pin(lobby::searching(conn, user)))
    }

    fn expired_leases(&self, at: Time) -> Answer<'_, Vec<UserId>> {
        self.read(move |conn| Box::pin(lobby::expired(conn, at)))
    }

    fn notifications(&self, user: UserId, page: NotificationPage) -> Answer<'_, Vec<Arc<Notification>>> {
        self.read(move |conn| Box::pin(notifications::page(conn, user, page)))
    }

    fn renew_leases(&self, users: Vec<UserId>, at: Time) -> Answer<'_, ()> {
        let limits = self.options().limits;
        self.write(move |conn| Box::pin(async move { lobby::renew(conn, users, at, &limits).await }))
    }

    fn notify(&self, new: NewNotification, at: Time) -> Answer<'_, (Arc<Notification>, bool)> {
        let limits = self.options().limits;
        self.write(move |conn| Box::pin(async move { notifications::notify(conn, new, at, &limits).await }))
    }

    fn read_notification(&self, user: UserId, notification: NotificationId, at: Time) -> Answer<'_, Arc<Notification>> {
        self.write(move |conn| Box::pin(notifications::read(conn, user, notification, at)))
    }

    fn read_all_notifications(&self, user: UserId, at: Time) -> Answer<'_, u64> {
        self.write(move |conn| Box::pin(notifications::read_all(conn, user, at)))
    }

    fn epoch(&self) -> u64 {
        self.life()
    }

    fn ready(&self) -> Answer<'_, ()> {
        if outage::is_fresh() {
            return Box::pin(async { Err(Failure::Unavailable) });
        }
        self.write(|conn| Box::pin(schema::answers(conn)))
    }
}

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

    fn erase(&self, user: UserId, now: Time) -> Answer<'_, Ended> {
        self.write(move |conn| Box::pin(endings::erase(conn, user, now)))
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
