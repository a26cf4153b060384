use std::collections::BTreeMap;

use super::Sid;

/// The open sessions whose user is not known yet. Anybody can open one, so their number is bounded: the oldest is
/// closed for the newest. So a flood closes its own sessions first, and a client that says at once who it is has done
/// so before its session is the oldest.
#[derive(Debug)]
pub struct Strangers {
    waiting: BTreeMap<Ticket, Sid>,
    most: usize,
    next: u64,
}

/// A session's entry in [`Strangers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Strangers {
    /// Makes room for `most` sessions, at least one.
    pub fn new(most: usize) -> Self {
        Self { waiting: BTreeMap::new(), most: most.max(1), next: 0 }
    }

    /// Adds a new session. If there are too many, returns the oldest, which is to be closed.
    pub fn enter(&mut self, sid: Sid) -> (Ticket, Option<Sid>) {
        let evicted = (self.waiting.len() >= self.most).then(|| self.waiting.pop_first()).flatten();
        let ticket = Ticket(self.next);
        self.next += 1;
        self.waiting.insert(ticket, sid);
        (ticket, evicted.map(|(_, sid)| sid))
    }

    /// Removes a session, because its user is known now or because it is over. Removing it twice does no harm.
    pub fn leave(&mut self, ticket: Ticket) {
        self.waiting.remove(&ticket);
    }

    /// Returns how many sessions there are.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether there are none.
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
        let mut strangers = Strangers::new(2);
        let (_, nobody) = strangers.enter(a);
        let (place, nobody_either) = strangers.enter(b);
        assert_eq!((nobody, nobody_either), (None, None));
        assert_eq!(strangers.enter(c).1, Some(a));
        strangers.leave(place);
        strangers.leave(place);
        assert_eq!(strangers.enter(d).1, None);
        assert_eq!(strangers.len(), 2);
    }
}
