//! What may be wrong with a message that a client hears, apart from its position.

use chat_domain::RoomId;

use super::device::Device;
use super::ears::Heard;
use super::talk::Pending;
use super::voices::Voices;
use super::words::Kind;

impl Device {
    /// Tells whether a message may be heard a second time. The WebSocket of dialect 1 has no answers, so its client takes the
    /// echo for one; when it sends a message again, it is shown the message again.
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

    /// Checks that a message is not heard too early, nor by somebody for whom it is not.
    pub(super) fn check_sent(&self, kind: Kind, room: Option<u64>, id: u64, content: &str) {
        let cluster = &self.cluster;
        if self.life.get() != cluster.truth.epoch() {
            // It belongs to an epoch that is over, when the members were others.
            return;
        }
        let asks = !matches!(kind, Kind::Stream | Kind::Poll | Kind::PollMessages | Kind::Bare);
        if let Some(Pending { name, asked: Some(_), tries: 1, .. }) = &*self.pending.borrow()
            && name == content
            // An order whose outcome is unknown may be found in the journal before it is told.
            && asks && cluster.plan.unknown == 0
        {
            cluster.story.red("echo", format_args!("{} hears its {name} before the answer", self.name));
        }
        let Some(room) = room.and_then(|room| RoomId::new(room as i64)) else { return };
        let folds = self.folds.borrow();
        let missing = folds.get(&(room.number() as u64)).and_then(|fold| cluster.truth.missing(room, id, &fold.heard));
        if let Some(missing) = missing {
            cluster.story.red("gap", format_args!("{} hears message {id} and has not heard {missing}", self.name));
        }
        if let Some(removed) = cluster.leaks(self.user(), room, id) {
            cluster.story.red("leak", format_args!("{} was removed at {removed} and hears message {id}", self.name));
        }
    }

    /// Checks that a message was refused for a reason: its sender was once silenced, or the node was in trouble.
    pub(super) fn check_refused(&self, code: &str, is_send: bool) {
        let (story, truth) = (&self.cluster.story, &self.cluster.truth);
        let pending = self.pending.borrow();
        let Some(room) = pending.as_ref().filter(|_| is_send).and_then(|it| RoomId::new(it.room as i64)) else {
            return;
        };
        match code {
            "UNAVAILABLE" => {}
            // After a clock was set back, everybody seems to have written a moment ago.
            "RATE_LIMIT" if self.cluster.plan.jumps > 0 => {}
            "FORBIDDEN" => {
                let voices = Voices::after(truth.events().iter().map(|event| &**event));
                let may_be = self.cluster.plan.restore || voices.was_silent(room, self.user());
                story.check("refused", may_be, || format!("{} may speak in room {room} and is refused", self.name));
            }
            _ => story.red("refused", format_args!("{} is refused in room {room}: {code}", self.name)),
        }
    }
}
