//! How many sockets somebody may have on several nodes.

use std::sync::atomic::Ordering;

use super::nodes::Pair;
use super::*;

const MOST: usize = 16;
/// What each node lets in without telling the other.
const OWN: usize = MOST / crate::hub::OWN as usize;

impl Pair {
    async fn crowded() -> Pair {
        Pair::with(HubSettings { sockets_per_user: MOST, ..HubSettings::default() }).await
    }

    /// Somebody opens one more there, if they may.
    async fn opens(&self, world: &World) -> Option<Arc<Socket>> {
        let before = count(world);
        let socket = world.socket(0).await;
        let is_in = count(world) > before;
        if is_in {
            world.hub.appear(&socket);
            self.listen(clock::now());
        }
        is_in.then_some(socket)
    }
}

fn count(world: &World) -> usize {
    world.hub.people().sockets(world.people[0].id()).len()
}

#[tokio::test]
async fn sockets_are_counted_over_nodes_and_those_of_a_dead_one_no_more() {
    let pair = Pair::crowded().await;
    for _ in 0..2 * MOST {
        pair.opens(&pair.here).await;
        pair.opens(&pair.there).await;
    }
    let (here, there) = (count(&pair.here), count(&pair.there));
    assert!((MOST..=MOST + OWN).contains(&(here + there)), "{here} and {there}");
    assert!(here.abs_diff(there) <= 1);
    // One is closed: another one may be opened, on either.
    let last = pair.here.hub.people().sockets(pair.here.people[0].id()).pop().expect("a socket");
    pair.here.hub.close(&last);
    pair.listen(clock::now());
    assert!(pair.opens(&pair.there).await.is_some() && pair.opens(&pair.there).await.is_none());
    pair.there.hub.people().elsewhere.lose(1);
    while pair.opens(&pair.there).await.is_some() {}
    assert_eq!(count(&pair.there), MOST);
}

#[tokio::test]
async fn whoever_is_at_one_node_may_have_all() {
    let pair = Pair::crowded().await;
    while pair.opens(&pair.here).await.is_some() {}
    assert_eq!(count(&pair.here), MOST);
    for _ in 0..MOST {
        pair.opens(&pair.there).await;
    }
    assert_eq!(count(&pair.there), 0, "so many are told");
}

#[tokio::test]
async fn counted_sockets_that_the_bus_lost_are_stated_anew() {
    let pair = Pair::crowded().await;
    pair.opens(&pair.here).await;
    pair.opens(&pair.there).await;
    pair.ear.is_deaf.store(true, Ordering::SeqCst);
    while pair.opens(&pair.here).await.is_some() {}
    pair.ear.is_deaf.store(false, Ordering::SeqCst);
    let user = pair.here.people[0].id();
    assert_eq!(pair.there.hub.people().elsewhere.sockets(user), 0);
    let began = clock::now();
    for second in 1..=3 {
        let now = began.after(Duration::from_millis(second * 1_100));
        pair.pass(now).await;
        pair.listen(now);
    }
    assert_eq!(pair.there.hub.people().elsewhere.sockets(user), count(&pair.here));
}
