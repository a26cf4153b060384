//! Reading from the journal what was told to people, and who came into rooms, without being heard here. Comparing rooms does not
//! find this: it knows only rooms that were heard of.

use std::collections::BTreeSet;
use std::time::Duration;

use chat_domain::backplane::{Coming, Going, Moved, Told};
use chat_domain::{Failure, RoomId};

use super::super::handle::Hub;
use super::super::people::{People, Rooms};
use super::Nodes;

impl Hub {
    /// Takes in what was told but not heard.
    pub(super) async fn read_tells(&self, nodes: &Nodes) -> Result<(), Failure> {
        let now = self.now();
        let before = nodes.numbers().tells.until;
        let within = VISIBLE + before.map_or(Duration::ZERO, |before| now.since(before));
        let told = self.0.journal.told(within).await?;
        let comings = self.0.journal.comings(now.before(within)).await?;
        // Some of it may have been settled or heard already, and not taken in yet.
        self.caught_up().await;
        for Told { no, at, tell } in told {
            if nodes.numbers().tells.is_unread(no, now) {
                self.hear_tell(tell, Some(at));
            }
        }
        let lacking: BTreeSet<(RoomId, u64)> = {
            let people = self.people();
            let lacking = comings.iter().filter(|coming| people.lacks(coming));
            lacking.map(|coming| (coming.room, coming.seq)).collect()
        };
        for (room, seq) in lacking {
            if let Some(event) = self.0.journal.change(room, seq).await? {
                let moves = event.head.moves;
                let heard = Moved { room, from_seq: seq, to_seq: seq, moves, comes: true, events: vec![event] };
                self.0.inbox.put_heard(heard);
            }
        }
        nodes.numbers().tells.until = Some(now);
        Ok(())
    }
}

impl People {
    /// Tells whether a person who is connected here came or went by this without its being known.
    fn lacks(&self, coming: &Coming) -> bool {
        let Coming { room, seq, user, going } = *coming;
        if self.comings.newest(user, room) >= seq {
            return false;
        }
        let is_older = || self.membership(user, room).is_some_and(|of| of.head.seq < seq);
        let is_known = self.users.get(&user).is_some_and(|local| matches!(local.rooms, Rooms::Known(_)));
        match going {
            Going::In => is_known && (self.membership(user, room).is_none() || is_older()),
            Going::Out => is_known && is_older(),
            Going::Closed => self.rooms.get(&room).is_some_and(|here| !here.online.is_empty()),
        }
    }
}

/// Numbers and times are given before their rows become visible. So everything is read again from this long before the last
/// reading.
const VISIBLE: Duration = Duration::from_secs(60);
