use std::collections::BTreeMap;

use super::Sid;

/// Sessions that are open but have not said who they are, bounded in number: anybody can open one, so the
/// oldest gives way to the newest. A flood then costs its own sessions first, and who connects at once is
/// through before it is their turn.
#[derive(Debug)]
pub struct Lobby {
    waiting: BTreeMap<Ticket, Sid>,
    most: usize,
    next: u64,
}

/// A place in the [`Lobby`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Lobby {
    /// Room for `most` sessions, at least one.
    pub fn new(most: usize) -> Self {
        Self { waiting: BTreeMap::new(), most: most.max(1), next: 0 }
    }

    /// Lets a new session in; if it is full, the one that waited longest is to be closed.
    pub fn enter(&mut self, sid: Sid) -> (Ticket, Option<Sid>) {
        let evicted = (self.waiting.len() >= self.most).then(|| self.waiting.pop_first()).flatten();
        let ticket = Ticket(self.next);
        self.next += 1;
        self.waiting.insert(ticket, sid);
        (ticket, evicted.map(|(_, sid)| sid))
    }

    /// The session has connected, or is gone. Leaving twice is harmless.
    pub fn leave(&mut self, ticket: Ticket) {
        self.waiting.remove(&ticket);
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_waiting_gives_way() {
        let [a, b, c, d] = [1, 2, 3, 4].map(|n| Sid::new([n; 15]));
        let mut lobby = Lobby::new(2);
        let (_, nobody) = lobby.enter(a);
        let (place, nobody_either) = lobby.enter(b);
        assert_eq!((nobody, nobody_either), (None, None));
        assert_eq!(lobby.enter(c).1, Some(a));
        lobby.leave(place);
        lobby.leave(place);
        assert_eq!(lobby.enter(d).1, None);
        assert_eq!(lobby.len(), 2);
    }
}
