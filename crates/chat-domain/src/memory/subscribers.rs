//! Webhooks in memory.

use alloc::string::String;
use alloc::vec::Vec;

use super::{InMemory, World};
use crate::id::Uuid;
use crate::journal::Answer;
use crate::subscribers::{Progress, Subscribed, Subscribers, Webhook};
use crate::time::Time;

impl Subscribers for InMemory {
    fn tells(&self) -> bool {
        true
    }

    fn webhooks(&self) -> Answer<'_, Vec<Subscribed>> {
        self.answer(|world| {
            let listed = world.webhooks.iter().map(|known| Subscribed {
                rooms_behind: known.progress.owed.len() as u64,
                entries_behind: (world.feed.len() as u64).saturating_sub(known.progress.fed),
                progress: Progress { owed: Vec::new(), ..known.progress.clone() },
                ..known.clone()
            });
            Ok(listed.collect())
        })
    }

    fn subscribe(&self, webhook: Webhook, fed: u64, most: usize) -> Answer<'_, bool> {
        self.answer(|world| {
            let standing = world.webhooks.iter().filter(|known| known.progress.ended.is_none()).count();
            if standing < most {
                let progress = Progress { fed, ..Progress::default() };
                world.webhooks.push(Subscribed { webhook, progress, rooms_behind: 0, entries_behind: 0 });
            }
            Ok(standing < most)
        })
    }

    fn change_secret(&self, webhook: Uuid, secret: String, until: Time) -> Answer<'_, bool> {
        self.answer(|world| {
            Ok(world.webhook(webhook).is_some_and(|known| {
                let former = core::mem::replace(&mut known.webhook.secret, secret);
                known.webhook.former = Some((former, until));
                true
            }))
        })
    }

    fn unsubscribe(&self, webhook: Uuid) -> Answer<'_, bool> {
        self.answer(|world| {
            let before = world.webhooks.len();
            world.webhooks.retain(|known| known.webhook.id != webhook);
            Ok(world.webhooks.len() < before)
        })
    }

    fn progress(&self, webhook: Uuid) -> Answer<'_, Option<Progress>> {
        self.answer(|world| Ok(world.webhook(webhook).map(|known| known.progress.clone())))
    }

    fn note_progress(&self, webhook: Uuid, progress: Progress) -> Answer<'_, bool> {
        self.answer(|world| {
            Ok(world.webhook(webhook).is_some_and(|known| {
                known.progress = progress;
                true
            }))
        })
    }
}

impl World {
    fn webhook(&mut self, id: Uuid) -> Option<&mut Subscribed> {
        self.webhooks.iter_mut().find(|known| known.webhook.id == id)
    }
}
