//! What operators ask of a store and of the model.

use chat_domain::{Chat, Failure, Journal, MessageId, Refusal, RoomId, UserId};
use chat_store::Store;

/// A store answers them as the model does.
pub async fn see_the_same(
    store: &Store,
    model: &Chat,
    (user, room, message): (UserId, RoomId, MessageId),
    limit: usize,
) {
    let about = format!("user {user} room {room} message {message} limit {limit}");
    let refused = |refusal: Refusal| Failure::Refused(refusal);
    assert_eq!(store.memberships(user).await, Ok(model.memberships(user)), "{about}");
    assert_eq!(store.inspect(room).await, model.inspect(room).map_err(refused), "{about}");
    let (title, before) = (["", "ELL", "WÖR", "nowhere"][limit % 4], if limit > 4 { Some(room) } else { None });
    let expected = model.find_rooms(title.to_owned(), before, limit);
    assert_eq!(store.find_rooms(title.to_owned(), before, limit).await, Ok(expected), "{about}");
    assert_eq!(store.trace(user, message).await, model.trace(user, message).map_err(refused), "{about}");
}
