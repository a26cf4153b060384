//! The port to whatever remembers a chat.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;

use crate::backplane::{Coming, Tell, Told};
use crate::command::{ClientId, Command};
use crate::event::{Event, Outcome};
use crate::feed::Fed;
use crate::find::{Find, Found};
use crate::id::{MessageId, NotificationId, ReportId, RoomId, UserId};
use crate::moderation::{Audited, Banned};
use crate::notification::{NewNotification, Notification, NotificationPage};
use crate::oversight::{FoundRooms, Inspected, Trace};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::report::{NewReport, Report, ReportsPage};
use crate::room::Head;
use crate::time::Time;
use crate::view::*;

/// An answer that may take a while.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store is away, or did not say in time whether it accepted. Repeating a command with its `client_id` is safe.
    #[error("the store is not available; try again with the same client_id")]
    Unavailable,
}

/// A command on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The person who asks.
    pub actor: UserId,
    /// When it arrived.
    pub at: Time,
    /// What is asked.
    pub command: Command,
    /// Which socket asked, if one did.
    pub origin: Option<Origin>,
}

/// The socket that gave an order and its own mark for it. Means nothing to the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The number of the socket.
    pub socket: u64,
    /// Which of its orders.
    pub tag: u64,
}

/// An order with its final answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// Which socket asked, if one did.
    pub origin: Option<Origin>,
    /// What became of it.
    pub result: Result<Outcome, Failure>,
}

impl Settled {
    /// An order with its answer, and what happened right after it as a thing of its own.
    pub fn of(origin: Option<Origin>, result: Result<Outcome, Failure>) -> impl Iterator<Item = Settled> {
        let (result, second) = match result {
            Ok(Outcome::Both(first, second)) => (Ok(Outcome::Happened(first)), Some(Ok(Outcome::Happened(second)))),
            result => (result, None),
        };
        let second = second.map(|result| Settled { origin: None, result });
        [Settled { origin, result }].into_iter().chain(second)
    }
}

/// Hears of everything that a journal has settled. Called once per commit, after it, with answers in the order in which the
/// orders came; before those who wait for an answer get theirs. Must not block.
pub trait Sink: Send + Sync {
    /// These orders were settled.
    fn settled(&self, answers: Vec<Settled>);

    /// The transaction of so many orders took this long, its commit included; told before their answers. For operators.
    fn took(&self, _orders: usize, _span: Duration) {}

    /// Of so many facts that a batch of orders asked for, so many were remembered. For operators.
    fn recalled(&self, _remembered: usize, _facts: usize) {}
}

/// Whatever remembers a chat: decides commands by the rules of [`crate::Chat`], remembers what happened before it says so,
/// and shows what there is. Given its [`Sink`] when it is made.
///
/// Who asks of a room that they may not see is answered [`Refusal::UnknownRoom`] or [`Refusal::NotMember`].
pub trait Journal: Send + Sync {
    /// Decides a command and remembers the outcome. Orders of one caller for one room are decided in the order of their giving.
    fn execute(&self, order: Order) -> Answer<'_, Outcome>;

    /// The same for a caller who does not wait: the sink gets the answer. Orders of one socket for one room are decided in order. When too
    /// many wait already, the sink is told [`Failure::Unavailable`] at once.
    fn submit(&self, order: Order);

    /// A page of a room's messages.
    fn history(&self, reader: UserId, room: RoomId, page: Page, limit: usize) -> Answer<'_, History>;

    /// A page of the thread that a message belongs to, its first message included.
    fn thread(&self, reader: UserId, room: RoomId, message: MessageId, page: Page, limit: usize)
    -> Answer<'_, History>;

    /// Whether somebody has said something in a room under this name.
    fn was_said(&self, sender: UserId, room: RoomId, name: ClientId) -> Answer<'_, bool>;

    /// What somebody finds by its words, in one room or in all that they are in. What is new is found within a second.
    fn find(&self, reader: UserId, find: Find) -> Answer<'_, Found>;

    /// Shows one message.
    fn message(&self, reader: UserId, room: RoomId, message: MessageId) -> Answer<'_, Shown>;

    /// A page of what a reader missed.
    fn replay(&self, reader: UserId, room: RoomId, replay: Replay) -> Answer<'_, Replayed>;

    /// The room's counters.
    fn head(&self, reader: UserId, room: RoomId) -> Answer<'_, Head>;

    /// The same for whoever joins, with the newest message that they count, deleted or not.
    fn joining(&self, reader: UserId, room: RoomId) -> Answer<'_, (Head, Option<MessageId>)>;

    /// The counters of many rooms, for whoever watches whether an event was lost. Unknown rooms are left out.
    fn heads(&self, rooms: Vec<RoomId>) -> Answer<'_, Vec<(RoomId, Head)>>;

    /// What happened in a room since it stood there, all of it at once, for whoever tells it to the members: the room's replay, of at
    /// most so many changes. If there is more, the answer names the [`next`](Replayed::Changes) page.
    fn missed(&self, room: RoomId, since: Head, limit: usize) -> Answer<'_, Replayed>;

    /// What was committed in all rooms, after this number of the feed: each change of a room once, in the room's order. It is written
    /// a moment after the commits, by one node at a time: when that one dies, by another within 20 s. It is kept for as long as
    /// changes are.
    fn feed(&self, after: u64, limit: usize) -> Answer<'_, Vec<Fed>>;

    /// The newest number in the feed, once all that was acknowledged here stands in it.
    fn feed_end(&self) -> Answer<'_, u64>;

    /// A page of a user's chats, those below `before`.
    fn chats(&self, reader: UserId, before: Option<RoomId>, limit: usize) -> Answer<'_, Chats>;

    /// Takes a direct chat off a user's list until the next message.
    fn hide(&self, user: UserId, room: RoomId) -> Answer<'_, ()>;

    /// One chat with all of the page's worth of members.
    fn chat(&self, reader: UserId, room: RoomId) -> Answer<'_, ChatView>;

    /// A page of a room's members in order of joining, those who came after `after`.
    fn members(&self, reader: UserId, room: RoomId, after: Option<UserId>, limit: usize)
    -> Answer<'_, Vec<MemberView>>;

    /// One member of a room.
    fn member(&self, reader: UserId, room: RoomId, user: UserId) -> Answer<'_, MemberView>;

    /// Who has read a message, the oldest first, those after `after`.
    fn readers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>>;

    /// Who likes a message, the oldest first, those after `after`.
    fn likers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>>;

    /// Who reacts to a message, the oldest first.
    fn reactors(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: ReactorsPage,
    ) -> Answer<'_, Vec<Reactor>>;

    /// Who is shut out of a group at this moment, the newest ban first; those before that of `before`. For who leads it.
    fn bans(
        &self,
        reader: UserId,
        room: RoomId,
        at: Time,
        before: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Banned>>;

    /// What was done to a group by those who lead it, the newest first; what is older than this `seq`. For who leads it.
    fn audit(&self, reader: UserId, room: RoomId, before: Option<u64>, limit: usize) -> Answer<'_, Vec<Audited>>;

    /// Whom somebody blocks, the newest first; those before `before`.
    fn blocked_by(&self, user: UserId, before: Option<UserId>, limit: usize) -> Answer<'_, Vec<Arc<Person>>>;

    /// Messages that are to be deleted, behind bans and with who was erased, each with who ordered it; none is left when it is empty.
    fn purging(&self, limit: usize) -> Answer<'_, Vec<(RoomId, UserId, MessageId)>>;

    /// Remembers that somebody finds a message bad; `false` with the first time that they said so of it.
    fn report(&self, new: NewReport, at: Time) -> Answer<'_, (Report, bool)>;

    /// A page of reports, whoever asks.
    fn reports(&self, page: ReportsPage) -> Answer<'_, Vec<Report>>;

    /// Notes that somebody has dealt with a report; nothing if there is none. The first time counts.
    fn resolve_report(&self, report: ReportId, at: Time) -> Answer<'_, Option<Report>>;

    /// All rooms that a user is in.
    fn memberships(&self, user: UserId) -> Answer<'_, Vec<Membership>>;

    /// Lines of chat lists, for many users and rooms at once; those who are not members (any more) are left out.
    fn summaries(&self, of: Vec<(UserId, RoomId)>) -> Answer<'_, Vec<Summary>>;

    /// The user's open roulette chat.
    fn roulette(&self, user: UserId) -> Answer<'_, Option<Match>>;

    /// Whether the user waits for a stranger.
    fn searching(&self, user: UserId) -> Answer<'_, bool>;

    /// Says that these users still have a socket: their places in the lobby are good for another while from `at`.
    fn renew_leases(&self, users: Vec<UserId>, at: Time) -> Answer<'_, ()>;

    /// Who is in the lobby or in an open roulette chat with a lease that ended before `at`.
    fn expired_leases(&self, at: Time) -> Answer<'_, Vec<UserId>>;

    /// What was told to people within this time by whatever node, in its order; nothing where there is one node.
    fn told(&self, _within: Duration) -> Answer<'_, Vec<Told>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Remembers for a while what is told to people and is written nowhere else.
    fn note_tell(&self, _tell: Tell) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Who came into rooms and left them since this moment by whatever node, in their order; nothing where there is one node.
    fn comings(&self, _since: Time) -> Answer<'_, Vec<Coming>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// One change of a room, whoever asks; nothing if it is known no longer.
    fn change(&self, _room: RoomId, _seq: u64) -> Answer<'_, Option<Arc<Event>>> {
        Box::pin(async { Ok(None) })
    }

    /// Stores a notification; `true` if it is new, `false` if this `client_id` was used before for the same one.
    fn notify(&self, new: NewNotification, at: Time) -> Answer<'_, (Arc<Notification>, bool)>;

    /// Stores notifications that messages owe to those whom they mention, about so many; tells which are new. None is left when there
    /// is no answer in it, and none is ever stored twice.
    fn notify_mentioned(&self, at: Time, most: usize) -> Answer<'_, Vec<Arc<Notification>>>;

    /// A page of a user's notifications, newest first.
    fn notifications(&self, user: UserId, page: NotificationPage) -> Answer<'_, Vec<Arc<Notification>>>;

    /// Marks one as read; reading it again changes nothing.
    fn read_notification(&self, user: UserId, notification: NotificationId, at: Time) -> Answer<'_, Arc<Notification>>;

    /// Marks all as read; says how many were unread.
    fn read_all_notifications(&self, user: UserId, at: Time) -> Answer<'_, u64>;

    /// A room and its first members, for operators: whoever asks.
    fn inspect(&self, room: RoomId) -> Answer<'_, Inspected>;

    /// Rooms with this in their title, letter case aside, the newest first, those below `before`. For operators.
    fn find_rooms(&self, title: String, before: Option<RoomId>, limit: usize) -> Answer<'_, FoundRooms>;

    /// What is known of a message and of somebody's place in its room, for operators.
    fn trace(&self, user: UserId, message: MessageId) -> Answer<'_, Trace>;

    /// What tells this life of the database from every other, for cursors. Another may begin at any time: ask before the head.
    fn epoch(&self) -> u64;

    /// How many questions are being answered just now. For operators.
    fn busy(&self) -> usize {
        0
    }

    /// How many orders wait to be decided. Whoever has much to do that is not urgent does it while there are none.
    fn waiting(&self) -> usize {
        0
    }

    /// Whether the store answers at all.
    fn ready(&self) -> Answer<'_, ()>;
}
