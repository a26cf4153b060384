//! Clients that do not give up.

use super::*;

/// Sixteen users who send numbers, each until it is accepted, as a client with an offline queue does.
pub(crate) struct Load {
    taken: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    senders: Vec<tokio::task::JoinHandle<Vec<u64>>>,
    me: UserId,
    room: RoomId,
}

impl Load {
    pub(crate) fn start(store: Arc<Store>, me: UserId, room: RoomId) -> Load {
        let (taken, refused, over) = <(Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicBool>)>::default();
        let senders = (0..16).map(|lane| {
            let (store, taken, refused, over) = (store.clone(), taken.clone(), refused.clone(), over.clone());
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let n = lane + 16 * mine.len() as u64;
                    while let Err(failure) = store.execute(named(me, room, n)).await {
                        assert_eq!(failure, Failure::Unavailable);
                        refused.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    mine.push(n);
                    taken.fetch_add(1, Ordering::Relaxed);
                }
                mine
            })
        });
        let senders = senders.collect();
        Load { taken, refused, over, senders, me, room }
    }

    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    pub(crate) async fn wait_for_more(&self) {
        let enough = self.taken.load(Ordering::Relaxed) + 200;
        until(|| self.taken.load(Ordering::Relaxed) >= enough).await;
    }

    pub(crate) async fn wait_for_refusal(&self, before: usize) {
        until(|| self.refused.load(Ordering::Relaxed) > before).await;
    }

    /// Checks that everything that was accepted is there once.
    pub(crate) async fn finish(self, store: &Store) {
        self.over.store(true, Ordering::Relaxed);
        let mut taken = BTreeSet::new();
        for sender in self.senders {
            taken.extend(sender.await.unwrap());
        }
        let history = store.history(self.me, self.room, Page::Newest, 1 << 20).await.unwrap();
        let there: Vec<u64> = history.messages.iter().map(|shown| shown.message.content.parse().unwrap()).collect();
        assert_eq!(there.iter().copied().collect::<BTreeSet<_>>(), taken);
        assert_eq!(there.len(), taken.len(), "something was stored twice");
        assert_eq!(history.messages.last().unwrap().message.number, there.len() as u64);
    }
}
