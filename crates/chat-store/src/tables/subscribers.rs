//! Back ends that are told what happens.

use super::{row, table};

table! {
    /// Addresses of back ends, and up to which number of the feed they were told.
    webhooks {
        id, address, wants, rooms, secret, former, former_until, created_at, fed, failing, why, ended,
    }
}

table! {
    /// What is still to be told of rooms of which something could not be.
    webhook_rooms { webhook, room, next_seq, to_seq, tries, since, due }
}

row! {
    /// A webhook with how far it was told, of `webhooks w`.
    WebhookRow of webhooks as "w" {
        id: String,
        address: String,
        wants: String,
        rooms: String,
        secret: String,
        former: Option<String>,
        former_until: Option<i64>,
        created_at: i64,
        fed: i64,
        failing: Option<i64>,
        why: String,
        ended: Option<i64>,
    }
}

row! {
    /// What is still to be told of a room, of `webhook_rooms o`.
    OwedEventsRow of webhook_rooms as "o" {
        room: i64,
        next_seq: i64,
        to_seq: i64,
        tries: i64,
        since: Option<i64>,
        due: i64,
    }
}
