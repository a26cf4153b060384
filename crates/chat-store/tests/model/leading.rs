//! What those who lead groups do and ask, and whom people block.

use super::*;

impl Story {
    /// Returns something that a moderator or owner does, or a block.
    pub(super) fn lead(&mut self, room: RoomId, user: UserId, message: MessageId) -> Command {
        let seconds = if self.dice.one_in(4) { None } else { Some(1 + self.dice.roll(20) as u64) };
        let reason = if self.dice.one_in(2) { Some("because".into()) } else { None };
        let sentence = if self.dice.one_in(4) { None } else { Some(Sentence { seconds, reason }) };
        match self.dice.roll(12) {
            0..=2 => {
                let role = [Role::Moderator, Role::Moderator, Role::Member, Role::Owner][self.dice.roll(4)];
                Command::Appoint { room, user, role }
            }
            3 | 4 => Command::Mute { room, user, sentence },
            5 | 6 => Command::Ban { room, user, sentence, delete_messages: self.dice.one_in(2) },
            7 => {
                let (slow_mode, frozen) = (Some(self.dice.roll(3) as u32), Some(self.dice.one_in(4)));
                Command::Change { room, amendment: Amendment { title: None, slow_mode, frozen } }
            }
            8 => Command::Purge { room, message },
            _ => Command::Block { user, stands: !self.dice.one_in(3) },
        }
    }

    /// Compares what those who lead groups ask. Asking for purges forgets those that are done, in both.
    pub(super) async fn ask_who_leads(
        &mut self,
        reader: UserId,
        (room, message, other): (RoomId, MessageId, UserId),
        after: Option<UserId>,
        limit: usize,
    ) {
        let (store, model) = (&self.store, &self.model);
        let about = format!("seed {} reader {reader} room {room} other {other} limit {limit}", self.seed);
        let at = Time::from_secs(self.now);
        same(store.bans(reader, room, at, after, limit).await, model.bans(reader, room, at, after, limit), &about);
        let before = if after.is_some() { Some(message.number() as u64) } else { None };
        same(store.audit(reader, room, before, limit).await, model.audit(reader, room, before, limit), &about);
        same(store.member(reader, room, other).await, model.one_member(reader, room, other), &about);
        same(store.blocked_by(reader, after, limit).await, model.blocked_by(reader, after, limit), &about);
        let due = self.model.purging(limit);
        assert_eq!(self.store.purging(limit).await, Ok(due), "{about}");
    }
}
