//! Coming and going, and what is asked and told about those who are here.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::directory::Visit;
use chat_domain::view::Membership;
use chat_domain::{Mood, RoomId, Time, UserId};
use chat_protocol::{Entrance, Frames, News};

use super::encode::{Encoded, Encoder, Viewer};
use super::handle::Hub;
use super::people::Opened;
use crate::connection::socket::Socket;

impl Hub {
    /// Lets a socket in, with these first frames; the answer says whether the rooms of its user are to be [learned](Hub::learn) first.
    pub(crate) fn open(&self, socket: &Arc<Socket>, greeting: &Frames) -> Opened {
        let opened = self.people().open(socket, greeting);
        if opened == Opened::TooMany {
            return opened;
        }
        self.0.sockets.insert(socket);
        self.metrics().opened(socket.endpoint.entrance, 1);
        // Whoever comes in while the server goes away may have been overlooked.
        if self.closing().is_cancelled() {
            socket.go_away();
        }
        opened
    }

    /// The rooms that a user was in, in the life of this epoch.
    pub(crate) fn learn(&self, user: UserId, memberships: Vec<Membership>, epoch: u64) {
        self.people().learn(user, memberships, epoch);
    }

    /// A socket whose user's rooms are known is here.
    pub(crate) fn appear(&self, socket: &Socket) {
        self.people().appear(socket, self.now());
        self.tell_presence_to_nodes();
        self.0.presence.notify_one();
    }

    /// A socket changes how its user looks.
    pub(crate) fn look(&self, socket: &Socket, mood: Mood) {
        self.people().look(socket, mood, self.now());
        self.tell_presence_to_nodes();
        self.0.presence.notify_one();
    }

    /// Lets a socket go.
    pub(crate) fn close(&self, socket: &Socket) {
        if !self.0.sockets.remove(socket.id) {
            return;
        }
        self.metrics().opened(socket.endpoint.entrance, -1);
        let now = self.now();
        let (rooms, was_last) = self.people().close(socket, now);
        self.tell_presence_to_nodes();
        self.0.presence.notify_one();
        self.part(socket, rooms, was_last, now);
    }

    /// Whether a user with a socket here is in a room.
    pub(crate) fn is_member(&self, user: UserId, room: RoomId) -> bool {
        self.people().membership(user, room).is_some()
    }

    /// Waits until everything that was settled before this is known here: memory may say yes at once, and no only after that.
    pub(crate) async fn caught_up(&self) {
        self.0.inbox.caught_up().await;
    }

    /// Notes that a user comes to Socket.IO. Says whether they come back after a short while, which may have been a restart of the
    /// server.
    pub(crate) async fn comes_back(&self, user: UserId) -> bool {
        let (now, within) = (self.now(), self.0.settings.reconnection);
        let (known, is_there) = {
            let people = self.people();
            (people.comes_back(user, within, now), people.is_at_socketio(user))
        };
        let comes_back = known || !is_there && self.was_there(user, now, within).await;
        self.people().visits.insert(user, Visit::Came(now));
        comes_back
    }

    /// The same by what was noted. Who came to an earlier life of this server and never left it went away when that ended: not long
    /// before this one began.
    async fn was_there(&self, user: UserId, now: Time, within: Duration) -> bool {
        let began = self.0.began;
        match self.0.directory.last_visit(user).await {
            Ok(Some(Visit::Left(left))) => now.since(left) <= within,
            Ok(Some(Visit::Came(came))) => came < began && now.since(began) <= within,
            Ok(None) | Err(_) => false,
        }
    }

    /// Which of these people are online, and look so.
    pub fn online(&self, users: &[UserId]) -> HashSet<UserId> {
        let people = self.people();
        users.iter().copied().filter(|user| people.looks_online(*user)).collect()
    }

    /// Which of these people have had nothing open anywhere for as long as the grace is.
    pub(crate) fn away(&self, users: &[UserId]) -> HashSet<UserId> {
        let people = self.people();
        users.iter().copied().filter(|user| people.is_away(*user)).collect()
    }

    /// How long somebody stays online after their last socket has gone.
    pub(crate) fn grace(&self) -> Duration {
        self.0.settings.presence_grace
    }

    /// Whether somebody is online, and looks so.
    pub(crate) fn looks_online(&self, user: UserId) -> bool {
        self.people().looks_online(user)
    }

    /// Those of these people who are at the roulette: with a dialect-4 socket, or one of another dialect in a roulette chat, which
    /// for the others is a room like any.
    pub(crate) fn at_roulette(&self, users: Vec<UserId>) -> Vec<UserId> {
        let in_dialect = |entrance| matches!(entrance, Entrance::Personal | Entrance::Roulette);
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        {
            let people = self.people();
            for user in users {
                match people.has(user, in_dialect) {
                    true => here.push(user),
                    false => elsewhere.push((user, people.roulettes(user))),
                }
            }
        }
        let hears = |(user, rooms): &(UserId, Vec<RoomId>)| {
            let hears = |room| self.delivery_of(room).rooms.get(&room).is_some_and(|room| room.is_heard_by(*user));
            rooms.iter().copied().any(hears)
        };
        here.extend(elsewhere.iter().filter(|of| hears(of)).map(|(user, _)| *user));
        here
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.0.sockets.count()
    }

    /// Tells something to sockets of a user: those whose dialect has a word for it.
    pub fn tell(&self, user: UserId, news: &News) {
        self.tell_where(user, news, |_| true);
    }

    /// Tells something to one socket.
    pub(crate) fn tell_socket(&self, socket: &Socket, news: &News) {
        self.tell_where(socket.user(), news, |other| other.id == socket.id);
    }

    /// Tells something to some sockets of a user.
    pub(super) fn tell_where(&self, user: UserId, news: &News, such: impl Fn(&Socket) -> bool) {
        let (mut encoder, mut encoded) = (Encoder::default(), Encoded::default());
        let sockets = self.people().sockets(user);
        for socket in sockets.iter().filter(|socket| such(socket)) {
            let shape = socket.endpoint.shape(false);
            let viewer = Viewer { user, shape, framing: socket.line.framing(), epoch: self.epoch() };
            if let Some(payload) = encoder.news(&mut encoded, news, &viewer) {
                socket.line.offer_payload(payload, None);
            }
        }
    }

    /// Everybody who is connected.
    pub(crate) fn everybody(&self) -> Vec<Arc<Socket>> {
        self.0.sockets.all()
    }

    /// Closes all sockets: the server goes away.
    pub fn close_all(&self) {
        self.closing().cancel();
        self.0.sockets.all().iter().for_each(|socket| socket.go_away());
    }
}
