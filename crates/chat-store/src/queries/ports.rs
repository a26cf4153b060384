//! The journal on a database.

mod devices;
mod directory;
mod files;
mod steps;
mod subscribers;

use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::{Coming, Tell, Told};
use chat_domain::journal::Answer;
use chat_domain::notification::{NewNotification, NotificationPage};
use chat_domain::oversight::{FoundRooms, Inspected, Trace};
use chat_domain::rows::ReactionRow;
use chat_domain::view::*;
use chat_domain::{
    Audited, Banned, ClientId, Event, Failure, FeedEntry, Find, Found, Head, Journal, Message, MessageId, NewReport,
    Notification, NotificationId, Order, Outcome, Person, Report, ReportId, ReportsPage, RoomId, Time, UserId,
    Vanished,
};

use super::{
    Database, belongings, chats, feed, find, lobby, mentions, moderation, named, notifications, oversight, reactions,
    reads, replay, reports, schema, tells, threads, vanish,
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

    fn thread(&self, by: UserId, room: RoomId, of: MessageId, page: Page, most: usize) -> Answer<'_, History> {
        self.read(move |conn| Box::pin(threads::page(conn, by, room, of, page, most)))
    }

    fn was_said(&self, sender: UserId, room: RoomId, name: ClientId) -> Answer<'_, bool> {
        self.read(move |conn| Box::pin(async move { named::was_said(conn, sender, room, &name).await }))
    }

    fn find(&self, reader: UserId, find: Find) -> Answer<'_, Found> {
        self.search(move |conn| Box::pin(find::page(conn, reader, find)))
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

    fn feed(&self, after: u64, limit: usize) -> Answer<'_, Vec<FeedEntry>> {
        self.read(move |conn| Box::pin(feed::after(conn, after, limit)))
    }

    fn feed_end(&self) -> Answer<'_, u64> {
        Box::pin(async move {
            self.intake.heard.written().await;
            self.read(|conn| Box::pin(feed::newest(conn))).await
        })
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

    fn member(&self, reader: UserId, room: RoomId, user: UserId) -> Answer<'_, MemberView> {
        self.read(move |conn| Box::pin(reads::member(conn, reader, room, user)))
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

    fn bans(
        &self,
        reader: UserId,
        room: RoomId,
        at: Time,
        before: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Banned>> {
        self.read(move |conn| Box::pin(moderation::bans(conn, reader, room, at, (before, limit))))
    }

    fn audit(&self, reader: UserId, room: RoomId, before: Option<u64>, limit: usize) -> Answer<'_, Vec<Audited>> {
        self.read(move |conn| Box::pin(moderation::audit(conn, reader, room, before, limit)))
    }

    fn blocked_by(&self, user: UserId, before: Option<UserId>, limit: usize) -> Answer<'_, Vec<Arc<Person>>> {
        self.read(move |conn| Box::pin(moderation::blocked_by(conn, user, before, limit)))
    }

    fn keep(&self, room: RoomId, span: Option<Duration>) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(vanish::keep(conn, room, span)))
    }

    fn vanish(&self, keep: Option<Duration>, at: Time, most: usize) -> Answer<'_, Option<Vec<Vanished>>> {
        Box::pin(self.let_vanish(keep, at, most))
    }

    fn purging(&self, limit: usize) -> Answer<'_, Vec<(RoomId, UserId, MessageId)>> {
        Box::pin(self.purge_due(limit))
    }

    fn said(&self, by: UserId, after: Option<(RoomId, MessageId)>, limit: usize) -> Answer<'_, Vec<Arc<Message>>> {
        self.read(move |conn| Box::pin(belongings::said(conn, by, after, limit)))
    }

    fn given(&self, by: UserId, after: Option<ReactionRow>, limit: usize) -> Answer<'_, Vec<ReactionRow>> {
        self.read(move |conn| Box::pin(belongings::given(conn, by, after, limit)))
    }

    fn report(&self, new: NewReport, at: Time) -> Answer<'_, (Report, bool)> {
        Box::pin(self.add_report(new, at))
    }

    fn reports(&self, page: ReportsPage) -> Answer<'_, Vec<Report>> {
        self.read(move |conn| Box::pin(reports::page(conn, page)))
    }

    fn resolve_report(&self, report: ReportId, at: Time) -> Answer<'_, Option<Report>> {
        self.write(move |conn| Box::pin(reports::resolve(conn, report, at)))
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

    fn told(&self, within: Duration) -> Answer<'_, Vec<Told>> {
        self.read(move |conn| Box::pin(tells::within(conn, within)))
    }

    fn note_tell(&self, tell: Tell) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(async move { tells::note(conn, &tell).await }))
    }

    fn comings(&self, since: Time) -> Answer<'_, Vec<Coming>> {
        self.read(move |conn| Box::pin(tells::comings(conn, since)))
    }

    fn change(&self, room: RoomId, seq: u64) -> Answer<'_, Option<Arc<Event>>> {
        let limits = self.options().limits;
        self.read(move |conn| Box::pin(async move { replay::one(conn, room, seq, &limits).await }))
    }

    fn notify(&self, new: NewNotification, at: Time) -> Answer<'_, (Arc<Notification>, bool)> {
        let limits = self.options().limits;
        self.write(move |conn| Box::pin(async move { notifications::notify(conn, new, at, &limits).await }))
    }

    fn notify_mentioned(&self, at: Time, most: usize) -> Answer<'_, Vec<Arc<Notification>>> {
        self.write(move |conn| Box::pin(mentions::notify(conn, at, most)))
    }

    fn read_notification(&self, user: UserId, notification: NotificationId, at: Time) -> Answer<'_, Arc<Notification>> {
        self.write(move |conn| Box::pin(notifications::read(conn, user, notification, at)))
    }

    fn read_all_notifications(&self, user: UserId, at: Time) -> Answer<'_, u64> {
        self.write(move |conn| Box::pin(notifications::read_all(conn, user, at)))
    }

    fn inspect(&self, room: RoomId) -> Answer<'_, Inspected> {
        self.read(move |conn| Box::pin(oversight::inspect(conn, room)))
    }

    fn find_rooms(&self, title: String, before: Option<RoomId>, limit: usize) -> Answer<'_, FoundRooms> {
        self.read(move |conn| Box::pin(async move { oversight::find_rooms(conn, &title, before, limit).await }))
    }

    fn trace(&self, user: UserId, message: MessageId) -> Answer<'_, Trace> {
        self.read(move |conn| Box::pin(oversight::trace(conn, user, message)))
    }

    fn epoch(&self) -> u64 {
        self.life()
    }

    fn busy(&self) -> usize {
        self.reading()
    }

    fn waiting(&self) -> usize {
        self.queued()
    }

    fn ready(&self) -> Answer<'_, ()> {
        if outage::is_fresh() {
            return Box::pin(async { Err(Failure::Unavailable) });
        }
        self.write(|conn| Box::pin(schema::answers(conn)))
    }
}
