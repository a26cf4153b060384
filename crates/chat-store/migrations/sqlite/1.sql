CREATE TABLE ids (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ids (name, last) VALUES
    ('users', 0), ('visitors', 0), ('families', 0), ('notifications', 0), ('rooms', 0), ('messages', 0), ('commits', 0);

CREATE TABLE users (
    id        INTEGER PRIMARY KEY,
    uuid      TEXT UNIQUE,
    issuer    TEXT,
    subject   TEXT,
    username  TEXT NOT NULL,
    folded    TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    shown     TEXT NOT NULL,
    avatar    TEXT NOT NULL,
    password  TEXT,
    last_seen INTEGER,
    UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX users_by_name ON users (shown, folded);

CREATE TABLE families (
    id      INTEGER PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES users,
    expires INTEGER NOT NULL,
    revoked INTEGER NOT NULL
) STRICT;
CREATE INDEX families_by_expiry ON families (expires);

CREATE TABLE refresh_tokens (
    digest  TEXT PRIMARY KEY,
    family  INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
    expires INTEGER NOT NULL,
    used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);

CREATE TABLE sessions (
    digest  TEXT PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES users,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE notifications (
    person     INTEGER NOT NULL REFERENCES users,
    id         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    data       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    read_at    INTEGER,
    client_id  TEXT,
    PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_unread ON notifications (person, id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notifications_named ON notifications (person, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE rooms (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,
    title        TEXT,
    owner        INTEGER REFERENCES users,
    created_at   INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    moves        INTEGER NOT NULL,
    members_seq  INTEGER NOT NULL,
    members      INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    last_message INTEGER,
    sent         INTEGER NOT NULL,
    closed       INTEGER NOT NULL,
    pruned       INTEGER NOT NULL DEFAULT 0,
    pruned_moves INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE members (
    room              INTEGER NOT NULL REFERENCES rooms,
    person            INTEGER NOT NULL REFERENCES users,
    active            INTEGER NOT NULL,
    joined            INTEGER NOT NULL,
    sent              INTEGER NOT NULL,
    read_message      INTEGER,
    read_number       INTEGER NOT NULL,
    read_own          INTEGER NOT NULL,
    read_at           INTEGER NOT NULL,
    read_moved        INTEGER NOT NULL,
    delivered_message INTEGER,
    delivered_number  INTEGER NOT NULL,
    delivered_own     INTEGER NOT NULL,
    delivered_at      INTEGER NOT NULL,
    delivered_moved   INTEGER NOT NULL,
    PRIMARY KEY (room, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_person ON members (person, room) WHERE active;
CREATE INDEX members_by_joining ON members (room, joined, person) WHERE active;
CREATE INDEX members_by_reading ON members (room, read_number, person);
CREATE INDEX members_by_delivery ON members (room, delivered_number, person);
CREATE INDEX members_by_move ON members (room, read_moved, person);

CREATE TABLE messages (
    room         INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    sender       INTEGER NOT NULL,
    own_number   INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    content      TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    edited_at    INTEGER,
    edited_seq   INTEGER,
    deleted_at   INTEGER,
    deleted_seq  INTEGER,
    likes        INTEGER NOT NULL,
    PRIMARY KEY (room, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX messages_by_seq ON messages (room, seq);
CREATE INDEX messages_by_sender ON messages (room, sender, id, own_number);
CREATE INDEX messages_deleted ON messages (room, number, sender) WHERE deleted_at IS NOT NULL;


CREATE TABLE sent (
    room      INTEGER NOT NULL,
    person    INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    message   INTEGER NOT NULL,
    PRIMARY KEY (room, person, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE made (
    person    INTEGER NOT NULL REFERENCES users,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    room      INTEGER NOT NULL REFERENCES rooms,
    PRIMARY KEY (person, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE directs (
    low  INTEGER NOT NULL REFERENCES users,
    high INTEGER NOT NULL REFERENCES users,
    room INTEGER NOT NULL REFERENCES rooms,
    PRIMARY KEY (low, high)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
    room    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    message INTEGER,
    person  INTEGER,
    heir    INTEGER,
    title   TEXT,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_by_age ON changes (at, room, seq);

CREATE TABLE likes (
    room    INTEGER NOT NULL,
    message INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    liked   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (room, message, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX likes_standing ON likes (room, message, seq) WHERE liked;

CREATE TABLE receipts (
    room   INTEGER NOT NULL,
    person INTEGER NOT NULL,
    number INTEGER NOT NULL,
    upto   INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    moves  INTEGER NOT NULL,
    PRIMARY KEY (room, person, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_by_age ON receipts (at, room, person, number);

CREATE TABLE lobby (
    person  INTEGER PRIMARY KEY REFERENCES users,
    waiting INTEGER,
    room    INTEGER REFERENCES rooms,
    partner INTEGER REFERENCES users,
    lease   INTEGER NOT NULL
) STRICT;
CREATE INDEX lobby_waiting ON lobby (waiting, person) WHERE waiting IS NOT NULL;
CREATE INDEX lobby_leases ON lobby (lease, person) WHERE waiting IS NOT NULL OR room IS NOT NULL;
