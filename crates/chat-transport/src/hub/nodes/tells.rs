//! Tells: what is told to a person, or to everybody about one, on every node.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::Tell;
use chat_domain::grant::Family;
use chat_domain::{Notification, Person, Time, UserId, Vanished};
use chat_protocol::{News, envelope};

use tracing::debug;

use super::super::handle::Hub;
use crate::connection::closes;
use crate::connection::socket::Socket;

impl Hub {
    /// Tells somebody about a notification.
    pub(crate) fn notify(&self, notification: &Arc<Notification>) {
        // If it was read from the journal before, it is known and not told again.
        if self.tell_people(Tell::Notification(notification.clone())) {
            self.notify_here(notification, None);
        }
    }

    /// Closes all sockets of a user, on every node.
    pub(crate) fn disconnect(&self, user: UserId) {
        let now = self.now();
        self.disconnect_here(user, now);
        self.tell_people(Tell::Disconnect(user, now));
        self.note_tell(Tell::Disconnect(user, now));
    }

    /// Tells people what a back end has posted.
    pub(crate) fn tell_post(&self, people: &[UserId], news: &News) {
        people.iter().for_each(|user| self.tell(*user, news));
        if self.0.nodes.is_some()
            && let Some(written) = envelope::post_written(news)
        {
            let tell = Tell::Post(people.to_vec(), written);
            self.tell_people(tell.clone());
            self.note_tell(tell);
        }
    }

    /// Closes all sockets of a user whose log-ins were ended.
    pub(crate) fn end_all(&self, user: UserId, now: Time) {
        self.log_out(|socket| socket.user() == user);
        self.tell_people(Tell::EndAll(user, now));
    }

    /// Closes the sockets whose tokens are of a family.
    pub(crate) fn end_family(&self, user: UserId, family: Family, now: Time) {
        self.log_out(|socket| is_of(socket, user, family));
        self.tell_people(Tell::EndFamily(user, family, now));
    }

    /// Closes the sockets that a cookie session opened. `cookie` is its digest.
    pub(crate) fn end_session(&self, cookie: &str) {
        self.log_out(|socket| socket.cookie.as_deref() == Some(cookie));
        self.tell_people(Tell::EndSession(cookie.to_owned()));
    }

    /// Shows a person's new name and picture from now on. What was settled before is taken in first.
    pub(crate) async fn is_now(&self, person: &Arc<Person>) {
        self.is_now_here(person).await;
        self.tell_people(Tell::Now(person.clone()));
    }

    /// Removes what an erased person has said. What was settled before is taken in first.
    pub(crate) async fn unsaid(&self, user: UserId) {
        self.unsaid_here(user).await;
        self.tell_people(Tell::Unsaid(user));
    }

    /// The oldest messages of a room were kept for long enough. What was settled before is taken in first.
    pub(crate) async fn vanished(&self, vanished: Vanished) {
        self.vanished_here(vanished).await;
        self.tell_people(Tell::Vanished(vanished));
    }

    /// Lets every node forget that tokens of this person were good.
    pub(crate) fn forget_tokens(&self, person: &Arc<Person>) {
        self.tell_people(Tell::Now(person.clone()));
    }

    /// Waits for tells of other nodes that concern the rest of the server, and takes them.
    pub(crate) async fn told(&self) -> Vec<Tell> {
        self.0.told.next().await
    }

    /// Takes in a tell of another node. `then` is its time if it was read from the journal: sockets that were opened later know
    /// it already.
    pub(super) fn hear_tell(&self, tell: Tell, then: Option<Time>) {
        let Some(nodes) = &self.0.nodes else { return };
        if !nodes.numbers().tells.is_news(&tell, self.now()) {
            return;
        }
        match &tell {
            Tell::Notification(notification) => return self.notify_here(notification, then),
            Tell::Disconnect(user, at) => return self.disconnect_here(*user, *at),
            Tell::Post(people, written) => return self.hear_post(people, written, then),
            Tell::EndSession(cookie) => return self.log_out(|socket| socket.cookie.as_deref() == Some(cookie)),
            Tell::EndAll(user, at) => self.log_out(|socket| socket.user() == *user && was_here(socket, Some(*at))),
            Tell::EndFamily(user, family, _) => self.log_out(|socket| is_of(socket, *user, *family)),
            Tell::Now(_) | Tell::Unsaid(_) | Tell::Vanished(_) => {}
        }
        self.0.told.put(tell);
    }

    /// Sends a tell to other nodes. Returns false if it was known before.
    fn tell_people(&self, tell: Tell) -> bool {
        let Some(nodes) = &self.0.nodes else { return true };
        let mut numbers = nodes.numbers();
        let is_news = numbers.tells.is_news(&tell, self.now());
        let envelope = numbers.saying.tells(vec![tell]);
        nodes.publish(&numbers, vec![envelope]);
        is_news
    }

    /// Stores a tell that is not stored in any other form.
    fn note_tell(&self, tell: Tell) {
        if self.0.nodes.is_some() {
            let journal = self.0.journal.clone();
            tokio::spawn(async move {
                if let Err(failure) = journal.note_tell(tell).await {
                    debug!(%failure, "what was told to people is not written down");
                }
            });
        }
    }

    fn notify_here(&self, notification: &Arc<Notification>, then: Option<Time>) {
        let news = News::Notification(notification.clone());
        self.tell_where(notification.user, &news, |socket| was_here(socket, then));
    }

    /// Closes the sockets of a user that were open at that time. Whoever has come back since stays.
    fn disconnect_here(&self, user: UserId, at: Time) {
        let sockets = self.people().sockets(user);
        let were_here = sockets.iter().filter(|socket| was_here(socket, Some(at)));
        were_here.for_each(|socket| socket.line.close(closes::EXPELLED));
    }

    fn hear_post(&self, people: &[UserId], written: &str, then: Option<Time>) {
        let Some(news) = envelope::post_read(written) else { return };
        people.iter().for_each(|user| self.tell_where(*user, &news, |socket| was_here(socket, then)));
    }

    /// Closes the sockets for which `is_ended` is true, because their log-in has ended.
    fn log_out(&self, is_ended: impl Fn(&Socket) -> bool) {
        let all = self.everybody();
        let ended = all.iter().filter(|socket| is_ended(socket));
        ended.for_each(|socket| socket.line.close(closes::LOGGED_OUT));
    }
}

/// Tells whether a socket was open at that time, as far as two clocks can tell.
fn was_here(socket: &Socket, then: Option<Time>) -> bool {
    then.is_none_or(|then| socket.since <= then.after(CLOCKS))
}

/// How far the clocks of two nodes may differ.
const CLOCKS: Duration = Duration::from_secs(1);

fn is_of(socket: &Socket, user: UserId, family: Family) -> bool {
    socket.user() == user && socket.family() == Some(family)
}
