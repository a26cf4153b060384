//! What is told to a person, or to everybody about one, wherever they are connected.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::Tell;
use chat_domain::grant::Family;
use chat_domain::{Notification, Person, Time, UserId};
use chat_protocol::{News, envelope};

use super::super::handle::Hub;
use crate::connection::closes;
use crate::connection::socket::Socket;

impl Hub {
    /// Tells somebody of a notification.
    pub(crate) fn notify(&self, notification: &Arc<Notification>) {
        self.notify_here(notification);
        self.tell_people(Tell::Notification(notification.clone()));
    }

    /// Closes all sockets of a user.
    pub fn disconnect(&self, user: UserId) {
        let now = self.now();
        self.disconnect_here(user, now);
        self.tell_people(Tell::Disconnect(user, now));
    }

    /// Tells people what a back end says of a post.
    pub(crate) fn tell_post(&self, people: &[UserId], news: &News) {
        people.iter().for_each(|user| self.tell(*user, news));
        if self.0.nodes.is_some()
            && let Some(written) = envelope::post_written(news)
        {
            self.tell_people(Tell::Post(people.to_vec(), written));
        }
    }

    /// Closes all sockets of somebody whose log-ins were ended.
    pub(crate) fn end_all(&self, user: UserId, now: Time) {
        self.log_out(|socket| socket.user() == user);
        self.tell_people(Tell::EndAll(user, now));
    }

    /// Closes the sockets whose tokens are of a family.
    pub(crate) fn end_family(&self, user: UserId, family: Family, now: Time) {
        self.log_out(|socket| is_of(socket, user, family));
        self.tell_people(Tell::EndFamily(user, family, now));
    }

    /// Closes the sockets that a cookie session opened, named by its digest.
    pub(crate) fn end_session(&self, cookie: &str) {
        self.log_out(|socket| socket.cookie.as_deref() == Some(cookie));
        self.tell_people(Tell::EndSession(cookie.to_owned()));
    }

    /// Somebody shows this of themselves from now on. What was settled before is taken in first.
    pub(crate) async fn is_now(&self, person: &Arc<Person>) {
        self.is_now_here(person).await;
        self.tell_people(Tell::Now(person.clone()));
    }

    /// What other nodes have told since this was last asked, once there is something.
    pub(crate) async fn told(&self) -> Vec<Tell> {
        self.0.told.next().await
    }

    /// Takes in what another node has told.
    pub(super) fn hear_tell(&self, tell: Tell) {
        match &tell {
            Tell::Notification(notification) => return self.notify_here(notification),
            Tell::Disconnect(user, at) => return self.disconnect_here(*user, *at),
            Tell::Post(people, written) => return self.hear_post(people, written),
            Tell::EndSession(cookie) => return self.log_out(|socket| socket.cookie.as_deref() == Some(cookie)),
            Tell::EndAll(user, _) => self.log_out(|socket| socket.user() == *user),
            Tell::EndFamily(user, family, _) => self.log_out(|socket| is_of(socket, *user, *family)),
            Tell::Now(_) => {}
        }
        self.0.told.put(tell);
    }

    fn tell_people(&self, tell: Tell) {
        let Some(nodes) = &self.0.nodes else { return };
        let mut numbers = nodes.numbers();
        let envelope = numbers.saying.tells(vec![tell]);
        nodes.publish(&numbers, vec![envelope]);
    }

    fn notify_here(&self, notification: &Arc<Notification>) {
        self.tell(notification.user, &News::Notification(notification.clone()));
    }

    /// Whoever has come back since stays.
    fn disconnect_here(&self, user: UserId, at: Time) {
        let sockets = self.people().sockets(user);
        let were_here = sockets.iter().filter(|socket| socket.since <= at.after(CLOCKS));
        were_here.for_each(|socket| socket.line.close(closes::EXPELLED));
    }

    fn hear_post(&self, people: &[UserId], written: &str) {
        let Some(news) = envelope::post_read(written) else { return };
        people.iter().for_each(|user| self.tell(*user, &news));
    }

    /// Closes the sockets of which this is so: what let them in was ended.
    fn log_out(&self, is_ended: impl Fn(&Socket) -> bool) {
        let all = self.everybody();
        let ended = all.iter().filter(|socket| is_ended(socket));
        ended.for_each(|socket| socket.line.close(closes::LOGGED_OUT));
    }
}

/// How far the clocks of two nodes may be apart.
const CLOCKS: Duration = Duration::from_secs(1);

fn is_of(socket: &Socket, user: UserId, family: Family) -> bool {
    socket.user() == user && socket.family() == Some(family)
}
