//! What only Postgres has: who else is open on the database, what their people are told, and by which words messages are found.
//! (SQLite's words are in a file of their own.)

use super::{row, table};

table! {
    /// The stores that are open on the database.
    nodes { node, who, seen, backend, since, alone, process, secrets, address }
}

table! {
    /// What was told to people, for the nodes that did not hear it.
    tells { id, at, kind, person, number, said }
}

table! {
    /// By which words messages are found.
    words { at, message, room, marks }
}

row! {
    /// A store that is open on the database beside one's own: how long ago it was seen, and whether the server has cut it off.
    OtherRow {
        who: String,
        seconds: i64,
        is_cut_off: bool,
        alone: bool,
        secrets: Option<String>,
    }
}

row! {
    /// One thing that people were told, and when, in microseconds.
    ToldRow {
        id: i64,
        at: i64,
        kind: String,
        person: Option<i64>,
        number: Option<i64>,
        said: Option<String>,
    }
}
