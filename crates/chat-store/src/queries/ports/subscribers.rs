//! Webhooks on a database.

use chat_domain::journal::Answer;
use chat_domain::subscribers::{Progress, Subscribed, Webhook};
use chat_domain::{Subscribers, Time, Uuid};

use super::super::{Database, webhooks};

impl Subscribers for Database {
    fn tells(&self) -> bool {
        self.intake.heard.leads().is_some()
    }

    fn webhooks(&self) -> Answer<'_, Vec<Subscribed>> {
        self.read(|conn| Box::pin(webhooks::all(conn)))
    }

    fn subscribe(&self, webhook: Webhook, fed: u64, most: usize) -> Answer<'_, bool> {
        self.write(move |conn| Box::pin(webhooks::add(conn, webhook, fed, most)))
    }

    fn change_secret(&self, webhook: Uuid, secret: String, until: Time) -> Answer<'_, bool> {
        self.write(move |conn| Box::pin(webhooks::rotate(conn, webhook, secret, until)))
    }

    fn unsubscribe(&self, webhook: Uuid) -> Answer<'_, bool> {
        self.write(move |conn| Box::pin(webhooks::remove(conn, webhook)))
    }

    fn progress(&self, webhook: Uuid) -> Answer<'_, Option<Progress>> {
        self.read(move |conn| Box::pin(webhooks::progress(conn, webhook)))
    }

    fn note_progress(&self, webhook: Uuid, progress: Progress) -> Answer<'_, bool> {
        let Some(holder) = self.intake.heard.leads() else { return Box::pin(async { Ok(false) }) };
        self.write_beside(move |conn| Box::pin(webhooks::note(conn, webhook, progress, holder)))
    }
}
