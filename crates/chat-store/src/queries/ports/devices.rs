//! Devices and pushes on a database.

use chat_domain::devices::{PushNotes, Pushes, Ready, Tried, Waiting};
use chat_domain::journal::Answer;
use chat_domain::{Device, Devices, FeedEntry, Level, RoomId, Time, UserId};

use super::super::{Database, devices, pushes};

impl Devices for Database {
    fn push_key(&self, fresh: String) -> Answer<'_, String> {
        self.write(move |conn| Box::pin(devices::key(conn, fresh)))
    }

    fn add_device(&self, device: Device, fed: u64, most: usize) -> Answer<'_, bool> {
        self.write(move |conn| Box::pin(devices::add(conn, device, fed, most)))
    }

    fn remove_device(&self, person: UserId, address: String) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(devices::remove(conn, person, address)))
    }

    fn devices(&self, person: UserId) -> Answer<'_, Vec<(Device, Tried)>> {
        self.read(move |conn| Box::pin(devices::all_of(conn, person)))
    }

    fn set_level(&self, member: UserId, room: RoomId, level: Level) -> Answer<'_, ()> {
        self.write(move |conn| Box::pin(devices::set_level(conn, member, room, level)))
    }

    fn level(&self, member: UserId, room: RoomId) -> Answer<'_, Level> {
        self.read(move |conn| Box::pin(devices::level(conn, member, room)))
    }

    fn pushes(&self) -> Answer<'_, Option<Pushes>> {
        self.read(move |conn| Box::pin(pushes::all(conn)))
    }

    fn to_push(&self, entries: Vec<FeedEntry>, at: Time) -> Answer<'_, Vec<Waiting>> {
        self.read(move |conn| Box::pin(pushes::of_entries(conn, entries, at)))
    }

    fn push_of(&self, waiting: Waiting, at: Time) -> Answer<'_, Ready> {
        self.read(move |conn| Box::pin(pushes::one(conn, waiting, at)))
    }

    fn note_pushes(&self, notes: PushNotes) -> Answer<'_, bool> {
        let Some(holder) = self.intake.heard.leads() else { return Box::pin(async { Ok(false) }) };
        self.write_beside(move |conn| Box::pin(pushes::note(conn, notes, holder)))
    }
}
