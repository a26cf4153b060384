//! What somebody has said who is erased: nobody reads it any more on any node, whether the word of it is heard or read in the journal.

use chat_domain::backplane::{Tell, Told};

use super::nodes::Pair;
use super::tells::deaf;
use super::*;

/// What somebody hears on that node who comes back to where they were.
async fn back(world: &World, head: Head) -> String {
    let socket = world.socket(1).await;
    let start = Start::At { head, newest: None };
    assert_eq!(world.hub.attach(&socket, world.room, false, start, None), Attached::Live);
    world.flush();
    told(&socket)
}

#[tokio::test]
async fn what_the_erased_have_said_is_no_more_in_the_memory_of_other_nodes() {
    let pair = Pair::new().await;
    let viewer = pair.there.joined(1).await;
    let author = pair.here.people[0].id();
    let head = pair.here.journal.head(viewer.user(), pair.here.room).await.expect("a member");
    pair.here.say(0, "Schwertfisch");
    pair.here.say(1, "what?");
    pair.tell();
    let before = back(&pair.there, head).await;
    assert!(before.contains("Schwertfisch") && before.contains("what?"), "{before}");
    pair.here.hub.unsaid(author).await;
    pair.listen(clock::now());
    assert_eq!(pair.there.hub.told().await, vec![Tell::Unsaid(author)]);
    pair.there.hub.unsaid_here(author).await;
    for world in [&pair.here, &pair.there] {
        let after = back(world, head).await;
        assert!(!after.contains("Schwertfisch"), "{after}");
    }
    assert!(back(&pair.there, head).await.contains("what?"), "others have said what they have said");
}

#[tokio::test]
async fn that_somebody_is_erased_is_read_where_it_was_not_heard_once() {
    let alone = World::new(HubSettings::default()).await;
    let author = alone.people[0].id();
    let (world, _) = deaf(&alone, vec![Told { no: 1, at: clock::now(), tell: Tell::Unsaid(author) }]);
    for _ in 0..2 {
        world.hub.compare().await.expect("a comparison");
    }
    assert_eq!(world.hub.told().await, vec![Tell::Unsaid(author)]);
}
