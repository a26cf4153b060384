//! The feed, its followers, and facts about the database itself.

use super::table;

table! {
    /// The entries of the feed, in order.
    feed { no, room, from_seq, to_seq, at }
}

table! {
    /// The `seq` of each room up to which the feed has its changes.
    fed { room, seq }
}

table! {
    /// What one node does for all: which node, until when, and the last number that was used.
    leases { name, holder, until, last }
}

table! {
    /// The entry of the feed up to which each follower has come.
    followers { name, no }
}

table! {
    /// Facts about the database itself.
    facts { name, value }
}

table! {
    /// The last number of each kind that was used. Postgres has sequences for that.
    ids { name, last }
}
