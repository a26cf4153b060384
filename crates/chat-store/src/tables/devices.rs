//! Devices that are pushed what their people miss.

use super::{row, table};

table! {
    /// Devices, each with the log-in that brought it, and how it went there last.
    devices {
        id, person, address, p256dh, auth, tree, family, session, created_at, fed, tries, due, answer, tried_at,
    }
}

table! {
    /// Of which rooms they are still to be told, up to which message.
    pushes { device, room, person, message, since }
}

table! {
    /// Which messages of a room somebody is pushed, who has said so.
    levels { person, room, level }
}

table! {
    /// What signs pushes.
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
    /// How it went with a device, of the same `devices d`.
    TriedRow of devices as "d" {
        tries: i64,
        due: i64,
        answer: String,
        tried_at: Option<i64>,
    }
}

row! {
    /// What a device is still to be told, of `pushes p`.
    PushRow of pushes as "p" {
        device: String,
        room: i64,
        person: i64,
        message: i64,
        since: i64,
    }
}

row! {
    /// How somebody who may be pushed stands in a room.
    PlaceRow {
        kind: String,
        title: Option<String>,
        read_message: Option<i64>,
        read_number: i64,
        level: Option<String>,
    }
}
