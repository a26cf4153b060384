-- Devices on which people are pushed what they miss, each with the log-in that brought it, and how it went there last. What happened
-- up to this number of the feed is not for them.
CREATE TABLE devices (
    id         TEXT PRIMARY KEY,
    person     BIGINT NOT NULL REFERENCES users (id),
    address    TEXT NOT NULL UNIQUE,
    p256dh     TEXT NOT NULL,
    auth       TEXT NOT NULL,
    tree       TEXT NOT NULL,
    family     BIGINT,
    session    TEXT,
    created_at BIGINT NOT NULL,
    fed        BIGINT NOT NULL,
    tries      BIGINT NOT NULL,
    due        BIGINT NOT NULL,
    answer     TEXT NOT NULL,
    tried_at   BIGINT
);
CREATE INDEX devices_by_person ON devices (person);
CREATE INDEX devices_by_family ON devices (family) WHERE family IS NOT NULL;
CREATE INDEX devices_by_session ON devices (session) WHERE session IS NOT NULL;
-- Of which rooms devices are still to be told, up to which message: once their people are away, and have not read it.
CREATE TABLE pushes (
    device  TEXT NOT NULL,
    room    BIGINT NOT NULL,
    person  BIGINT NOT NULL,
    message BIGINT NOT NULL,
    since   BIGINT NOT NULL,
    PRIMARY KEY (device, room)
);
-- Which messages of a room somebody is pushed, who has said so.
CREATE TABLE levels (
    person BIGINT NOT NULL,
    room   BIGINT NOT NULL,
    level  TEXT NOT NULL,
    PRIMARY KEY (person, room)
);
CREATE INDEX levels_all ON levels (room, person) WHERE level = 'all';
-- What signs pushes, made once: devices take no others.
CREATE TABLE push_key (
    one BIGINT PRIMARY KEY,
    key TEXT NOT NULL
);
