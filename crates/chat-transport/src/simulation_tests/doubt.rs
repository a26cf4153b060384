//! What may be wrong with a message that a client hears, beside its place.

use chat_domain::RoomId;

use super::device::Device;
use super::ears::Heard;
use super::talk::Pending;
use super::words::Kind;

impl Device {
    /// Dialect 1's WebSocket has no answers: its client takes its message for one, and who sends it again is shown it again, beside
    /// hearing it in its turn.
    pub(super) fn is_shown_again(&self, kind: Kind, heard: &Heard) -> bool {
        let Heard::Sent { id, content } = heard else { return false };
        if kind != Kind::Bare {
            return false;
        }
        let tries = self.pending.borrow().as_ref().filter(|it| it.name == *content).map(|it| it.tries);
        if tries.is_some() {
            self.taken(*id, None);
        }
        let mut again = self.again.borrow_mut();
        if tries > Some(1) {
            again.insert(*id);
            self.folds.borrow_mut().values_mut().for_each(|fold| fold.heard.extend([*id]));
        }
        again.contains(id)
    }

    /// What may be wrong with a message beside its place: that it is heard too early, or by whom it is not for.
    pub(super) fn check_sent(&self, kind: Kind, room: Option<u64>, id: u64, content: &str) {
        let cluster = &self.cluster;
        if self.life.get() != cluster.truth.epoch() {
            // It is of a life of the database that is over, in which other people were there.
            return;
        }
        let asks = !matches!(kind, Kind::Stream | Kind::Poll | Kind::PollMessages | Kind::Bare);
        if let Some(Pending { name, asked: Some(_), tries: 1, .. }) = &*self.pending.borrow()
            && name == content
            // Whoever reads the journal meanwhile may find it there.
            && asks && cluster.plan.unknown == 0
        {
            cluster.story.red("echo", format_args!("{} hears its {name} before the answer", self.name));
        }
        let Some(room) = room.and_then(|room| RoomId::new(room as i64)) else { return };
        if let Some(removed) = cluster.leaks(self.user(), room, id) {
            cluster.story.red("leak", format_args!("{} was removed at {removed} and hears message {id}", self.name));
        }
    }
}
