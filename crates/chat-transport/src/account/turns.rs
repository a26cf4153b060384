//! A queue for expensive work that is fair among client addresses.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::address::Source;

/// Admits a few to the work at a time, and lets others wait. Addresses take turns, so that one with a thousand waiters delays
/// each other address by only one of them. When too many wait, the last one of the longest queue is sent away.
#[derive(Debug)]
pub(crate) struct Turns {
    state: Mutex<TurnsState>,
    most: usize,
}

/// The permission to work. Dropping it passes the turn on.
#[derive(Debug)]
pub(crate) struct Turn(Arc<Turns>);

/// The error when too many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wait")]
pub(crate) struct Crowded;

#[derive(Debug)]
struct TurnsState {
    free: usize,
    waiting: usize,
    next: u64,
    /// The waiting ones by address; no queue is empty.
    queues: HashMap<Source, VecDeque<Waiting>>,
    /// The addresses that have a queue, in the order of their turns.
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
    /// Admits `at_a_time` at once; `most` may wait.
    pub(crate) fn new(at_a_time: usize, most: usize) -> Arc<Turns> {
        let free = at_a_time.max(1);
        let state = TurnsState { free, waiting: 0, next: 0, queues: HashMap::new(), round: VecDeque::new() };
        Arc::new(Turns { state: Mutex::new(state), most })
    }

    /// Waits for a turn. A caller that is dropped leaves the queue.
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

    /// Takes a free turn (`None`), or a place in the queue.
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

    /// Gives a finished turn to the next one who waits.
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

    /// Takes the next waiter out of the queue. Its address moves to the end of the round.
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

    /// Sends away the last of the longest queue to make room; returns false if the newcomer's own queue would be as long.
    fn shorten(&mut self, newcomer: Source) -> bool {
        let theirs = self.queues.get(&newcomer).map_or(0, VecDeque::len);
        let longest = self.queues.iter().max_by_key(|(_, queue)| queue.len()).map(|(from, queue)| (*from, queue.len()));
        let Some((from, _)) = longest.filter(|(_, length)| *length > theirs + 1) else { return false };
        if let Some(last) = self.queues.get_mut(&from).and_then(VecDeque::pop_back) {
            self.waiting -= 1;
            // An error means that they have stopped waiting, which is fine.
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

/// A place in the queue. Dropping it gives it up.
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
        // The turn was granted just as the waiter gave up: pass it on.
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
