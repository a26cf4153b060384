//! Devices, what waits to be pushed to them, and levels.

use super::{row, table};

table! {
    /// Devices, each with the log-in that registered it, and how the last pushes to it went.
    devices {
        id, person, address, p256dh, auth, tree, family, session, created_at, fed, tries, due, answer, tried_at,
    }
}

table! {
    /// The messages that wait to be pushed to devices.
    pushes { device, room, person, message, since }
}

table! {
    /// The levels of members who have set one.
    levels { person, room, level }
}

table! {
    /// The key that signs pushes.
    push_key { one, key }
}

row! {
    /// A device, of `devices d`.
    DeviceRow of devices as "d" {
        id: String,
        person: i64,
        address: String,
        p256dh: String,
        auth: String,
        tree: String,
        family: Option<i64>,
        session: Option<String>,
        created_at: i64,
    }
}

row! {
    /// How the last pushes to a device went, of the same `devices d`.
    TriedRow of devices as "d" {
        tries: i64,
        due: i64,
        answer: String,
        tried_at: Option<i64>,
    }
}

row! {
    /// A message that waits to be pushed, of `pushes p`.
    PushRow of pushes as "p" {
        device: String,
        room: i64,
        person: i64,
        message: i64,
        since: i64,
    }
}

row! {
    /// A member to whom something may be pushed.
    PlaceRow {
        kind: String,
        title: Option<String>,
        read_message: Option<i64>,
        read_number: i64,
        level: Option<String>,
    }
}
