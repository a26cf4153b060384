//! Messages that are kept only for a while.

use std::time::Duration;

use super::common::patiently;
use super::*;

impl Story {
    /// Lets messages of a room vanish that were kept for long enough, a few at a time.
    pub(super) async fn let_vanish(&mut self) {
        let Some(room) = self.dice.pick(&self.rooms) else { return };
        let (keep, most) = (Duration::from_secs(5 + self.dice.roll(60) as u64), 1 + self.dice.roll(9));
        let at = Time::from_secs(self.now);
        patiently(|| self.store.keep(room, Some(keep))).await.unwrap();
        while patiently(|| self.store.vanish(None, at, most)).await.unwrap().is_some() {}
        patiently(|| self.store.keep(room, None)).await.unwrap();
        while self.model.vanish(room, at.before(keep), at, most).is_some() {
            self.vanished += 1;
        }
    }
}
