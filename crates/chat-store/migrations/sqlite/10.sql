-- What was committed in all rooms, in one order that everybody shares who follows it. Its numbers may have gaps.
CREATE TABLE feed (
    no       INTEGER PRIMARY KEY,
    room     INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq   INTEGER NOT NULL,
    at       INTEGER NOT NULL
);
-- Up to which change of each room that was done.
CREATE TABLE fed (
    room INTEGER PRIMARY KEY,
    seq  INTEGER NOT NULL
);
-- What one node does for all: which, until when by the database's clock, and the last number that it gave.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    last   INTEGER NOT NULL
);
-- Up to which number of the feed each follower has come.
CREATE TABLE followers (
    name TEXT PRIMARY KEY,
    no   INTEGER NOT NULL
);
