//! Notifications in memory.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::Chat;
use crate::command::ClientId;
use crate::id::{NotificationId, UserId};
use crate::notification::{NewNotification, Notification, NotificationPage};
use crate::refusal::Refusal;
use crate::time::Time;

#[derive(Default)]
pub(super) struct Notifications {
    last: i64,
    rows: BTreeMap<(UserId, NotificationId), Arc<Notification>>,
    named: BTreeMap<(UserId, ClientId), NotificationId>,
}

impl Notifications {
    /// A repeat is found before any other rule is asked.
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

    pub(super) fn page(&self, user: UserId, page: NotificationPage) -> Vec<Arc<Notification>> {
        let older = |row: &&Arc<Notification>| page.before.is_none_or(|before| row.id < before);
        let sort = |row: &&Arc<Notification>| page.is_read.is_none_or(|read| row.read_at.is_some() == read);
        self.of(user).rev().filter(older).filter(sort).take(page.limit).cloned().collect()
    }

    pub(super) fn read(&mut self, user: UserId, id: NotificationId, at: Time) -> Result<Arc<Notification>, Refusal> {
        let row = self.rows.get_mut(&(user, id)).ok_or(Refusal::UnknownNotification)?;
        if row.read_at.is_none() {
            Arc::make_mut(row).read_at = Some(at);
        }
        Ok(row.clone())
    }

    pub(super) fn read_all(&mut self, user: UserId, at: Time) -> u64 {
        let unread: Vec<_> = self.of(user).filter(|row| row.read_at.is_none()).map(|row| row.id).collect();
        unread.iter().filter(|&&id| self.read(user, id, at).is_ok()).count() as u64
    }

    fn of(&self, user: UserId) -> impl DoubleEndedIterator<Item = &Arc<Notification>> {
        self.rows.range((user, FIRST)..=(user, LAST)).map(|(_, row)| row)
    }
}

const FIRST: NotificationId = NotificationId::new(1).expect("1 is an id");
const LAST: NotificationId = NotificationId::new(crate::id::MAX_ID).expect("the last is an id");
