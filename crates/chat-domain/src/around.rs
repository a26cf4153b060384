//! A journal that wraps another one and changes only some of its methods.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::backplane::{Coming, Tell, Told};
use crate::command::ClientId;
use crate::event::{Event, Outcome};
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

macro_rules! around {
    ($(fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        /// A journal that wraps another one: every method passes its call on unless it is overridden. For journals that
        /// count, refuse or record orders, or choose between several journals.
        pub trait Around: Send + Sync {
            /// The wrapped journal.
            fn inner(&self) -> &dyn Journal;

            /// As [`Journal::submit`].
            fn submit(&self, order: Order) {
                self.inner().submit(order);
            }

            /// As [`Journal::epoch`].
            fn epoch(&self) -> u64 {
                self.inner().epoch()
            }

            /// As [`Journal::busy`].
            fn busy(&self) -> usize {
                self.inner().busy()
            }

            /// As [`Journal::waiting`].
            fn waiting(&self) -> usize {
                self.inner().waiting()
            }

            $(
                #[doc = concat!("As [`Journal::", stringify!($name), "`].")]
                fn $name(&self, $($arg: $type),*) -> Answer<'_, $answer> {
                    self.inner().$name($($arg),*)
                }
            )*
        }

        impl<A: Around> Journal for A {
            fn submit(&self, order: Order) {
                Around::submit(self, order);
            }

            fn epoch(&self) -> u64 {
                Around::epoch(self)
            }

            fn busy(&self) -> usize {
                Around::busy(self)
            }

            fn waiting(&self) -> usize {
                Around::waiting(self)
            }

            $(
                fn $name(&self, $($arg: $type),*) -> Answer<'_, $answer> {
                    Around::$name(self, $($arg),*)
                }
            )*
        }
    };
}

around! {
    fn execute(order: Order) -> Outcome;
    fn history(reader: UserId, room: RoomId, page: Page, limit: usize) -> History;
    fn thread(reader: UserId, room: RoomId, message: MessageId, page: Page, limit: usize) -> History;
    fn was_said(sender: UserId, room: RoomId, name: ClientId) -> bool;
    fn find(reader: UserId, find: Find) -> Found;
    fn message(reader: UserId, room: RoomId, message: MessageId) -> Shown;
    fn replay(reader: UserId, room: RoomId, replay: Replay) -> Replayed;
    fn head(reader: UserId, room: RoomId) -> Head;
    fn joining(reader: UserId, room: RoomId) -> (Head, Option<MessageId>);
    fn heads(rooms: Vec<RoomId>) -> Vec<(RoomId, Head)>;
    fn missed(room: RoomId, since: Head, limit: usize) -> Replayed;
    fn feed(after: u64, limit: usize) -> Vec<FeedEntry>;
    fn feed_end() -> u64;
    fn chats(reader: UserId, before: Option<RoomId>, limit: usize) -> Chats;
    fn hide(user: UserId, room: RoomId) -> ();
    fn chat(reader: UserId, room: RoomId) -> ChatView;
    fn members(reader: UserId, room: RoomId, after: Option<UserId>, limit: usize) -> Vec<MemberView>;
    fn member(reader: UserId, room: RoomId, user: UserId) -> MemberView;
    fn readers(reader: UserId, room: RoomId, message: MessageId, after: Option<UserId>, limit: usize) -> Vec<Mark>;
    fn likers(reader: UserId, room: RoomId, message: MessageId, after: Option<UserId>, limit: usize) -> Vec<Mark>;
    fn reactors(reader: UserId, room: RoomId, message: MessageId, page: ReactorsPage) -> Vec<Reactor>;
    fn bans(reader: UserId, room: RoomId, at: Time, before: Option<UserId>, limit: usize) -> Vec<Banned>;
    fn audit(reader: UserId, room: RoomId, before: Option<u64>, limit: usize) -> Vec<Audited>;
    fn blocked_by(user: UserId, before: Option<UserId>, limit: usize) -> Vec<Arc<Person>>;
    fn purging(limit: usize) -> Vec<(RoomId, UserId, MessageId)>;
    fn keep(room: RoomId, span: Option<Duration>) -> ();
    fn vanish(keep: Option<Duration>, at: Time, most: usize) -> Option<Vec<Vanished>>;
    fn report(new: NewReport, at: Time) -> (Report, bool);
    fn said(by: UserId, after: Option<(RoomId, MessageId)>, limit: usize) -> Vec<Arc<Message>>;
    fn given(by: UserId, after: Option<ReactionRow>, limit: usize) -> Vec<ReactionRow>;
    fn reports(page: ReportsPage) -> Vec<Report>;
    fn resolve_report(report: ReportId, at: Time) -> Option<Report>;
    fn memberships(user: UserId) -> Vec<Membership>;
    fn summaries(of: Vec<(UserId, RoomId)>) -> Vec<Summary>;
    fn roulette(user: UserId) -> Option<Match>;
    fn searching(user: UserId) -> bool;
    fn renew_leases(users: Vec<UserId>, at: Time) -> ();
    fn expired_leases(at: Time) -> Vec<UserId>;
    fn told(within: Duration) -> Vec<Told>;
    fn note_tell(tell: Tell) -> ();
    fn comings(since: Time) -> Vec<Coming>;
    fn change(room: RoomId, seq: u64) -> Option<Arc<Event>>;
    fn notify(new: NewNotification, at: Time) -> (Arc<Notification>, bool);
    fn notify_mentioned(at: Time, most: usize) -> Vec<Arc<Notification>>;
    fn notifications(user: UserId, page: NotificationPage) -> Vec<Arc<Notification>>;
    fn read_notification(user: UserId, notification: NotificationId, at: Time) -> Arc<Notification>;
    fn read_all_notifications(user: UserId, at: Time) -> u64;
    fn inspect(room: RoomId) -> Inspected;
    fn find_rooms(title: String, before: Option<RoomId>, limit: usize) -> FoundRooms;
    fn trace(user: UserId, message: MessageId) -> Trace;
    fn ready() -> ();
}
