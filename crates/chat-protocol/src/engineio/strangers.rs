use std::collections::BTreeMap;

use super::Sid;

/// Sessions that are open though nobody knows whose they are, bounded in number: anybody can open one, so the
/// oldest gives way to the newest. A flood then costs its own sessions first, and who says at once who it is, is
/// through before it is their turn.
#[derive(Debug)]
pub struct Strangers {
    waiting: BTreeMap<Ticket, Sid>,
    most: usize,
    next: u64,
}

/// A place in the [`Strangers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Strangers {
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

    /// It is known whose the session is, or it is gone. Leaving twice is harmless.
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
