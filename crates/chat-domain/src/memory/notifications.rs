//! Notifications in memory.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::Chat;
use crate::command::ClientId;
use crate::event::{Change, Event};
use crate::id::{MessageId, NotificationId, RoomId, UserId};
use crate::notification::{NewNotification, Notification, NotificationPage};
use crate::quote::Quote;
use crate::refusal::Refusal;
use crate::time::Time;

#[derive(Default)]
pub(super) struct Notifications {
    last: i64,
    rows: BTreeMap<(UserId, NotificationId), Arc<Notification>>,
    named: BTreeMap<(UserId, ClientId), NotificationId>,
    /// The message that a notification of a mention is about.
    about: BTreeMap<(UserId, NotificationId), (RoomId, MessageId)>,
    /// The notifications that messages owe to those whom they mention.
    owed: Vec<(UserId, RoomId, MessageId)>,
}

impl Notifications {
    /// Stores a notification, unless it repeats one. Whether it does is asked before every other rule, so that a repeat
    /// is answered as before.
    pub(super) fn notify(
        &mut self,
        chat: &Chat,
        new: NewNotification,
        at: Time,
    ) -> Result<(Arc<Notification>, bool), Refusal> {
        let data = new.check(chat.limits());
        let name = new.client_id.clone().map(|name| (new.user, name));
        if let Some(&id) = name.as_ref().and_then(|name| self.named.get(name)) {
            let found = self.rows.get(&(new.user, id)).filter(|stored| new.is_repeat_of(stored));
            return found.map(|row| (row.clone(), false)).ok_or(Refusal::Reused { message: None });
        }
        chat.someone(new.user).ok_or(Refusal::UnknownUser)?;
        let id = NotificationId::new(self.last + 1).ok_or(Refusal::UnknownNotification)?;
        let NewNotification { user, kind, title, body, .. } = new;
        let row = Arc::new(Notification { id, user, kind, title, body, data: data?, created_at: at, read_at: None });
        self.last = id.number();
        self.named.extend(name.map(|name| (name, id)));
        self.rows.insert((user, id), row.clone());
        Ok((row, true))
    }

    /// Deletes all notifications of a user.
    pub(super) fn forget(&mut self, user: UserId) {
        self.rows.retain(|(whose, _), _| *whose != user);
        self.named.retain(|(whose, _), _| *whose != user);
        self.about.retain(|(whose, _), _| *whose != user);
    }

    /// Notes whom a message mentions, besides its sender, so that they will be notified.
    pub(super) fn owe(&mut self, chat: &Chat, event: &Event) {
        let Change::Sent { message, .. } = &event.change else { return };
        let Some(mentions) = &message.mentions else { return };
        let mut people: Vec<_> = mentions.people.iter().map(|person| person.id).collect();
        people.extend(if mentions.all { chat.people_in(event.room) } else { Vec::new() });
        people.sort_unstable();
        people.dedup();
        people.retain(|user| *user != message.sender.id());
        self.owed.extend(people.into_iter().map(|user| (user, event.room, message.id)));
    }

    /// Stores some of the notifications that are owed.
    pub(super) fn notify_mentioned(&mut self, chat: &Chat, at: Time, most: usize) -> Vec<Arc<Notification>> {
        let some: Vec<_> = self.owed.drain(..most.min(self.owed.len())).collect();
        let new = some.into_iter().filter_map(|(user, room, message)| {
            let quote = chat.quote(room, message).filter(|quote| !quote.deleted)?;
            let id = NotificationId::new(self.last + 1)?;
            let row = Arc::new(of_mention(id, user, room, &quote, at));
            self.last = id.number();
            self.rows.insert((user, id), row.clone());
            self.about.insert((user, id), (room, message));
            Some(row)
        });
        new.collect()
    }

    /// Returns a notification as it reads now: the message that it is about may have been edited, or its sender
    /// renamed.
    fn as_now(&self, chat: &Chat, row: &Arc<Notification>) -> Arc<Notification> {
        let about = self.about.get(&(row.user, row.id));
        match about.and_then(|&(room, message)| Some((room, chat.quote(room, message)?))) {
            None => row.clone(),
            Some((room, quote)) => {
                let now = of_mention(row.id, row.user, room, &quote, row.created_at);
                Arc::new(Notification { read_at: row.read_at, ..now })
            }
        }
    }

    pub(super) fn page(&self, chat: &Chat, user: UserId, page: NotificationPage) -> Vec<Arc<Notification>> {
        let older = |row: &&Arc<Notification>| page.before.is_none_or(|before| row.id < before);
        let sort = |row: &&Arc<Notification>| page.is_read.is_none_or(|read| row.read_at.is_some() == read);
        self.of(user).rev().filter(older).filter(sort).take(page.limit).map(|row| self.as_now(chat, row)).collect()
    }

    pub(super) fn read(
        &mut self,
        chat: &Chat,
        user: UserId,
        id: NotificationId,
        at: Time,
    ) -> Result<Arc<Notification>, Refusal> {
        self.mark_read(user, id, at).map(|row| self.as_now(chat, &row))
    }

    fn mark_read(&mut self, user: UserId, id: NotificationId, at: Time) -> Result<Arc<Notification>, Refusal> {
        let row = self.rows.get_mut(&(user, id)).ok_or(Refusal::UnknownNotification)?;
        if row.read_at.is_none() {
            Arc::make_mut(row).read_at = Some(at);
        }
        Ok(row.clone())
    }

    pub(super) fn read_all(&mut self, user: UserId, at: Time) -> u64 {
        let unread: Vec<_> = self.of(user).filter(|row| row.read_at.is_none()).map(|row| row.id).collect();
        unread.iter().filter(|&&id| self.mark_read(user, id, at).is_ok()).count() as u64
    }

    fn of(&self, user: UserId) -> impl DoubleEndedIterator<Item = &Arc<Notification>> {
        self.rows.range((user, FIRST)..=(user, LAST)).map(|(_, row)| row)
    }
}

fn of_mention(id: NotificationId, user: UserId, room: RoomId, quote: &Quote, at: Time) -> Notification {
    Notification::of_mention(id, user, (room, quote.message), &quote.sender.name, &quote.excerpt).made(at)
}

const FIRST: NotificationId = NotificationId::new(1).expect("1 is an id");
const LAST: NotificationId = NotificationId::new(crate::id::MAX_ID).expect("the last is an id");
