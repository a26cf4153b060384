//! Sockets that come and go, and questions about those who are connected.

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
    /// Lets a socket in and sends it these first frames. The result tells whether the journal must be asked for its user's rooms
    /// and [`learn`](Hub::learn) be called.
    pub(crate) fn open(&self, socket: &Arc<Socket>, greeting: &Frames) -> Opened {
        let most = self.standing().of(self.0.settings.sockets_per_user);
        let opened = self.people().open(socket, greeting, most);
        if opened == Opened::TooMany {
            return opened;
        }
        self.0.sockets.insert(socket);
        self.metrics().opened(socket.endpoint.entrance, 1);
        // The server may have begun to close all sockets before this one was listed.
        if self.closing().is_cancelled() {
            socket.go_away();
        }
        opened
    }

    /// Takes in the rooms of a user, as the journal returned them in this epoch.
    pub(crate) fn learn(&self, user: UserId, memberships: Vec<Membership>, epoch: u64) {
        self.people().learn(user, memberships, epoch);
    }

    /// Counts a socket for presence. The rooms of its user must be known.
    pub(crate) fn appear(&self, socket: &Socket) {
        self.people().appear(socket, self.now());
        self.tell_presence_to_nodes();
        self.0.presence.notify_one();
    }

    /// Changes how the user of a socket looks to others.
    pub(crate) fn look(&self, socket: &Socket, mood: Mood) {
        self.people().look(socket, mood, self.now());
        self.tell_presence_to_nodes();
        self.0.presence.notify_one();
    }

    /// Lets a socket go. It does nothing the second time.
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

    /// Tells whether a user with a socket here is known to be in a room.
    pub(crate) fn is_member(&self, user: UserId, room: RoomId) -> bool {
        self.people().membership(user, room).is_some()
    }

    /// Waits until the hub has taken in everything that was settled so far. Memory's "yes" counts at any time; its "no" only
    /// after this.
    pub(crate) async fn caught_up(&self) {
        self.0.inbox.caught_up().await;
    }

    /// Notes that a user comes to Socket.IO. Returns whether they were there a short while ago, perhaps before a restart of the
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

    /// Answers the same from the directory. A user who came before this server began and is not noted as having left was cut off
    /// by its end, shortly before it began again.
    async fn was_there(&self, user: UserId, now: Time, within: Duration) -> bool {
        let began = self.0.began;
        match self.0.directory.last_visit(user).await {
            Ok(Some(Visit::Left(left))) => now.since(left) <= within,
            Ok(Some(Visit::Came(came))) => came < began && now.since(began) <= within,
            Ok(None) | Err(_) => false,
        }
    }

    /// Returns those of these people who are visibly online.
    pub fn online(&self, users: &[UserId]) -> HashSet<UserId> {
        let people = self.people();
        users.iter().copied().filter(|user| people.looks_online(*user)).collect()
    }

    /// Returns those of these people who have had nothing open on any node for the length of the grace.
    pub(crate) fn away(&self, users: &[UserId]) -> HashSet<UserId> {
        let people = self.people();
        users.iter().copied().filter(|user| people.is_away(*user)).collect()
    }

    /// Returns how long somebody stays online after their last socket.
    pub(crate) fn grace(&self) -> Duration {
        self.0.settings.presence_grace
    }

    /// Tells whether somebody is visibly online.
    pub(crate) fn looks_online(&self, user: UserId) -> bool {
        self.people().looks_online(user)
    }

    /// Returns those of these people who are still at the roulette: with a dialect-4 socket, or with another socket that listens
    /// to a roulette chat of theirs.
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

    /// Returns how many sockets are open.
    pub(crate) fn sockets(&self) -> usize {
        self.0.sockets.count()
    }

    /// Tells something to all sockets of a user whose dialect can express it.
    pub(crate) fn tell(&self, user: UserId, news: &News) {
        self.tell_where(user, news, |_| true);
    }

    /// Tells something to one socket.
    pub(crate) fn tell_socket(&self, socket: &Socket, news: &News) {
        self.tell_where(socket.user(), news, |other| other.id == socket.id);
    }

    /// Tells something to those sockets of a user for which `such` is true.
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

    /// Returns all sockets.
    pub(crate) fn everybody(&self) -> Vec<Arc<Socket>> {
        self.0.sockets.all()
    }

    /// Closes all sockets because the server is stopping.
    pub fn close_all(&self) {
        self.closing().cancel();
        self.0.sockets.all().iter().for_each(|socket| socket.go_away());
    }
}
