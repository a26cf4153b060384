//! Ids in addresses, in the spelling of their tree. What is spelled otherwise is not found.

use chat_domain::{MessageId, NotificationId, ReportId, RoomId, UserId, Uuid};

use super::Tree;

/// A user whom a path or a body names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The user with this id, if there is one.
    Id(UserId),
    /// The user to whom an issuer may have given this UUID.
    Foreign(Uuid),
    /// The user with this username.
    Username(String),
}

impl Tree {
    /// Returns the room that a path names.
    pub fn room(self, text: &str) -> Option<RoomId> {
        match self {
            Tree::Api => number(text).and_then(RoomId::new),
            Tree::V1 | Tree::V2 => text.parse().ok().and_then(RoomId::from_uuid),
        }
    }

    /// Returns the message that a path or a query names.
    pub fn message(self, text: &str) -> Option<MessageId> {
        match self {
            Tree::Api => number(text).and_then(MessageId::new),
            Tree::V1 | Tree::V2 => text.parse().ok().and_then(MessageId::from_uuid),
        }
    }

    /// Returns the notification that a path or a query names.
    pub fn notification(self, text: &str) -> Option<NotificationId> {
        match self {
            Tree::Api => number(text).and_then(NotificationId::new),
            Tree::V1 | Tree::V2 => text.parse().ok().and_then(NotificationId::from_uuid),
        }
    }

    /// Returns the report that a path or a query names.
    pub fn report(self, text: &str) -> Option<ReportId> {
        match self {
            Tree::Api => number(text).and_then(ReportId::new),
            Tree::V1 | Tree::V2 => text.parse().ok().and_then(ReportId::from_uuid),
        }
    }

    /// Returns the user whom a path or a query names.
    pub fn user(self, text: &str) -> Option<Whom> {
        match self {
            Tree::Api => number(text).and_then(UserId::new).map(Whom::Id),
            Tree::V1 | Tree::V2 => text.parse().ok().map(user),
        }
    }
}

/// Returns the user whom a UUID names.
pub(super) fn user(uuid: Uuid) -> Whom {
    UserId::from_uuid(uuid).map_or(Whom::Foreign(uuid), Whom::Id)
}

/// Reads a number of digits alone, without sign, space or leading zeros, so that the subjects `7` and `07` stay
/// different.
pub(super) fn number(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tree_reads_its_own_spelling_alone() {
        let room = RoomId::new(7);
        let uuid = "63686174-0002-8000-8000-000000000007";
        assert_eq!((Tree::Api.room("7"), Tree::Api.room(uuid)), (room, None));
        assert_eq!((Tree::V1.room("7"), Tree::V1.room(uuid)), (None, room));
        assert_eq!(Tree::V2.room(&uuid.to_uppercase()), room);
        assert_eq!(Tree::V2.message(uuid), None);
        for text in ["", "0", "07", "+7", "-7", " 7", "7 ", "9007199254740992", "99999999999999999999", "٧"] {
            assert_eq!(Tree::Api.room(text), None, "{text}");
        }
    }

    #[test]
    fn a_user_s_uuid_may_be_an_issuer_s_own() {
        let foreign = "3f333df6-90a4-4fda-8dd3-9485d27cee36";
        assert_eq!(Tree::V1.user("63686174-0001-8000-8000-000000000007"), UserId::new(7).map(Whom::Id));
        assert_eq!(Tree::V1.user(foreign), foreign.parse().ok().map(Whom::Foreign));
        assert_eq!(Tree::Api.user(foreign), None);
    }
}
