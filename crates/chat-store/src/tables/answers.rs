//! Answers that are not rows of one table.

use super::row;

row! {
    /// A quoted message without its sender.
    QuoteRow {
        room: i64,
        id: i64,
        excerpt: String,
        deleted_at: Option<i64>,
    }
}

row! {
    /// The message that a notification is about.
    AboutRow {
        room: Option<i64>,
        message: Option<i64>,
        excerpt: Option<String>,
        author: Option<String>,
    }
}

row! {
    /// A notification that a message owes, with the message's sender, and when it was deleted.
    OwedRow {
        room: i64,
        message: i64,
        person: i64,
        after: i64,
        sender: i64,
        deleted_at: Option<i64>,
    }
}

row! {
    /// What decides how much a user has not read in a room.
    UnreadRow {
        person: i64,
        room: i64,
        sent: i64,
        own: i64,
        read_number: i64,
        read_own: i64,
        deleted: i64,
        mentions: i64,
    }
}

row! {
    /// A room that a user is in.
    MembershipRow {
        room: i64,
        kind: String,
        members: i64,
        seq: i64,
        moves: i64,
        muted: Option<i64>,
        silenced: bool,
    }
}

row! {
    /// Where a message stands in a room, and how many messages a user had sent by then.
    OrdinalRow {
        room: i64,
        upto: i64,
        person: i64,
        message: Option<i64>,
        number: Option<i64>,
        own: Option<i64>,
    }
}

row! {
    /// One of the two members whom most messages of a room have reached.
    ReachedRow {
        room: i64,
        first: Option<i64>,
        first_number: Option<i64>,
        second: Option<i64>,
        second_number: Option<i64>,
    }
}

row! {
    /// A message that a position newly covers.
    StretchRow {
        person: i64,
        upto: i64,
        room: i64,
        message: i64,
        sender: i64,
    }
}

row! {
    /// How far a user had read, and when.
    ReceiptRow {
        room: i64,
        person: i64,
        uuid: Option<String>,
        number: i64,
        at: i64,
    }
}

row! {
    /// What was first sent or made under a name.
    NamedRow {
        room: i64,
        person: i64,
        client_id: String,
        digest: String,
        message: i64,
    }
}

row! {
    /// A refresh token, with what is known of its family.
    TokenRow {
        family: i64,
        used: bool,
        revoked: bool,
        expires: i64,
        person: i64,
    }
}
