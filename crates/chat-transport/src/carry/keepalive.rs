//! Keeping connections alive with one task for all of them, instead of a timer in each.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::outbox::{Close, Outbox};

/// Sends pings to every watched outbox at a steady pace, and dooms those whose peer has fallen silent. It is a wheel of slots,
/// one of which is visited at each step.
#[derive(Debug)]
pub(crate) struct KeepAlive {
    pulse: Pulse,
    slots: Mutex<Slots>,
}

/// What to send, how often, and when to give up.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    /// The frame that is sent as a ping or as a sign of life.
    pub(crate) ping: Bytes,
    /// The time between two pings of one connection. The first comes after this time.
    pub(crate) every: Duration,
    /// The silence after which a connection is given up; `None` if its peer cannot answer.
    pub(crate) silence: Option<Duration>,
}

#[derive(Debug)]
struct Slots {
    slots: Vec<Vec<Weak<Outbox>>>,
    now: usize,
}

impl KeepAlive {
    /// Creates a wheel. [`run`](Self::run) must turn it.
    pub(crate) fn new(pulse: Pulse) -> Arc<KeepAlive> {
        let slots = vec![Vec::new(); SLOTS];
        Arc::new(KeepAlive { pulse, slots: Mutex::new(Slots { slots, now: 0 }) })
    }

    /// Watches an outbox for as long as somebody else holds it.
    pub(crate) fn watch(&self, outbox: &Arc<Outbox>) {
        let mut wheel = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let now = wheel.now;
        wheel.slots[now].push(Arc::downgrade(outbox));
    }

    /// Turns the wheel until told to stop.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut ticks = interval(self.pulse.every / SLOTS as u32);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.turn();
        }
    }

    /// Moves one step and visits the outboxes of that slot. The lock is not held meanwhile, since a visit takes the outbox's own.
    pub(crate) fn turn(&self) {
        let (at, mut due) = {
            let mut wheel = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            wheel.now = (wheel.now + 1) % SLOTS;
            let at = wheel.now;
            (at, mem::take(&mut wheel.slots[at]))
        };
        due.retain(|outbox| outbox.upgrade().is_some_and(|outbox| self.visit(&outbox)));
        due.shrink_to(2 * due.len());
        let mut wheel = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        due.append(&mut wheel.slots[at]);
        wheel.slots[at] = due;
    }

    /// Sends a ping or dooms the outbox; returns false if it need not be visited any more.
    fn visit(&self, outbox: &Outbox) -> bool {
        if outbox.ending().is_some() {
            return false;
        }
        let silent = outbox.depot().now().saturating_sub(outbox.last_heard());
        if self.pulse.silence.is_some_and(|silence| u128::from(silent) >= silence.as_millis()) {
            outbox.doom(SILENT);
            return false;
        }
        outbox.offer_droppable(self.pulse.ping.clone());
        true
    }
}

impl Pulse {
    /// Pings WebSockets every 25 s, and gives up after 60 s of silence.
    pub(crate) fn websocket() -> Pulse {
        let ping = Bytes::from_static(&[0x89, 0]);
        Pulse { ping, every: Duration::from_secs(25), silence: Some(Duration::from_secs(60)) }
    }

    /// Writes a comment every 15 s on server-sent streams.
    pub(crate) fn comments() -> Pulse {
        Pulse { ping: Bytes::from_static(b":\n\n"), every: Duration::from_secs(15), silence: None }
    }
}

const SLOTS: usize = 25;
const SILENT: Close = Close::new(1001, "no sign of life");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carry::outbox::{Depot, Limits};

    fn watched(silence: Option<Duration>) -> (Arc<KeepAlive>, Arc<Outbox>) {
        let wheel = KeepAlive::new(Pulse { silence, ..Pulse::websocket() });
        let outbox = Outbox::queued(Depot::new(Limits::default()), 1);
        wheel.turn();
        wheel.watch(&outbox);
        (wheel, outbox)
    }

    #[test]
    fn each_round_brings_one_ping_the_first_after_a_whole_round() {
        let (wheel, outbox) = watched(Some(Duration::from_secs(60)));
        for round in 0..3 {
            (0..SLOTS - 1).for_each(|_| wheel.turn());
            assert_eq!(outbox.pending(), 2 * round);
            wheel.turn();
            assert_eq!(outbox.pending(), 2 * (round + 1));
        }
    }

    #[test]
    fn who_is_silent_too_long_is_given_up() {
        let (wheel, outbox) = watched(Some(Duration::ZERO));
        (0..SLOTS).for_each(|_| wheel.turn());
        assert_eq!(outbox.ending(), Some(SILENT));
        assert!(wheel.slots.lock().expect("the wheel").slots.iter().all(Vec::is_empty));
    }

    #[test]
    fn outboxes_that_are_gone_are_forgotten() {
        let (wheel, outbox) = watched(None);
        drop(outbox);
        (0..SLOTS).for_each(|_| wheel.turn());
        assert!(wheel.slots.lock().expect("the wheel").slots.iter().all(Vec::is_empty));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wheel_turns_by_itself_until_it_is_stopped() {
        let (wheel, outbox) = watched(None);
        let stop = CancellationToken::new();
        let turning = tokio::spawn({
            let (wheel, stop) = (wheel.clone(), stop.clone());
            async move { wheel.run(stop).await }
        });
        tokio::time::sleep(Duration::from_secs(51)).await;
        assert_eq!(outbox.pending(), 4);
        stop.cancel();
        turning.await.expect("to stop");
    }
}
