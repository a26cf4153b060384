//! The tables that only Postgres has: the nodes, what they tell each other's people, and the index of words. (SQLite
//! has its index in a file of its own.)

use super::{row, table};

table! {
    /// The nodes that have the database open.
    nodes { node, who, seen, backend, since, alone, process, secrets, address }
}

table! {
    /// What was told to people, for the nodes that did not hear it.
    tells { id, at, kind, person, number, said }
}

table! {
    /// The bundles of the index: a few messages each, and the words by which they are found.
    indexed { id, messages, marks }
}

table! {
    /// The messages that are still to be put into the index while it is made anew.
    gathered { at, message, room }
}

row! {
    /// Another node that has the database open: how long ago it was seen, and whether the server has lost its
    /// connection.
    OtherRow {
        who: String,
        seconds: i64,
        is_cut_off: bool,
        alone: bool,
        secrets: Option<String>,
    }
}

row! {
    /// Something that people were told, and when, in microseconds.
    ToldRow {
        id: i64,
        at: i64,
        kind: String,
        person: Option<i64>,
        number: Option<i64>,
        said: Option<String>,
    }
}
