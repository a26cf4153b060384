//! A client comes back after a while.

use super::*;

impl Story {
    /// Reads a whole resume, page by page.
    pub(super) async fn resume(&mut self, reader: UserId, room: RoomId, message: MessageId, limit: usize) {
        let known: Vec<_> = self.heads.iter().filter(|(of, _)| *of == room).map(|(_, head)| *head).collect();
        let since = match self.dice.pick(&known) {
            Some(head) if self.dice.one_in(2) => Since::Head(head),
            _ if self.dice.one_in(9) => Since::Head(Head { seq: 1 << 40, moves: 0 }),
            _ => Since::Message(if self.dice.one_in(4) { None } else { Some(message) }),
        };
        let mut replay = Replay { since, from: None, until: None, limit };
        loop {
            let found = self.store.replay(reader, room, replay).await;
            let expected = self.model.replay(reader, room, replay);
            same(found.clone(), expected, &format!("seed {} reader {reader} room {room} {replay:?}", self.seed));
            match found {
                Ok(Replayed::Changes { next: Some(next), until, .. }) => {
                    replay = Replay { from: Some(next), until: Some(until), ..replay };
                }
                _ => return,
            }
        }
    }
}
