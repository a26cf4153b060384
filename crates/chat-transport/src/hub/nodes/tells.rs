//! What is told to a person, or to everybody about one, wherever they are connected.

use std::sync::Arc;

use chat_domain::backplane::Tell;
use chat_domain::grant::Family;
use chat_domain::{Notification, Person, Time, UserId};
use chat_protocol::News;

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
        self.disconnect_here(user);
        self.tell_people(Tell::Disconnect(user));
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
            Tell::Disconnect(user) => return self.disconnect_here(*user),
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
        nodes.among.backplane.publish(vec![envelope]);
    }

    fn notify_here(&self, notification: &Arc<Notification>) {
        self.tell(notification.user, &News::Notification(notification.clone()));
    }

    fn disconnect_here(&self, user: UserId) {
        let sockets = self.people().sockets(user);
        sockets.iter().for_each(|socket| socket.line.close(closes::EXPELLED));
    }

    /// Closes the sockets of which this is so: what let them in was ended.
    fn log_out(&self, is_ended: impl Fn(&Socket) -> bool) {
        let all = self.everybody();
        let ended = all.iter().filter(|socket| is_ended(socket));
        ended.for_each(|socket| socket.line.close(closes::LOGGED_OUT));
    }
}

fn is_of(socket: &Socket, user: UserId, family: Family) -> bool {
    socket.user() == user && socket.family() == Some(family)
}
