//! Who hears what: events of rooms by `seq`, to every socket that joined, in its own shape.
//!
//! Whatever a journal settles comes in through [`chat_domain::Sink`]; one task ([`Hub::run`]) orders it, answers the sockets
//! that asked, and writes to everybody else what has gathered, one write per member and turn. Joining, typing and presence
//! change the same state under its lock, which is never held across an await.

mod asides;
mod encode;
mod flush;
mod held;
mod life;
mod list;
mod people;
mod presence;
mod room;
mod settle;
mod state;
mod subs;
#[cfg(test)]
mod tests;
mod ticks;
mod turns;
mod typing;
mod weight;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chat_domain::grant::Family;
use chat_domain::view::Membership;
use chat_domain::{Directory, Head, Journal, Message, MessageId, Mood, Person, RoomId, Settled, UserId};
use chat_protocol::{Context, Frames, News};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::held::Held;
pub use self::state::HubSettings;
use self::state::State;
use crate::carry::outbox::Depot;
use crate::clock;
use crate::connection::socket::Socket;
use crate::metrics::Metrics;

pub(crate) use self::people::Opened;
pub(crate) use self::room::{Attached, Seen, Start};

/// The hub of one node. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    inbox: Mutex<Vec<Settled>>,
    bell: Notify,
    held: Held,
    settings: HubSettings,
    depot: Arc<Depot>,
    metrics: Arc<Metrics>,
    ports: OnceLock<Ports>,
    next_socket: AtomicU64,
    closing: CancellationToken,
}

/// What the hub asks of the layers below.
struct Ports {
    journal: Arc<dyn Journal>,
    directory: Arc<dyn Directory>,
}

impl Hub {
    /// A hub that nobody has joined. It is made before the journal, whose sink it is; [`Hub::run`] brings them together.
    pub fn new(settings: HubSettings, depot: Arc<Depot>) -> Hub {
        let metrics = Arc::new(Metrics::new());
        Hub(Arc::new(Shared {
            state: Mutex::new(State::new(&settings, metrics.clone())),
            metrics,
            inbox: Mutex::default(),
            bell: Notify::new(),
            held: Held::default(),
            settings,
            depot,
            ports: OnceLock::new(),
            next_socket: AtomicU64::new(1),
            closing: CancellationToken::new(),
        }))
    }

    /// Names the journal and the directory; to be called once, before the first socket.
    pub fn bind(&self, journal: Arc<dyn Journal>, directory: Arc<dyn Directory>) {
        self.state().epoch = journal.epoch();
        // A second call would name the same ports again: the first ones stay.
        let _ = self.0.ports.set(Ports { journal, directory });
    }

    /// Delivers until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(self.deliver(&stop), self.tick(&stop), self.keep_up(&stop));
    }

    /// The figures for operators.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// A number for a new socket.
    pub(crate) fn next_socket(&self) -> u64 {
        self.0.next_socket.fetch_add(1, Ordering::Relaxed)
    }

    /// The outboxes' shared part.
    pub(crate) fn depot(&self) -> &Arc<Depot> {
        &self.0.depot
    }

    /// Joins a room: from here on the socket hears it. `context` is what asked for it, for the answer that comes first.
    pub(crate) fn attach(
        &self,
        socket: &Arc<Socket>,
        room: RoomId,
        cursor: bool,
        start: Start,
        context: Option<&Context>,
    ) -> Attached {
        let attached = self.state().attach(socket, room, cursor, start, context);
        self.0.bell.notify_one();
        attached
    }

    /// Lets a socket in, with these first frames; the answer says whether the rooms of its user are to be [learned](Hub::learn) first.
    pub(crate) fn open(&self, socket: &Arc<Socket>, greeting: &Frames) -> Opened {
        let opened = self.state().open(socket, greeting);
        // Whoever comes in while the server goes away may have been overlooked.
        if self.0.closing.is_cancelled() {
            socket.go_away();
        }
        opened
    }

    /// The life of the database that is known here.
    pub(crate) fn epoch(&self) -> u64 {
        self.state().epoch
    }

    /// The rooms that a user was in, in the life of this epoch.
    pub(crate) fn learn(&self, user: UserId, memberships: Vec<Membership>, epoch: u64) {
        self.state().learn(user, memberships, epoch, clock::now());
    }

    /// A socket whose user's rooms are known is here.
    pub(crate) fn appear(&self, socket: &Socket) {
        self.stir(|state| state.appear(socket, clock::now()));
    }

    /// A socket changes how its user looks.
    pub(crate) fn look(&self, socket: &Socket, mood: Mood) {
        self.stir(|state| state.look(socket, mood, clock::now()));
    }

    /// Lets a socket go.
    pub(crate) fn close(&self, socket: &Socket) {
        self.stir(|state| state.close(socket, clock::now()));
    }

    /// Whether a user with a socket here is in a room.
    pub(crate) fn is_member(&self, user: UserId, room: RoomId) -> bool {
        self.state().people.membership(user, room).is_some()
    }

    /// A sign that a member of a room types, or has stopped; `socket` is the one that ends it by going away.
    pub fn typing(&self, room: RoomId, person: &Arc<Person>, socket: Option<u64>, is_typing: bool) {
        self.stir(|state| state.sign(room, person, socket, is_typing, clock::now()));
    }

    /// A message has reached a user by a way that the hub does not see.
    pub fn reached(&self, user: UserId, room: RoomId, message: MessageId) {
        self.state().has_reached(user, room, message);
    }

    /// Whether a new Socket.IO socket of this user comes back after a short while.
    pub(crate) fn comes_back(&self, user: UserId) -> bool {
        let within = self.0.settings.reconnection;
        self.state().people.comes_back(user, within, clock::now())
    }

    /// Closes all sockets of a user.
    pub fn disconnect(&self, user: UserId) {
        self.state().disconnect(user);
    }

    /// Closes all sockets: the server goes away.
    pub fn close_all(&self) {
        self.0.closing.cancel();
        self.state().people.all_sockets().for_each(|socket| socket.go_away());
    }

    /// Tells when the server goes away.
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }

    /// Closes the sockets whose tokens are of a family.
    pub fn end_family(&self, user: UserId, family: Family) {
        self.state().log_out(|socket| socket.user() == user && socket.family() == Some(family));
    }

    /// Closes the sockets that a cookie session opened, named by its digest.
    pub fn end_session(&self, cookie: &str) {
        self.state().log_out(|socket| socket.cookie.as_deref() == Some(cookie));
    }

    /// Those of these people who are at the roulette.
    pub(crate) fn at_roulette(&self, users: Vec<UserId>) -> Vec<UserId> {
        let state = self.state();
        users.into_iter().filter(|user| state.is_at_roulette(*user)).collect()
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.state().people.count()
    }

    /// Something to wait on until a room changes.
    pub fn changes(&self, room: RoomId) -> Arc<Notify> {
        self.state().waiters.entry(room).or_default().clone()
    }

    /// The messages of a room after this one, if the recent ones in memory are all there is to know: newest content, without the
    /// deleted ones, oldest first.
    pub fn recent(&self, room: RoomId, after: Option<MessageId>) -> Option<Vec<Arc<Message>>> {
        self.state().rooms.get(&room)?.log.messages_after(after)
    }

    /// A socket no longer wants to hear a room; what it was typing there has ended.
    pub(crate) fn leave(&self, socket: &Socket, room: RoomId) {
        self.stir(|state| {
            state.detach(socket, room);
            state.typing_left(socket, room, clock::now());
        });
    }

    /// Sends a socket the answers that wait for the end of the turn.
    pub(crate) fn answer(&self, socket: &Socket) {
        let mut state = self.state();
        if let Some(frames) = state.answers.remove(&socket.id) {
            socket.line.offer(&frames);
        }
    }

    /// Takes a socket out of a room; false if it had not joined.
    pub(crate) fn detach(&self, socket: &Socket, room: RoomId) -> bool {
        self.state().detach(socket, room)
    }

    /// Up to where a socket has seen a room.
    pub(crate) fn seen(&self, socket: &Socket, room: RoomId) -> Seen {
        self.state().seen(socket, room)
    }

    /// The counters of a room up to which it was told here, if it is active.
    pub(crate) fn head(&self, room: RoomId) -> Option<Head> {
        self.state().rooms.get(&room).map(|room| room.log.head())
    }

    /// Which of these people are online, and look so.
    pub fn online(&self, users: &[UserId]) -> std::collections::HashSet<UserId> {
        let state = self.state();
        users.iter().copied().filter(|user| state.people.looks_online(*user)).collect()
    }

    /// Whether somebody is online, and looks so.
    pub(crate) fn looks_online(&self, user: UserId) -> bool {
        self.state().people.looks_online(user)
    }

    /// Tells something to sockets of a user: those whose dialect has a word for it.
    pub fn tell(&self, user: UserId, news: &News) {
        self.state().tell(user, news);
    }

    /// Tells something to one socket.
    pub(crate) fn tell_socket(&self, socket: &Socket, news: &News) {
        self.state().tell_where(socket.user(), news, |other| other.id == socket.id);
    }

    /// The state, with everything that was settled taken in.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let settled = std::mem::take(&mut *self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner));
        if !settled.is_empty() {
            state.settle(settled, clock::now());
            self.0.bell.notify_one();
        }
        state
    }
}
