//! A node's journal: a view of the truth that answers late, fails, or does not say whether an order was committed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_domain::memory::InMemory;
use chat_domain::notification::{NewNotification, NotificationPage};
use chat_domain::oversight::{FoundRooms, Inspected, Trace};
use chat_domain::room::Head;
use chat_domain::rows::ReactionRow;
use chat_domain::view::*;
use chat_domain::{
    Answer, Audited, Banned, ClientId, Command, Failure, FeedEntry, Find, Found, Journal, Message, MessageId,
    NewReport, Notification, NotificationId, Order, Outcome, Person, Report, ReportId, ReportsPage, RoomId, Settled,
    Sink, Time, UserId, Vanished,
};
use tokio::sync::{Notify, oneshot};
use tokio::time::sleep;

use super::chance::Chance;
use super::frost::Frost;
use super::plan::Plan;
use super::story::Story;
use super::truth::{Truth, now};
use crate::hub::Inbox;
use crate::mistakes::planted;

/// The journal of one life of a node.
pub(super) struct Window {
    truth: Arc<Truth>,
    inbox: Arc<Inbox>,
    /// The node's number.
    node: u64,
    frost: Arc<Frost>,
    story: Story,
    state: Mutex<State>,
    bell: Notify,
    dead: AtomicBool,
}

struct State {
    plan: Plan,
    chance: Chance,
    waiting: Vec<Waiting>,
}

/// An order, and who waits for its outcome.
struct Waiting {
    order: Order,
    asker: Option<oneshot::Sender<Result<Outcome, Failure>>>,
}

impl Window {
    /// Creates a journal with this inbox as its sink.
    pub(super) fn new(
        node: u64,
        truth: Arc<Truth>,
        inbox: Arc<Inbox>,
        plan: Plan,
        chance: Chance,
        frost: Arc<Frost>,
        story: Story,
    ) -> Arc<Window> {
        let state = Mutex::new(State { plan, chance, waiting: Vec::new() });
        let (bell, dead) = (Notify::new(), AtomicBool::new(false));
        Arc::new(Window { node, truth, inbox, frost, story, state, bell, dead })
    }

    /// Commits orders until its node is dead.
    pub(super) async fn commit(self: Arc<Window>) {
        while !self.is_dead() {
            self.bell.notified().await;
            loop {
                let batch = std::mem::take(&mut self.state().waiting);
                if batch.is_empty() {
                    break;
                }
                self.settle(batch).await;
            }
        }
    }

    /// Ends it because the node crashes: nobody hears of what was under way.
    pub(super) fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
        self.bell.notify_one();
    }

    /// Stops making trouble.
    pub(super) fn calm(&self) {
        let plan = &mut self.state().plan;
        (plan.refused, plan.unknown, plan.unread, plan.reading, plan.commit) = (0, 0, 0, 5, (0, 5));
    }

    async fn settle(self: &Arc<Window>, batch: Vec<Waiting>) {
        let hasty = planted!(Hasty) || planted!(Early);
        let mut results: Vec<_> = if hasty { self.decide(&batch) } else { Vec::new() };
        let (span, refused, unknown) = {
            let State { plan, chance, .. } = &mut *self.state();
            (chance.millis(plan.commit), chance.percent(plan.refused), chance.percent(plan.unknown))
        };
        let mut batch = batch;
        if hasty {
            self.tell_too_early(&mut batch, &results);
        }
        sleep(span).await;
        let lost = refused || self.is_dead() && self.state().chance.percent(50);
        if lost {
            if hasty {
                self.truth.undo(&batch.iter().map(|waiting| waiting.order.clone()).collect::<Vec<_>>());
            }
            self.story.note("journal", format_args!("refuses {}", batch.len()));
            results = batch.iter().map(|_| Err(Failure::Unavailable)).collect();
        } else if !hasty {
            results = self.decide(&batch);
        }
        let epoch = self.truth.epoch();
        self.frost.thawed(self.node).await;
        if self.truth.epoch() != epoch {
            // In the present epoch they were not committed.
            results.fill(Err(Failure::Unavailable));
        }
        if !lost && unknown && !self.is_dead() {
            return self.find_out(batch, results);
        }
        self.tell(batch, results);
    }

    /// Leaves it open whether a batch was committed, until it is looked up. Meanwhile other orders go on.
    fn find_out(self: &Arc<Window>, mut batch: Vec<Waiting>, mut results: Vec<Result<Outcome, Failure>>) {
        let span = self.state().chance.millis((50, 1_500));
        self.story.note("journal", format_args!("does not know of {} for {} ms", batch.len(), span.as_millis()));
        if planted!(Again) {
            for waiting in &mut batch {
                if let Command::Send { client_id, .. } = &mut waiting.order.command {
                    *client_id = None;
                }
            }
            results = self.decide(&batch);
        }
        let (window, epoch) = (self.clone(), self.truth.epoch());
        tokio::spawn(async move {
            sleep(span).await;
            window.frost.thawed(window.node).await;
            if window.truth.epoch() != epoch {
                // In the present epoch they were not committed.
                results.fill(Err(Failure::Unavailable));
            }
            window.tell(batch, results);
        });
    }

    fn decide(&self, batch: &[Waiting]) -> Vec<Result<Outcome, Failure>> {
        batch.iter().map(|waiting| self.truth.execute(&as_asked(&waiting.order))).collect()
    }

    /// Tells the sink first, then those who wait.
    fn tell(&self, batch: Vec<Waiting>, results: Vec<Result<Outcome, Failure>>) {
        if self.is_dead() {
            return;
        }
        let settled = batch.iter().zip(&results);
        let settled = settled.flat_map(|(waiting, result)| Settled::of(waiting.order.origin, result.clone()));
        self.inbox.settled(settled.collect());
        for (waiting, result) in batch.into_iter().zip(results) {
            // An error means that nobody waits any more.
            waiting.asker.map(|asker| asker.send(result));
        }
    }

    /// For planted mistakes: sends answers or events before the commit, and leaves nothing to be sent after it.
    fn tell_too_early(&self, batch: &mut [Waiting], results: &[Result<Outcome, Failure>]) {
        let told = batch.iter_mut().zip(results).flat_map(|(waiting, result)| {
            let origin = if planted!(Hasty) { waiting.order.origin.take() } else { None };
            if planted!(Hasty) {
                waiting.asker.take().map(|asker| asker.send(result.clone()));
            }
            Settled::of(origin, result.clone())
        });
        self.inbox.settled(told.collect());
    }

    /// Looks at the truth, at some moment between the question and the answer.
    async fn ask<T: Send>(&self, look: impl FnOnce(&InMemory) -> Result<T, Failure> + Send) -> Result<T, Failure> {
        let (before, after, fails) = {
            let State { plan, chance, .. } = &mut *self.state();
            let span = (0, plan.reading / 2);
            (chance.millis(span), chance.millis(span), chance.percent(plan.unread))
        };
        sleep(before).await;
        if fails || self.is_dead() {
            return Err(Failure::Unavailable);
        }
        let seen = look(&self.truth.memory());
        sleep(after).await;
        self.frost.thawed(self.node).await;
        seen
    }

    fn give(&self, order: Order, asker: Option<oneshot::Sender<Result<Outcome, Failure>>>) {
        if !self.is_dead() {
            self.state().waiting.push(Waiting { order, asker });
            self.bell.notify_one();
        }
    }

    fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the order to decide. By mistake, a message is sent as if by a back end, which no mute binds.
fn as_asked(order: &Order) -> Order {
    let mut order = order.clone();
    if planted!(Voice)
        && let Command::Send { draft, .. } = &mut order.command
    {
        draft.is_back_ends = true;
    }
    order
}

/// Methods whose answers come late, or never.
macro_rules! asked {
    ($($name:ident($($of:ident: $type:ty),*) -> $answer:ty;)*) => {$(
        fn $name(&self, $($of: $type),*) -> Answer<'_, $answer> {
            Box::pin(self.ask(move |memory| now(memory.$name($($of),*))))
        }
    )*};
}

impl Journal for Window {
    fn execute(&self, order: Order) -> Answer<'_, Outcome> {
        let (asker, answer) = oneshot::channel();
        self.give(order, Some(asker));
        Box::pin(async move { answer.await.unwrap_or(Err(Failure::Unavailable)) })
    }

    fn submit(&self, order: Order) {
        self.give(order, None);
    }

    fn epoch(&self) -> u64 {
        self.truth.epoch()
    }

    asked! {
        history(reader: UserId, room: RoomId, page: Page, limit: usize) -> History;
        thread(reader: UserId, room: RoomId, of: MessageId, page: Page, limit: usize) -> History;
        was_said(sender: UserId, room: RoomId, name: ClientId) -> bool;
        find(reader: UserId, find: Find) -> Found;
        feed(after: u64, limit: usize) -> Vec<FeedEntry>;
        feed_end() -> u64;
        inspect(room: RoomId) -> Inspected;
        find_rooms(text: String, before: Option<RoomId>, limit: usize) -> FoundRooms;
        trace(user: UserId, message: MessageId) -> Trace;
        message(reader: UserId, room: RoomId, message: MessageId) -> Shown;
        replay(reader: UserId, room: RoomId, replay: Replay) -> Replayed;
        head(reader: UserId, room: RoomId) -> Head;
        joining(reader: UserId, room: RoomId) -> (Head, Option<MessageId>);
        heads(rooms: Vec<RoomId>) -> Vec<(RoomId, Head)>;
        missed(room: RoomId, since: Head, limit: usize) -> Replayed;
        chats(reader: UserId, before: Option<RoomId>, limit: usize) -> Chats;
        hide(user: UserId, room: RoomId) -> ();
        chat(reader: UserId, room: RoomId) -> ChatView;
        members(reader: UserId, room: RoomId, after: Option<UserId>, limit: usize) -> Vec<MemberView>;
        readers(reader: UserId, room: RoomId, message: MessageId, after: Option<UserId>, limit: usize) -> Vec<Mark>;
        likers(reader: UserId, room: RoomId, message: MessageId, after: Option<UserId>, limit: usize) -> Vec<Mark>;
        reactors(reader: UserId, room: RoomId, message: MessageId, page: ReactorsPage) -> Vec<Reactor>;
        member(reader: UserId, room: RoomId, user: UserId) -> MemberView;
        bans(reader: UserId, room: RoomId, at: Time, before: Option<UserId>, limit: usize) -> Vec<Banned>;
        audit(reader: UserId, room: RoomId, before: Option<u64>, limit: usize) -> Vec<Audited>;
        blocked_by(user: UserId, before: Option<UserId>, limit: usize) -> Vec<Arc<Person>>;
        keep(room: RoomId, span: Option<Duration>) -> ();
        vanish(keep: Option<Duration>, at: Time, most: usize) -> Option<Vec<Vanished>>;
        said(by: UserId, after: Option<(RoomId, MessageId)>, limit: usize) -> Vec<Arc<Message>>;
        given(by: UserId, after: Option<ReactionRow>, limit: usize) -> Vec<ReactionRow>;
        purging(limit: usize) -> Vec<(RoomId, UserId, MessageId)>;
        report(new: NewReport, at: Time) -> (Report, bool);
        reports(page: ReportsPage) -> Vec<Report>;
        resolve_report(report: ReportId, at: Time) -> Option<Report>;
        memberships(user: UserId) -> Vec<Membership>;
        summaries(of: Vec<(UserId, RoomId)>) -> Vec<Summary>;
        roulette(user: UserId) -> Option<Match>;
        searching(user: UserId) -> bool;
        renew_leases(users: Vec<UserId>, at: Time) -> ();
        expired_leases(at: Time) -> Vec<UserId>;
        notify(new: NewNotification, at: Time) -> (Arc<Notification>, bool);
        notify_mentioned(at: Time, most: usize) -> Vec<Arc<Notification>>;
        notifications(user: UserId, page: NotificationPage) -> Vec<Arc<Notification>>;
        read_notification(user: UserId, notification: NotificationId, at: Time) -> Arc<Notification>;
        read_all_notifications(user: UserId, at: Time) -> u64;
        ready() -> ();
    }
}
