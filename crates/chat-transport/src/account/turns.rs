//! Turns at work of which only a little can be done at a time, fairly among addresses.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::address::Source;

/// Turns at work of which only a little can be done at a time. Addresses take turns, so that one with a thousand askers delays the
/// others by one of them at most. So many may wait; above that, whoever came last from the address with the longest queue goes.
#[derive(Debug)]
pub(crate) struct Turns {
    state: Mutex<TurnsState>,
    most: usize,
}

/// A turn. Dropping it makes room for the next.
#[derive(Debug)]
pub(crate) struct Turn(Arc<Turns>);

/// Too many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wait")]
pub(crate) struct Crowded;

#[derive(Debug)]
struct TurnsState {
    free: usize,
    waiting: usize,
    next: u64,
    /// Who waits, by address; none is empty.
    queues: HashMap<Source, VecDeque<Waiting>>,
    /// The addresses with a queue, in the order of their turns.
    round: VecDeque<Source>,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    signal: oneshot::Sender<Signal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Go,
    Leave,
}

impl Turns {
    /// So many at a time, and so many who wait.
    pub(crate) fn new(at_a_time: usize, most: usize) -> Arc<Turns> {
        let free = at_a_time.max(1);
        let state = TurnsState { free, waiting: 0, next: 0, queues: HashMap::new(), round: VecDeque::new() };
        Arc::new(Turns { state: Mutex::new(state), most })
    }

    /// Waits for a turn. Whoever stops waiting leaves the queue.
    pub(crate) async fn take(self: &Arc<Turns>, from: Source) -> Result<Turn, Crowded> {
        let Some(mut waiter) = self.enter(from)? else { return Ok(Turn(self.clone())) };
        let signal = (&mut waiter.signal).await;
        waiter.is_over = true;
        match signal {
            Ok(Signal::Go) => Ok(Turn(self.clone())),
            Ok(Signal::Leave) | Err(_) => Err(Crowded),
        }
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// A turn at once, or a place in the queue.
    fn enter(self: &Arc<Turns>, from: Source) -> Result<Option<Waiter>, Crowded> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return Ok(None);
        }
        if state.waiting >= self.most && !state.shorten(from) {
            return Err(Crowded);
        }
        let (signal, hears) = oneshot::channel();
        let number = state.next;
        state.next += 1;
        state.line_up(from, Waiting { number, signal });
        Ok(Some(Waiter { turns: self.clone(), from, number, signal: hears, is_over: false }))
    }

    /// A turn is over: the next one goes.
    fn pass_on(&self) {
        let mut state = self.state();
        while let Some(next) = state.pop() {
            if next.signal.send(Signal::Go).is_ok() {
                return;
            }
        }
        state.free += 1;
    }

    fn state(&self) -> MutexGuard<'_, TurnsState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TurnsState {
    fn line_up(&mut self, from: Source, waiting: Waiting) {
        let queue = self.queues.entry(from).or_default();
        if queue.is_empty() {
            self.round.push_back(from);
        }
        queue.push_back(waiting);
        self.waiting += 1;
    }

    /// The one whose turn is next; its address is last in the round from then on.
    fn pop(&mut self) -> Option<Waiting> {
        let from = self.round.pop_front()?;
        let queue = self.queues.get_mut(&from)?;
        let next = queue.pop_front();
        if queue.is_empty() {
            self.queues.remove(&from);
        } else {
            self.round.push_back(from);
        }
        self.waiting -= usize::from(next.is_some());
        next
    }

    /// Makes room for somebody by sending away the last of the longest queue; false if theirs would be as long.
    fn shorten(&mut self, newcomer: Source) -> bool {
        let theirs = self.queues.get(&newcomer).map_or(0, VecDeque::len);
        let longest = self.queues.iter().max_by_key(|(_, queue)| queue.len()).map(|(from, queue)| (*from, queue.len()));
        let Some((from, _)) = longest.filter(|(_, length)| *length > theirs + 1) else { return false };
        if let Some(last) = self.queues.get_mut(&from).and_then(VecDeque::pop_back) {
            self.waiting -= 1;
            // Whoever stopped waiting meanwhile needs not be told.
            let _ = last.signal.send(Signal::Leave);
        }
        true
    }

    fn leave(&mut self, from: Source, number: u64) -> bool {
        let Some(queue) = self.queues.get_mut(&from) else { return false };
        let Some(at) = queue.iter().position(|waiting| waiting.number == number) else { return false };
        queue.remove(at);
        if queue.is_empty() {
            self.queues.remove(&from);
            self.round.retain(|other| *other != from);
        }
        self.waiting -= 1;
        true
    }
}

/// A place in a queue, for as long as somebody waits there.
struct Waiter {
    turns: Arc<Turns>,
    from: Source,
    number: u64,
    signal: oneshot::Receiver<Signal>,
    is_over: bool,
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if self.is_over || self.turns.state().leave(self.from, self.number) {
            return;
        }
        // The turn came just when nobody waited for it any more.
        if self.signal.try_recv() == Ok(Signal::Go) {
            self.turns.pass_on();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use futures_util::FutureExt;
    use tokio::task::{JoinHandle, yield_now};

    use super::*;

    fn from(last: u8) -> Source {
        Source::of(IpAddr::from([192, 0, 2, last]))
    }

    async fn asks(turns: &Arc<Turns>, from: Source) -> JoinHandle<Result<Turn, Crowded>> {
        let turns = turns.clone();
        let asking = tokio::spawn(async move { turns.take(from).await });
        yield_now().await;
        asking
    }

    #[tokio::test]
    async fn addresses_take_turns() {
        let turns = Turns::new(1, 100);
        let first = turns.take(from(1)).await.expect("a turn");
        let mut crowd = Vec::new();
        for _ in 0..50 {
            crowd.push(asks(&turns, from(1)).await);
        }
        let other = asks(&turns, from(2)).await;
        drop(first);
        let one = crowd.remove(0).await.expect("no panic").expect("a turn");
        drop(one);
        other.await.expect("no panic").expect("the second turn, not the fiftieth");
        assert!(crowd.iter().all(|asking| !asking.is_finished()));
    }

    #[tokio::test]
    async fn a_full_line_gives_way_to_another_address_and_to_nobody_of_its_own() {
        let turns = Turns::new(1, 3);
        let _first = turns.take(from(1)).await.expect("a turn");
        let mut crowd = Vec::new();
        for _ in 0..3 {
            crowd.push(asks(&turns, from(1)).await);
        }
        assert_eq!(turns.take(from(1)).now_or_never().map(|turn| turn.err()), Some(Some(Crowded)));
        let other = asks(&turns, from(2)).await;
        yield_now().await;
        assert!(!other.is_finished() && turns.waiting() == 3);
        assert_eq!(crowd.pop().expect("three").await.expect("no panic").err(), Some(Crowded), "the last one goes");
        assert!(crowd.iter().all(|asking| !asking.is_finished()));
    }

    #[tokio::test]
    async fn whoever_goes_away_leaves_no_place_taken_and_no_turn_lost() {
        let turns = Turns::new(1, 3);
        let first = turns.take(from(1)).await.expect("a turn");
        let mut waits = Box::pin(turns.take(from(1)));
        let mut waits_too = Box::pin(turns.take(from(2)));
        assert!((&mut waits).now_or_never().is_none() && (&mut waits_too).now_or_never().is_none());
        drop(waits);
        assert_eq!(turns.waiting(), 1);
        // The turn is given, and nobody takes it.
        drop(first);
        drop(waits_too);
        assert_eq!(turns.waiting(), 0);
        assert!(turns.take(from(3)).now_or_never().is_some_and(|turn| turn.is_ok()));
    }
}
