//! Of whoever is told outside.

row! {
    /// A webhook with how far it was told, of `webhooks w`.
    WebhookRow as "w" {
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
    OwedEventsRow as "o" {
        room: i64,
        next_seq: i64,
        to_seq: i64,
        tries: i64,
        since: Option<i64>,
        due: i64,
    }
}
