//! The port to whatever remembers what happens in rooms.

use alloc::boxed::Box;
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

pub use crate::order::{Answer, Failure, Order, Origin, Settled, Sink};

/// Whatever remembers what happens in rooms. It decides commands by the rules of [`crate::Chat`], makes every outcome
/// durable before it tells anybody, and answers questions about rooms. It is given its [`Sink`] when it is made.
///
/// Questions about a room that the reader may not see are refused with [`Refusal::UnknownRoom`](crate::Refusal::UnknownRoom) or
/// [`Refusal::NotMember`](crate::Refusal::NotMember).
pub trait Journal: Send + Sync {
    /// Decides a command and remembers the outcome. The orders of one caller for one room are decided in the order in
    /// which they were given.
    fn execute(&self, order: Order) -> Answer<'_, Outcome>;

    /// Decides a command for a caller who does not wait: the sink gets the answer. The orders of one socket for one
    /// room are decided in the order in which they were given. If too many orders wait already, the sink is told
    /// [`Failure::Unavailable`] at once.
    fn submit(&self, order: Order);

    /// Returns a page of a room's messages.
    fn history(&self, reader: UserId, room: RoomId, page: Page, limit: usize) -> Answer<'_, History>;

    /// Returns a page of the thread that a message belongs to, including the thread's first message.
    fn thread(&self, reader: UserId, room: RoomId, message: MessageId, page: Page, limit: usize)
    -> Answer<'_, History>;

    /// Whether a user has sent a message to a room under this name.
    fn was_said(&self, sender: UserId, room: RoomId, name: ClientId) -> Answer<'_, bool>;

    /// Returns messages by their words, in one room or in all that the reader is in. A new message can be found within
    /// a second.
    fn find(&self, reader: UserId, find: Find) -> Answer<'_, Found>;

    /// Returns one message that is not deleted.
    fn message(&self, reader: UserId, room: RoomId, message: MessageId) -> Answer<'_, Shown>;

    /// Returns a page of what a reader missed in a room.
    fn replay(&self, reader: UserId, room: RoomId, replay: Replay) -> Answer<'_, Replayed>;

    /// Returns the room's counters.
    fn head(&self, reader: UserId, room: RoomId) -> Answer<'_, Head>;

    /// Returns the room's counters with the newest message that they count, deleted or not, for a client that joins the
    /// room.
    fn joining(&self, reader: UserId, room: RoomId) -> Answer<'_, (Head, Option<MessageId>)>;

    /// Returns the counters of many rooms, for finding out whether events were lost. Unknown rooms are left out.
    fn heads(&self, rooms: Vec<RoomId>) -> Answer<'_, Vec<(RoomId, Head)>>;

    /// Returns the changes of a room since this head, at most `limit` of them, whoever asks: for telling them to all
    /// members at once. If there are more, the answer names the [`next`](Replayed::Changes) page.
    fn missed(&self, room: RoomId, since: Head, limit: usize) -> Answer<'_, Replayed>;

    /// Returns the entries of the feed after this number, at most `limit`. In the feed, each change of each room stands
    /// once, in the room's order. One node at a time writes it, a moment after the commits; if that node dies, another
    /// one takes over within 20 s. An entry is kept as long as changes are.
    fn feed(&self, after: u64, limit: usize) -> Answer<'_, Vec<FeedEntry>>;

    /// Returns the newest number of the feed, after everything that this node acknowledged has been written to it.
    fn feed_end(&self) -> Answer<'_, u64>;

    /// Returns a page of the chats of a user: those below the room `before`, most recently changed first.
    fn chats(&self, reader: UserId, before: Option<RoomId>, limit: usize) -> Answer<'_, Chats>;

    /// Takes a direct chat off a user's list until its next message.
    fn hide(&self, user: UserId, room: RoomId) -> Answer<'_, ()>;

    /// Returns one chat with its first members.
    fn chat(&self, reader: UserId, room: RoomId) -> Answer<'_, ChatView>;

    /// Returns a page of a room's members in order of joining: those who joined after the user `after`.
    fn members(&self, reader: UserId, room: RoomId, after: Option<UserId>, limit: usize)
    -> Answer<'_, Vec<MemberView>>;

    /// Returns one member of a room.
    fn member(&self, reader: UserId, room: RoomId, user: UserId) -> Answer<'_, MemberView>;

    /// Returns who has read a message, oldest reading first, beginning after the user `after`.
    fn readers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>>;

    /// Returns who likes a message, oldest like first, beginning after the user `after`.
    fn likers(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Mark>>;

    /// Returns who reacts to a message, oldest reaction first.
    fn reactors(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: ReactorsPage,
    ) -> Answer<'_, Vec<Reactor>>;

    /// Returns who is banned from a group at `at`, newest ban first, beginning after the ban of `before`. Only for
    /// those who lead the group.
    fn bans(
        &self,
        reader: UserId,
        room: RoomId,
        at: Time,
        before: Option<UserId>,
        limit: usize,
    ) -> Answer<'_, Vec<Banned>>;

    /// Returns the audit of a group, newest line first, beginning below the `seq` `before`. Only for those who lead the
    /// group.
    fn audit(&self, reader: UserId, room: RoomId, before: Option<u64>, limit: usize) -> Answer<'_, Vec<Audited>>;

    /// Returns the people whom a user blocks, newest block first, beginning after `before`.
    fn blocked_by(&self, user: UserId, before: Option<UserId>, limit: usize) -> Answer<'_, Vec<Arc<Person>>>;

    /// Returns messages that are to be deleted after bans and erasures, each with its room and with whoever ordered it.
    /// An empty answer means that none is left.
    fn purging(&self, limit: usize) -> Answer<'_, Vec<(RoomId, UserId, MessageId)>>;

    /// Sets for how long a room's messages are kept, whoever asks. `None` means as long as those of other rooms.
    fn keep(&self, room: RoomId, span: Option<Duration>) -> Answer<'_, ()>;

    /// Lets about `most` messages vanish that were kept for long enough at `at`; in rooms without a span of their own,
    /// that is `keep`, or for good if it is `None`. Each leaves a stub, which counts as read and is answered like a
    /// deleted message. Nobody is told; a reader whose [`Head`] is before it must load the room anew. An empty answer
    /// means that none is left.
    fn vanish(&self, keep: Option<Duration>, at: Time, most: usize) -> Answer<'_, Option<Vec<Vanished>>>;

    /// Stores a report about a message. If this user reported the message before, returns that report and `false`.
    fn report(&self, new: NewReport, at: Time) -> Answer<'_, (Report, bool)>;

    /// Returns a user's messages that are not deleted, in all rooms, in the order of rooms and messages, beginning
    /// after this place.
    fn said(&self, by: UserId, after: Option<(RoomId, MessageId)>, limit: usize) -> Answer<'_, Vec<Arc<Message>>>;

    /// Returns the reactions that a user gives, in the order of rooms, messages and emoji, beginning after this one.
    fn given(&self, by: UserId, after: Option<ReactionRow>, limit: usize) -> Answer<'_, Vec<ReactionRow>>;

    /// Returns a page of reports. Whether the caller may see them is not asked here.
    fn reports(&self, page: ReportsPage) -> Answer<'_, Vec<Report>>;

    /// Notes that a report was dealt with; only the first time counts. Returns `None` if there is no such report.
    fn resolve_report(&self, report: ReportId, at: Time) -> Answer<'_, Option<Report>>;

    /// Returns all rooms that a user is in.
    fn memberships(&self, user: UserId) -> Answer<'_, Vec<Membership>>;

    /// Returns lines of chat lists, for many users and rooms at once. Users who are not members of the room are left
    /// out.
    fn summaries(&self, of: Vec<(UserId, RoomId)>) -> Answer<'_, Vec<Summary>>;

    /// Returns the user's open roulette chat.
    fn roulette(&self, user: UserId) -> Answer<'_, Option<Match>>;

    /// Whether the user waits for a stranger.
    fn searching(&self, user: UserId) -> Answer<'_, bool>;

    /// Notes that these users still have a connection, so that their leases in the lobby are good for another while
    /// from `at`.
    fn renew_leases(&self, users: Vec<UserId>, at: Time) -> Answer<'_, ()>;

    /// Returns the users who wait in the lobby or are in an open roulette chat, and whose lease ended before `at`.
    fn expired_leases(&self, at: Time) -> Answer<'_, Vec<UserId>>;

    /// Returns what any node told people within this time, in order of its numbers. Always empty where there is only
    /// one node.
    fn told(&self, _within: Duration) -> Answer<'_, Vec<Told>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Remembers for a while something that is told to people and is written nowhere else.
    fn note_tell(&self, _tell: Tell) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Returns who came into rooms or left them since this moment, through any node, in order. Always empty where there
    /// is only one node.
    fn comings(&self, _since: Time) -> Answer<'_, Vec<Coming>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Returns one change of a room, whoever asks; `None` if it is no longer known.
    fn change(&self, _room: RoomId, _seq: u64) -> Answer<'_, Option<Arc<Event>>> {
        Box::pin(async { Ok(None) })
    }

    /// Stores a notification. If the same one was stored under its `client_id` before, returns that one and `false`.
    fn notify(&self, new: NewNotification, at: Time) -> Answer<'_, (Arc<Notification>, bool)>;

    /// Stores notifications that messages owe to those whom they mention, about `most` of them, and returns the new
    /// ones. Each is stored once. An empty answer means that none is left.
    fn notify_mentioned(&self, at: Time, most: usize) -> Answer<'_, Vec<Arc<Notification>>>;

    /// Returns a page of a user's notifications, newest first.
    fn notifications(&self, user: UserId, page: NotificationPage) -> Answer<'_, Vec<Arc<Notification>>>;

    /// Marks a notification as read; doing so again changes nothing.
    fn read_notification(&self, user: UserId, notification: NotificationId, at: Time) -> Answer<'_, Arc<Notification>>;

    /// Marks all notifications of a user as read. Returns how many were unread.
    fn read_all_notifications(&self, user: UserId, at: Time) -> Answer<'_, u64>;

    /// Returns a room and its first members, whoever asks. For operators.
    fn inspect(&self, room: RoomId) -> Answer<'_, Inspected>;

    /// Returns rooms whose title contains this in any letter case, newest first, beginning below the id `before`. For
    /// operators.
    fn find_rooms(&self, title: String, before: Option<RoomId>, limit: usize) -> Answer<'_, FoundRooms>;

    /// Returns what is known of a message and of this user's row in its room. For operators.
    fn trace(&self, user: UserId, message: MessageId) -> Answer<'_, Trace>;

    /// Returns the number of this life of the database, for cursors: after a restore it differs. Another life may begin
    /// at any time, so ask for it before you ask for a head.
    fn epoch(&self) -> u64;

    /// Returns how many questions are being answered now. For operators.
    fn busy(&self) -> usize {
        0
    }

    /// Returns how many orders wait to be decided. Work that is not urgent is done while there are none.
    fn waiting(&self) -> usize {
        0
    }

    /// Returns `Ok` if the store can answer.
    fn ready(&self) -> Answer<'_, ()>;
}
