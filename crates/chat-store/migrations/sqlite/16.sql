-- Devices on which people are pushed what they miss, each with the log-in that brought it, and how it went there last. What happened
-- up to this number of the feed is not for them.
CREATE TABLE devices (
    id         TEXT PRIMARY KEY,
    person     INTEGER NOT NULL REFERENCES users (id),
    address    TEXT NOT NULL UNIQUE,
    p256dh     TEXT NOT NULL,
    auth       TEXT NOT NULL,
    tree       TEXT NOT NULL,
    family     INTEGER,
    session    TEXT,
    created_at INTEGER NOT NULL,
    fed        INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    due        INTEGER NOT NULL,
    answer     TEXT NOT NULL,
    tried_at   INTEGER
) STRICT;
CREATE INDEX devices_by_person ON devices (person);
CREATE INDEX devices_by_family ON devices (family) WHERE family IS NOT NULL;
CREATE INDEX devices_by_session ON devices (session) WHERE session IS NOT NULL;
-- Of which rooms devices are still to be told, up to which message: once their people are away, and have not read it.
CREATE TABLE pushes (
    device  TEXT NOT NULL,
    room    INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    message INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (device, room)
) STRICT;
-- Which messages of a room somebody is pushed, who has said so.
CREATE TABLE levels (
    person INTEGER NOT NULL,
    room   INTEGER NOT NULL,
    level  TEXT NOT NULL,
    PRIMARY KEY (person, room)
) STRICT;
CREATE INDEX levels_all ON levels (room, person) WHERE level = 'all';
-- What signs pushes, made once: devices take no others.
CREATE TABLE push_key (
    one INTEGER PRIMARY KEY,
    key TEXT NOT NULL
) STRICT;
