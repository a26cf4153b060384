//! How long work waits behind the writer.

use std::collections::BTreeMap;

use chat_domain::{Command, Failure, Order, Origin, Outcome, Settled, Sink, Time, UserId};
use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::super::Conn;
use super::super::task::Change;
use super::*;
use crate::work::Options;

/// A sink that keeps everything that was settled.
#[derive(Default)]
struct Told(Mutex<Vec<Settled>>);

impl Sink for Told {
    fn settled(&self, answers: Vec<Settled>) {
        self.0.lock().unwrap().extend(answers);
    }
}

impl Told {
    fn take(&self) -> Vec<Settled> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// For ten seconds, orders keep coming while the batch under way does not end. The queue is looked at whenever it says
/// so.
#[test]
fn what_was_not_begun_is_answered_within_two_seconds() {
    let (told, (ask, receiver)) = (Arc::new(Told::default()), mpsc::channel(1024));
    let (intake, queue) = (Intake::new(Options::default(), told.clone()), Arc::new(Queue::unwatched(receiver)));
    assert!(matches!(queue.look(&intake, Instant::now()), Next::WhenItBegins));
    let _under_way = queue.begin(Askers::default());
    let Pace::At(began) = *queue.pace() else { panic!("nothing is under way") };
    let (mut now, mut coming, mut waiting) = (began, (0..250).peekable(), BTreeMap::new());
    while coming.peek().is_some() || !waiting.is_empty() {
        while let Some(tag) = coming.next_if(|tag| began + EVERY * *tag <= now) {
            let (since, (task, done)) = (began + EVERY * tag, oneshot::channel::<()>());
            let order = Order { origin: Some(Origin { socket: 1, tag: tag.into() }), ..search() };
            ask.try_send(Work::Order(Waiting::since(order, None, since))).ok().unwrap();
            let change = Change { since, ..Change::unheard(Box::new(|_| task.send(()).is_ok())) };
            ask.try_send(Work::Change(change)).ok().unwrap();
            waiting.insert(u64::from(tag), (since, done));
        }
        let Next::In(pause) = queue.look(&intake, now) else { panic!("something is under way") };
        for Settled { origin, result } in told.take() {
            let tag = origin.unwrap().tag;
            let (_, mut done) = waiting.remove(&tag).expect("an answer to an order");
            assert!(matches!(result, Err(Failure::Unavailable)));
            assert_eq!(done.try_recv(), Err(oneshot::error::TryRecvError::Closed), "the change beside {tag}");
        }
        for (tag, (since, _)) in &waiting {
            assert!(now + pause - *since < Duration::from_secs(2), "{tag} waits for {:?}", now + pause - *since);
        }
        now += pause;
    }
}

/// A commit hangs, and succeeds after all: its caller is told in time that nobody knows, and everybody else is told
/// later.
#[test]
fn what_is_in_doubt_is_answered_once_within_fifteen_seconds() {
    let told = Arc::new(Told::default());
    let (intake, queue) =
        (Intake::new(Options::default(), told.clone()), Arc::new(Queue::unwatched(mpsc::channel(1).1)));
    let (caller, mut answer) = oneshot::channel();
    let socket = Some(Origin { socket: 1, tag: 7 });
    let batch = vec![Waiting::new(search(), Some(caller)), Waiting::new(Order { origin: socket, ..search() }, None)];
    let _under_way = queue.begin(Askers::Orders(batch.iter().map(Waiting::asker).collect()));
    let Pace::At(began) = *queue.pace() else { panic!("nothing is under way") };
    let (mut now, mut heard) = (began, Vec::new());
    while heard.is_empty() {
        assert!(now - began < Duration::from_secs(15), "nobody was told");
        assert!(answer.try_recv().is_err());
        let Next::In(pause) = queue.look(&intake, now) else { panic!("something is under way") };
        heard = told.take();
        now += pause;
    }
    assert!(now - began > Duration::from_secs(10), "nobody waited: {:?}", now - began);
    assert!(matches!(answer.try_recv(), Ok(Err(Failure::Unavailable))));
    intake.answer(batch, vec![Ok(Outcome::Quiet), Ok(Outcome::Quiet)]);
    heard.extend(told.take());
    let told: Vec<_> = heard.iter().map(|settled| (settled.origin, settled.result.is_ok())).collect();
    assert_eq!(told, [(None, false), (socket, false), (None, true), (None, true)]);
}

/// A change hangs: its caller is told in time that nobody knows what becomes of it.
#[test]
fn a_change_in_doubt_is_answered_within_fifteen_seconds() {
    let (intake, queue) =
        (Intake::new(Options::default(), Arc::new(Told::default())), Arc::new(Queue::unwatched(mpsc::channel(1).1)));
    // The task is never done.
    let (Change { task: _task, doubt, .. }, mut answer) = Change::new(|_| Ok(()));
    let _under_way = queue.begin(Askers::Change(doubt));
    let Pace::At(began) = *queue.pace() else { panic!("nothing is under way") };
    let mut now = began;
    let answer = loop {
        let Next::In(pause) = queue.look(&intake, now) else { panic!("something is under way") };
        if let Some(answer) = (&mut answer).now_or_never() {
            break answer;
        }
        now += pause;
        assert!(now - began < Duration::from_secs(15), "nobody was told");
    };
    assert_eq!(answer, Err(Failure::Unavailable));
    assert!(now - began > Duration::from_secs(10), "nobody waited: {:?}", now - began);
}

/// The writer goes on to something else in time, so the change's own answer counts.
#[test]
fn a_change_that_is_made_is_answered_by_itself() {
    let queue = Arc::new(Queue::unwatched(mpsc::channel(1).1));
    let (Change { task, doubt, .. }, mut answer) = Change::new(|_| Ok(7));
    let under_way = queue.begin(Askers::Change(doubt));
    drop(under_way);
    assert_eq!((&mut answer).now_or_never(), None, "nobody has done it yet");
    assert!(task(&Conn::open(":memory:").unwrap()));
    assert_eq!(answer.now_or_never(), Some(Ok(7)));
}

fn search() -> Order {
    Order { actor: UserId::new(1).unwrap(), at: Time(1), command: Command::Search, origin: None }
}

/// How often an order comes.
const EVERY: Duration = Duration::from_millis(40);
