//! The journal in memory.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::ready;
use core::time::Duration;

use super::InMemory;
use crate::command::ClientId;
use crate::event::Outcome;
use crate::feed::FeedEntry;
use crate::find::{Find, Found};
use crate::id::{MessageId, NotificationId, ReportId, RoomId, UserId};
use crate::journal::{Answer, Journal, Order};
use crate::message::Message;
use crate::moderation::{Audited, Banned};
use crate::notification::{NewNotification, Notification, NotificationPage};
use crate::oversight::{FoundRooms, Inspected, Trace};
use crate::person::Person;
use crate::report::{NewReport, Report, ReportsPage};
use crate::retention::Vanished;
use crate::room::Head;
use crate::rows::ReactionRow;
use crate::time::Time;
use crate::view::*;

impl Journal for InMemory {
    fn execute(&self, order: Order) -> Answer<'_, Outcome> {
        Box::pin(ready(self.carry_out(order)))
    }

    fn submit(&self, order: Order) {
        // The sink has been told the answer.
        let _ = self.carry_out(order);
    }

    fn history(&self, reader: UserId, room: RoomId, page: Page, limit: usize) -> Answer<'_, History> {
        self.answer(|world| Ok(world.chat.history(reader, room, page, limit)?))
    }

    fn thread(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: Page,
        limit: usize,
    ) -> Answer<'_, History> {
        self.answer(|world| Ok(world.chat.thread(reader, room, message, page, limit)?))
    }

    fn was_said(&self, sender: UserId, room: RoomId, name: ClientId) -> Answer<'_, bool> {
        self.answer(|world| Ok(world.chat.first_sent(room, sender, &name).is_some()))
    }

    fn find(&self, reader: UserId, find: Find) -> Answer<'_, Found> {
        self.answer(|world| Ok(world.chat.find(reader, &find)?))
    }

    fn message(&self, reader: UserId, room: RoomId, message: MessageId) -> Answer<'_, Shown> {
        self.answer(|world| Ok(world.chat.message(reader, room, message)?))
    }

    fn replay(&self, reader: UserId, room: RoomId, replay: Replay) -> Answer<'_, Replayed> {
        self.answer(|world| Ok(world.chat.replay(reader, room, replay)?))
    }

    fn head(&self, reader: UserId, room: RoomId) -> Answer<'_, Head> {
        self.answer(|world| Ok(world.chat.head(reader, room)?))
    }

    fn joining(&self, reader: UserId, room: RoomId) -> Answer<'_, (Head, Option<MessageId>)> {
        self.answer(|world| Ok(world.chat.joining(reader, room)?))
    }

    fn heads(&self, rooms: Vec<RoomId>) -> Answer<'_, Vec<(RoomId, Head)>> {
        self.answer(|world| Ok(world.chat.heads(rooms)))
    }

    fn missed(&self, room: RoomId, since: Head, limit: usize) -> Answer<'_, Replayed> {
        self.answer(|world| Ok(world.chat.missed(room, since, limit)?))
    }

    fn feed(&self, after: u64, limit: usize) -> Answer<'_, Vec<FeedEntry>> {
        self.answer(|world| Ok(world.feed.iter().filter(|entry| entry.no > after).take(limit).cloned().collect()))
    }

    fn feed_end(&self) -> Answer<'_, u64> {
        self.answer(|world| Ok(world.feed.len() as u64))
    }

    fn chats(&self, reader: UserId, before: Option<RoomId>, limit: usize) -> Answer<'_, Chats> {
        self.answer(|world| Ok(world.chat.chats(reader, before, limit)?))
    }

    fn hide(&self, user: UserId, room: RoomId) -> Answer<'_, ()> {
        self.answer(|world| Ok(world.chat.hide(user, room)?))
    }

    fn chat(&self, reader: UserId, room: RoomId) -> Answer<'_, ChatView> {
        self.answer(|world| Ok(world.chat.chat(reader, room)?))
    }

    fn members(
        &self,
        reader: UserId,
        room: RoomId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<MemberView>> {
        self.answer(|world| Ok(world.chat.members(reader, room, after, limit)?))
    }

    fn member(&self, reader: UserId, room: RoomId, user: UserId) -> Answer<'_, MemberView> {
        self.answer(|world| Ok(world.chat.one_member(reader, room, user)?))
    }

    fn readers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>> {
        self.answer(|world| Ok(world.chat.readers_page(reader, room, message, after, limit)?))
    }

    fn likers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>> {
        self.answer(|world| Ok(world.chat.likers_page(reader, room, message, after, limit)?))
    }

    fn reactors(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: ReactorsPage,
    ) -> Answer<'_, Vec<Reactor>> {
        self.answer(|world| Ok(world.chat.reactors_page(reader, room, message, page)?))
    }

    fn bans(
        &self,
        reader: UserId,
        room: RoomId,
        at: Time,
        before: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Banned>> {
        self.answer(|world| Ok(world.chat.bans(reader, room, at, before, limit)?))
    }

    fn audit(&self, reader: UserId, room: RoomId, before: Option<u64>, limit: usize) -> Answer<'_, Vec<Audited>> {
        self.answer(|world| Ok(world.chat.audit(reader, room, before, limit)?))
    }

    fn blocked_by(&self, user: UserId, before: Option<UserId>, limit: usize) -> Answer<'_, Vec<Arc<Person>>> {
        self.answer(|world| Ok(world.chat.blocked_by(user, before, limit)?))
    }

    fn purging(&self, limit: usize) -> Answer<'_, Vec<(RoomId, UserId, MessageId)>> {
        self.answer(|world| Ok(world.chat.purging(limit)))
    }

    fn keep(&self, room: RoomId, span: Option<Duration>) -> Answer<'_, ()> {
        self.answer(|world| world.keep(room, span))
    }

    fn vanish(&self, keep: Option<Duration>, at: Time, most: usize) -> Answer<'_, Option<Vec<Vanished>>> {
        self.answer(|world| Ok(Some(world.vanish(keep, at, most)).filter(|gone| !gone.is_empty())))
    }

    fn report(&self, new: NewReport, at: Time) -> Answer<'_, (Report, bool)> {
        self.answer(|world| world.report(new, at))
    }

    fn said(&self, by: UserId, after: Option<(RoomId, MessageId)>, limit: usize) -> Answer<'_, Vec<Arc<Message>>> {
        self.answer(|world| Ok(world.chat.said(by, after, limit)))
    }

    fn given(&self, by: UserId, after: Option<ReactionRow>, limit: usize) -> Answer<'_, Vec<ReactionRow>> {
        self.answer(|world| Ok(world.chat.given_by(by, after.as_ref(), limit)))
    }

    fn reports(&self, page: ReportsPage) -> Answer<'_, Vec<Report>> {
        self.answer(|world| Ok(world.reports(page)))
    }

    fn resolve_report(&self, report: ReportId, at: Time) -> Answer<'_, Option<Report>> {
        self.answer(|world| Ok(world.resolve(report, at)))
    }

    fn memberships(&self, user: UserId) -> Answer<'_, Vec<Membership>> {
        self.answer(|world| Ok(world.chat.memberships(user)))
    }

    fn summaries(&self, of: Vec<(UserId, RoomId)>) -> Answer<'_, Vec<Summary>> {
        self.answer(|world| Ok(world.chat.summaries(of)))
    }

    fn roulette(&self, user: UserId) -> Answer<'_, Option<Match>> {
        self.answer(|world| Ok(world.chat.roulette(user)))
    }

    fn searching(&self, user: UserId) -> Answer<'_, bool> {
        self.answer(|world| Ok(world.chat.searching(user)))
    }

    fn renew_leases(&self, users: Vec<UserId>, at: Time) -> Answer<'_, ()> {
        self.answer(|world| {
            world.chat.renew_leases(users, at);
            Ok(())
        })
    }

    fn expired_leases(&self, at: Time) -> Answer<'_, Vec<UserId>> {
        self.answer(|world| Ok(world.chat.expired_leases(at)))
    }

    fn notify(&self, new: NewNotification, at: Time) -> Answer<'_, (Arc<Notification>, bool)> {
        self.answer(|world| Ok(world.notifications.notify(&world.chat, new, at)?))
    }

    fn notify_mentioned(&self, at: Time, most: usize) -> Answer<'_, Vec<Arc<Notification>>> {
        self.answer(|world| Ok(world.notifications.notify_mentioned(&world.chat, at, most)))
    }

    fn notifications(&self, user: UserId, page: NotificationPage) -> Answer<'_, Vec<Arc<Notification>>> {
        self.answer(|world| Ok(world.notifications.page(&world.chat, user, page)))
    }

    fn read_notification(&self, user: UserId, notification: NotificationId, at: Time) -> Answer<'_, Arc<Notification>> {
        self.answer(|world| Ok(world.notifications.read(&world.chat, user, notification, at)?))
    }

    fn read_all_notifications(&self, user: UserId, at: Time) -> Answer<'_, u64> {
        self.answer(|world| Ok(world.notifications.read_all(user, at)))
    }

    fn inspect(&self, room: RoomId) -> Answer<'_, Inspected> {
        self.answer(|world| Ok(world.chat.inspect(room)?))
    }

    fn find_rooms(&self, title: String, before: Option<RoomId>, limit: usize) -> Answer<'_, FoundRooms> {
        self.answer(|world| Ok(world.chat.find_rooms(title, before, limit)))
    }

    fn trace(&self, user: UserId, message: MessageId) -> Answer<'_, Trace> {
        self.answer(|world| Ok(world.chat.trace(user, message)?))
    }

    fn epoch(&self) -> u64 {
        1
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(ready(Ok(())))
    }
}
