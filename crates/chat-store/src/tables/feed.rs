//! What was committed in all rooms, in one order, who follows that, and what is known of the database itself.

use super::table;

table! {
    /// What was committed, in order.
    feed { no, room, from_seq, to_seq, at }
}

table! {
    /// Up to which change of each room that was done.
    fed { room, seq }
}

table! {
    /// What one node does for all: which, until when, and the last number that it gave.
    leases { name, holder, until, last }
}

table! {
    /// Up to which number of the feed each follower has come.
    followers { name, no }
}

table! {
    /// What is known of the database itself.
    facts { name, value }
}

table! {
    /// The last number of each sort that was given. Postgres has sequences for that.
    ids { name, last }
}
