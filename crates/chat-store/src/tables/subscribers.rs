//! Webhooks.

use super::{row, table};

table! {
    /// Webhooks, with the entry of the feed up to which each was told.
    webhooks {
        id, address, wants, rooms, secret, former, former_until, created_at, fed, failing, why, ended,
    }
}

table! {
    /// What is still to be told of rooms to webhooks that could not be reached.
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
