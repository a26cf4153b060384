//! What is read from each table, declared once: the columns of a row and the type that it is read into have the same names and
//! the same order, because they are one list.

/// Declares rows of a table, which statements call by a letter: `COLUMNS` is what they select. Without a letter it is an answer
/// that is no row of a table.
macro_rules! row {
    ($(#[$docs:meta])* $row:ident as $letter:literal { $first:ident: $first_type:ty, $($column:ident: $type:ty,)* }) => {
        row! { $(#[$docs])* $row { $first: $first_type, $($column: $type,)* } }
        impl $row {
            /// Its columns, as they are selected.
            pub(crate) const COLUMNS: &'static str =
                concat!($letter, ".", stringify!($first), $(", ", $letter, ".", stringify!($column)),*);
        }
    };
    ($(#[$docs:meta])* $row:ident { $($column:ident: $type:ty,)* }) => {
        $(#[$docs])*
        #[derive(diesel::Queryable)]
        pub(crate) struct $row {
            $(pub(crate) $column: $type,)*
        }
        impl $crate::readable::Readable for $row {
            type Sql = ($(<$type as $crate::readable::Readable>::Sql,)*);
        }
    };
}

mod files;
mod moderation;
mod subscribers;

pub(crate) use self::files::FileInfo;
pub(crate) use self::moderation::{AuditedRow, MembershipRow, StandingRow};
pub(crate) use self::subscribers::{OwedEventsRow, WebhookRow};

row! {
    /// One user as the others see them, of `users u`.
    PersonRow as "u" {
        id: i64,
        uuid: Option<String>,
        username: String,
        name: String,
        avatar: String,
    }
}

row! {
    /// Both spellings of a user, of `users u`.
    HandleRow as "u" {
        id: i64,
        uuid: Option<String>,
    }
}

row! {
    /// One room, of `rooms r`.
    RoomRow as "r" {
        id: i64,
        kind: String,
        title: Option<String>,
        owner: Option<i64>,
        created_at: i64,
        seq: i64,
        moves: i64,
        members_seq: i64,
        members: i64,
        last_at: i64,
        last_message: Option<i64>,
        sent: i64,
        pins: i64,
        slow_mode: i64,
        frozen: bool,
        closed: bool,
    }
}

row! {
    /// One member of a room, of `members m`.
    MemberRow as "m" {
        room: i64,
        person: i64,
        active: bool,
        joined: i64,
        sent: i64,
        read_message: Option<i64>,
        read_number: i64,
        read_own: i64,
        read_at: i64,
        read_moved: i64,
        delivered_message: Option<i64>,
        delivered_number: i64,
        delivered_own: i64,
        delivered_at: i64,
        delivered_moved: i64,
    }
}

row! {
    /// One message without its sender, of `messages m`.
    MessageRow as "m" {
        room: i64,
        id: i64,
        seq: i64,
        number: i64,
        own_number: i64,
        kind: String,
        content: String,
        metadata: String,
        created_at: i64,
        edited_at: Option<i64>,
        edited_seq: Option<i64>,
        deleted_at: Option<i64>,
        deleted_seq: Option<i64>,
        reactions: String,
    }
}

row! {
    /// What most messages do not have, of the same `messages m`.
    MoreRow as "m" {
        reply_to: Option<i64>,
        thread: Option<i64>,
        replies: i64,
        pinned: Option<i64>,
        mentions: Option<String>,
    }
}

row! {
    /// What is quoted of a message, without its sender.
    QuoteRow {
        room: i64,
        id: i64,
        excerpt: String,
        deleted_at: Option<i64>,
    }
}

row! {
    /// What one user last did about one reaction to a message, without the user, of `reactions x`.
    ReactionOf as "x" {
        room: i64,
        message: i64,
        emoji: String,
        stands: bool,
        at: i64,
        seq: i64,
    }
}

row! {
    /// One durable change that is not a message, of `changes c`.
    ChangeRow as "c" {
        room: i64,
        seq: i64,
        at: i64,
        actor: i64,
        kind: String,
        message: Option<i64>,
        person: Option<i64>,
        heir: Option<i64>,
        title: Option<String>,
    }
}

row! {
    /// One place in the lobby, of `lobby y`.
    LobbySeat as "y" {
        person: i64,
        waiting: Option<i64>,
        room: Option<i64>,
        partner: Option<i64>,
        lease: i64,
    }
}

row! {
    /// One notification, of `notifications n`.
    NotificationRow as "n" {
        id: i64,
        person: i64,
        kind: String,
        title: String,
        body: String,
        data: String,
        created_at: i64,
        read_at: Option<i64>,
    }
}

row! {
    /// The message that a notification tells of.
    AboutRow {
        room: Option<i64>,
        message: Option<i64>,
        excerpt: Option<String>,
        author: Option<String>,
    }
}

row! {
    /// A notification that a message owes, with who sent it, and when it was deleted.
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
    /// What decides how much somebody has not read of a room.
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
    /// Where a message stands in a room, and how much somebody had said there by then.
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
    /// The two whom most messages of a room have reached.
    ReachedRow {
        room: i64,
        first: Option<i64>,
        first_number: Option<i64>,
        second: Option<i64>,
        second_number: Option<i64>,
    }
}

row! {
    /// A message in a stretch of a room that somebody moves along.
    StretchRow {
        person: i64,
        upto: i64,
        room: i64,
        message: i64,
        sender: i64,
    }
}

row! {
    /// How far somebody had read, and when.
    ReceiptRow {
        room: i64,
        person: i64,
        uuid: Option<String>,
        number: i64,
        at: i64,
    }
}

row! {
    /// What was first said under a name.
    NamedRow {
        room: i64,
        person: i64,
        client_id: String,
        digest: String,
        message: i64,
    }
}

row! {
    /// A token with what its family says of it.
    TokenRow {
        family: i64,
        used: bool,
        revoked: bool,
        expires: i64,
        person: i64,
    }
}
