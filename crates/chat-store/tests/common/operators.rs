//! What operators ask of a store and of the model.

use chat_domain::{Chat, Failure, Journal, MessageId, Refusal, RoomId, UserId};
use chat_store::Store;

use super::patiently;

/// Checks that a store answers operators as the model does.
pub async fn see_the_same(
    store: &Store,
    model: &Chat,
    (user, room, message): (UserId, RoomId, MessageId),
    limit: usize,
) {
    let about = format!("user {user} room {room} message {message} limit {limit}");
    let refused = |refusal: Refusal| Failure::Refused(refusal);
    let memberships = patiently(|| store.memberships(user)).await;
    assert_eq!(memberships, Ok(model.memberships(user)), "{about}");
    let inspected = patiently(|| store.inspect(room)).await;
    assert_eq!(inspected, model.inspect(room).map_err(refused), "{about}");
    let (title, before) = (["", "ELL", "WÖR", "nowhere"][limit % 4], if limit > 4 { Some(room) } else { None });
    let expected = model.find_rooms(title.to_owned(), before, limit);
    let found = patiently(|| store.find_rooms(title.to_owned(), before, limit)).await;
    assert_eq!(found, Ok(expected), "{about}");
    let traced = patiently(|| store.trace(user, message)).await;
    assert_eq!(traced, model.trace(user, message).map_err(refused), "{about}");
}
