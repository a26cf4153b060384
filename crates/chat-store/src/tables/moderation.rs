//! What members may and may not, and what was done by those who lead groups.

row! {
    /// What a member may and may not, of the same `members m`.
    StandingRow as "m" {
        moderator: bool,
        muted: Option<i64>,
        banned: Option<i64>,
        silenced: bool,
        said: i64,
    }
}

row! {
    /// One thing that was done by who leads a group, of `audit a`.
    AuditedRow as "a" {
        seq: i64,
        at: i64,
        actor: i64,
        action: String,
        person: Option<i64>,
        message: Option<i64>,
        reason: Option<String>,
    }
}

row! {
    /// A room that somebody is in.
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
