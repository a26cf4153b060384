//! What a client does about what it hears.

use std::time::Duration;

use chat_domain::RoomId;

use super::device::Device;
use super::ears::{Frame, Heard};
use super::link::{Broken, Link};
use super::words::Kind;

impl Device {
    /// Processes a frame.
    pub(super) async fn take(&self, link: &mut Link, kind: Kind, frame: Frame) -> Result<(), Broken> {
        let me = self.user().number() as u64;
        let room = frame.room.or_else(|| {
            let folds = self.folds.borrow();
            folds.keys().next().copied().filter(|_| folds.len() == 1)
        });
        if !matches!(frame.heard, Heard::Other) {
            self.note(format_args!("hears of room {}: {:?}", room.unwrap_or(0), frame.heard));
        }
        match &frame.heard {
            Heard::Resync => {
                room.and_then(|room| self.folds.borrow_mut().get_mut(&room).map(|fold| fold.is_loaded = false));
                return Err(Broken::Lost);
            }
            Heard::Taken { id, name } => self.taken(*id, name.as_deref()),
            Heard::Refused { code, name } => self.refused(code, name.as_deref())?,
            Heard::Online { user, is_online: true } => drop(self.online.borrow_mut().insert(*user)),
            Heard::Online { user, is_online: false } => drop(self.online.borrow_mut().remove(user)),
            Heard::Sent { id, content } => self.check_sent(kind, room, *id, content),
            _ => {}
        }
        let Some(room) = room else { return Ok(()) };
        // What is told between a restore and its being noticed does not count, since everybody loads anew.
        if self.is_shown_again(kind, &frame.heard) || self.life.get() != self.cluster.truth.epoch() {
            return Ok(());
        }
        let broke = match self.folds.borrow_mut().get_mut(&room) {
            Some(fold) => fold.take(&frame),
            None => Ok(()),
        };
        // Until the restore is noticed, cursors are still of the old epoch, and whoever has one will load anew.
        let broke =
            broke.or_else(|broke| if self.cluster.plan.restore && broke.0 == "cursor" { Ok(()) } else { Err(broke) });
        if let Err((promise, how)) = broke {
            self.cluster.story.red(promise, format_args!("{} as {kind:?}: {how}", self.name));
        }
        match frame.heard {
            // A replay may tell of a removal and then of the return, and the room goes on. A client that joined again in between
            // would go back. A real client sees this by the messages that follow; here it is looked up. No typing is shown in a
            // room that is not shown.
            Heard::Removed { user } if user == me => {
                let is_in = RoomId::new(room as i64).is_some_and(|room| self.is_in(room));
                if let Some(fold) = self.folds.borrow_mut().get_mut(&room) {
                    fold.typing.clear();
                    fold.is_joined &= is_in || fold.is_joining;
                }
                Ok(())
            }
            Heard::Added { user } if user == me && kind.joins() && !self.is_joining(room) => {
                if self.is_told_beside(room, frame.cursor.is_some()) {
                    // It was removed before it joined, and only thought that it had joined.
                    return Err(Broken::Lost);
                }
                self.join(link, kind, room).await
            }
            _ => Ok(()),
        }
    }

    fn is_joining(&self, room: u64) -> bool {
        self.folds.borrow().get(&room).is_some_and(|fold| fold.is_joining)
    }

    /// Tells whether news of a joined room came outside of its stream: without a cursor, and not in a replay.
    fn is_told_beside(&self, room: u64, has_cursor: bool) -> bool {
        let folds = self.folds.borrow();
        let Some(fold) = folds.get(&room).filter(|fold| fold.is_joined && !has_cursor) else { return false };
        fold.cursor.is_some() || self.came.get().elapsed() > Duration::from_millis(500)
    }
}
