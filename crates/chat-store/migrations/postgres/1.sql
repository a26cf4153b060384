CREATE SEQUENCE users_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE visitors_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE families_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE notifications_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE rooms_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE messages_ids MAXVALUE 9007199254740991;

CREATE TABLE users (
    id        BIGINT PRIMARY KEY,
    uuid      TEXT UNIQUE,
    issuer    TEXT,
    subject   TEXT,
    username  TEXT NOT NULL,
    folded    TEXT COLLATE "C" NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    shown     TEXT COLLATE "C" NOT NULL,
    avatar    TEXT NOT NULL,
    password  TEXT,
    last_seen BIGINT,
    UNIQUE (issuer, subject)
);
CREATE INDEX users_by_name ON users (shown, folded);

CREATE TABLE families (
    id      BIGINT PRIMARY KEY,
    person  BIGINT NOT NULL REFERENCES users,
    expires BIGINT NOT NULL,
    revoked BOOLEAN NOT NULL
);
CREATE INDEX families_by_expiry ON families (expires);

CREATE TABLE refresh_tokens (
    digest  TEXT PRIMARY KEY,
    family  BIGINT NOT NULL REFERENCES families ON DELETE CASCADE,
    expires BIGINT NOT NULL,
    used    BOOLEAN NOT NULL
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);

CREATE TABLE sessions (
    digest  TEXT PRIMARY KEY,
    person  BIGINT NOT NULL REFERENCES users,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE notifications (
    person     BIGINT NOT NULL REFERENCES users,
    id         BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    data       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at    BIGINT,
    client_id  TEXT,
    PRIMARY KEY (person, id)
);
CREATE INDEX notifications_unread ON notifications (person, id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notifications_named ON notifications (person, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE rooms (
    id           BIGINT PRIMARY KEY,
    kind         TEXT NOT NULL,
    title        TEXT,
    owner        BIGINT REFERENCES users,
    created_at   BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    moves        BIGINT NOT NULL,
    members_seq  BIGINT NOT NULL,
    members      BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    last_message BIGINT,
    sent         BIGINT NOT NULL,
    closed       BOOLEAN NOT NULL,
    pruned       BIGINT NOT NULL DEFAULT 0,
    pruned_moves BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE members (
    room              BIGINT NOT NULL REFERENCES rooms,
    person            BIGINT NOT NULL REFERENCES users,
    active            BOOLEAN NOT NULL,
    joined            BIGINT NOT NULL,
    sent              BIGINT NOT NULL,
    read_message      BIGINT,
    read_number       BIGINT NOT NULL,
    read_own          BIGINT NOT NULL,
    read_at           BIGINT NOT NULL,
    read_moved        BIGINT NOT NULL,
    delivered_message BIGINT,
    delivered_number  BIGINT NOT NULL,
    delivered_own     BIGINT NOT NULL,
    delivered_at      BIGINT NOT NULL,
    delivered_moved   BIGINT NOT NULL,
    PRIMARY KEY (room, person)
);
CREATE INDEX members_by_person ON members (person, room) WHERE active;
CREATE INDEX members_by_joining ON members (room, joined, person) WHERE active;
CREATE INDEX members_by_reading ON members (room, read_number, person);
CREATE INDEX members_by_delivery ON members (room, delivered_number, person);
CREATE INDEX members_by_move ON members (room, read_moved, person);

CREATE TABLE messages (
    room         BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    sender       BIGINT NOT NULL,
    own_number   BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    content      TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    edited_at    BIGINT,
    edited_seq   BIGINT,
    deleted_at   BIGINT,
    deleted_seq  BIGINT,
    likes        BIGINT NOT NULL,
    PRIMARY KEY (room, id)
);
CREATE UNIQUE INDEX messages_by_seq ON messages (room, seq);
CREATE INDEX messages_by_sender ON messages (room, sender, id, own_number);
CREATE INDEX messages_deleted ON messages (room, number, sender) WHERE deleted_at IS NOT NULL;


CREATE TABLE sent (
    room      BIGINT NOT NULL,
    person    BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    message   BIGINT NOT NULL,
    PRIMARY KEY (room, person, client_id)
);

CREATE TABLE made (
    person    BIGINT NOT NULL REFERENCES users,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    room      BIGINT NOT NULL REFERENCES rooms,
    PRIMARY KEY (person, client_id)
);

CREATE TABLE directs (
    low  BIGINT NOT NULL REFERENCES users,
    high BIGINT NOT NULL REFERENCES users,
    room BIGINT NOT NULL REFERENCES rooms,
    PRIMARY KEY (low, high)
);

CREATE TABLE changes (
    room    BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    message BIGINT,
    person  BIGINT,
    heir    BIGINT,
    title   TEXT,
    PRIMARY KEY (room, seq)
);
CREATE INDEX changes_by_age ON changes (at, room, seq);

CREATE TABLE likes (
    room    BIGINT NOT NULL,
    message BIGINT NOT NULL,
    person  BIGINT NOT NULL,
    liked   BOOLEAN NOT NULL,
    at      BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    PRIMARY KEY (room, message, person)
);
CREATE INDEX likes_standing ON likes (room, message, seq) WHERE liked;

CREATE TABLE receipts (
    room   BIGINT NOT NULL,
    person BIGINT NOT NULL,
    number BIGINT NOT NULL,
    upto   BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    moves  BIGINT NOT NULL,
    PRIMARY KEY (room, person, number)
);
CREATE INDEX receipts_by_age ON receipts (at, room, person, number);

CREATE TABLE lobby (
    person  BIGINT PRIMARY KEY REFERENCES users,
    waiting BIGINT,
    room    BIGINT REFERENCES rooms,
    partner BIGINT REFERENCES users,
    lease   BIGINT NOT NULL
);
CREATE INDEX lobby_waiting ON lobby (waiting, person) WHERE waiting IS NOT NULL;
CREATE INDEX lobby_leases ON lobby (lease, person) WHERE waiting IS NOT NULL OR room IS NOT NULL;
