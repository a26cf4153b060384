//! A database with many messages, which are written without the store.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

/// Room 1 has a million messages, rooms 2 to 1,001 a thousand each, and rooms 1,002 to 1,004 a million each. User 1 is
/// in the first 1,001, and has read and written nothing; user 2 wrote everything. Twenty others are in room 1.
pub(crate) fn sqlite(file: &Path) {
    write(file, [ROOMS, MESSAGES, MEMBERS]);
}

/// Has a database written by these statements, as fast as SQLite can: nothing of it need survive.
pub(crate) fn write(file: &Path, statements: [&str; 3]) {
    let mut conn = SqliteConnection::establish(&file.display().to_string()).unwrap();
    conn.batch_execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN;").unwrap();
    for statement in statements {
        conn.batch_execute(statement).unwrap();
    }
    conn.batch_execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
}

const ROOMS: &str = "
    WITH RECURSIVE n (room) AS (SELECT 1 UNION ALL SELECT room + 1 FROM n WHERE room < 1004)
    INSERT INTO rooms (id, kind, title, owner, created_at, seq, moves, members_seq, members, last_at, last_message, sent, closed)
    SELECT room, 'group', 'room', 2, 1, size + 1, 0, 1, 2, room, NULL, size, 0
    FROM (SELECT room, CASE WHEN room = 1 OR room > 1001 THEN 1000000 ELSE 1000 END AS size FROM n);";

const MESSAGES: &str = "
    WITH RECURSIVE n (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < 1000000)
    INSERT INTO messages (room, id, seq, number, sender, own_number, kind, content, metadata, created_at)
    SELECT r.id, number * 2000 + r.id, number + 1, number, 2, number, 'text',
        'a message as long as most of them are, give or take', '{}', number
    FROM rooms r CROSS JOIN n WHERE number <= r.sent;
    UPDATE rooms SET last_message = (SELECT MAX(m.id) FROM messages m WHERE m.room = rooms.id);";

/// Everybody is in the first room, the first two in all.
pub(crate) const MEMBERS: &str = "
    INSERT INTO members (room, person, active, joined, sent, read_message, read_number, read_own, read_at, read_moved,
        delivered_message, delivered_number, delivered_own, delivered_at, delivered_moved)
    SELECT r.id, u.id, 1, 1, CASE u.id WHEN 2 THEN r.sent ELSE 0 END, NULL, 0, 0, 1, 0, NULL, 0, 0, 1, 0
    FROM rooms r CROSS JOIN users u WHERE u.id <= 2 OR r.id = 1;";
