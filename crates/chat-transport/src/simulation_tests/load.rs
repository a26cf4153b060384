//! Loading a room as a client of some dialect does.

use std::collections::BTreeMap;

use chat_domain::RoomId;
use serde_json::Value;

use super::asked::fetch;
use super::device::Device;
use super::ears::number;
use super::fold::Fold;
use super::link::Broken;
use super::words::Kind;

impl Device {
    /// Loads the rooms that are not known yet.
    pub(super) async fn load_all(&self, kind: Kind) -> Result<(), Broken> {
        let unknown: Vec<RoomId> = {
            let folds = self.folds.borrow();
            // A poll without a cursor tells of messages only, so such a client loads again.
            let is_unknown = |fold: &&Fold| !fold.is_loaded || kind == Kind::Poll && fold.cursor.is_none();
            folds.values().filter(is_unknown).map(|fold| fold.room).collect()
        };
        for room in unknown.into_iter().filter(|room| self.is_in(*room)) {
            let (messages, cursor) = self.load(kind, room).await?;
            self.note(format_args!("loads room {room}: {} messages, {cursor}", messages.len()));
            self.fold(room, |fold| fold.load(messages, cursor));
        }
        Ok(())
    }

    /// Returns all messages of a room and the cursor that goes with them.
    pub(super) async fn load(&self, kind: Kind, room: RoomId) -> Result<(BTreeMap<u64, String>, String), Broken> {
        let tree = match kind {
            Kind::Roulette => format!("/api/v1/chats/{}", room.uuid()),
            Kind::SocketIo | Kind::LongPoll => format!("/api/v2/chats/{}", room.uuid()),
            _ => format!("/api/chats/{room}"),
        };
        let (mut messages, mut cursor, mut before) = (BTreeMap::new(), None, String::new());
        loop {
            let (status, page) = fetch(self, "GET", &format!("{tree}/messages?limit=100{before}"), None).await?;
            if status != 200 {
                return Err(Broken::Refused(status));
            }
            // The cursor of the newest page: everything after that is heard.
            cursor.get_or_insert_with(|| page["cursor"].as_str().unwrap_or_default().to_owned());
            for message in page["data"].as_array().into_iter().flatten() {
                let content = message["content"].as_str().unwrap_or_default();
                messages.extend(number(&message["id"]).map(|id| (id, content.to_owned())));
            }
            before = match &page["next_before"] {
                Value::Null => return Ok((messages, cursor.unwrap_or_default())),
                Value::String(id) => format!("&before_id={id}"),
                id => format!("&before_id={id}"),
            };
        }
    }
}
