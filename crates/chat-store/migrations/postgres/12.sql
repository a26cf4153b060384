-- What was committed in all rooms, in one order that everybody shares who follows it. Its numbers may have gaps.
CREATE TABLE feed (
    no       BIGINT PRIMARY KEY,
    room     BIGINT NOT NULL,
    from_seq BIGINT NOT NULL,
    to_seq   BIGINT NOT NULL,
    at       BIGINT NOT NULL
);
-- Up to which change of each room that was done.
CREATE TABLE fed (
    room BIGINT PRIMARY KEY,
    seq  BIGINT NOT NULL
);
-- What one node does for all: which, until when by the database's clock, and the last number that it gave.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    last   BIGINT NOT NULL
);
-- Up to which number of the feed each follower has come.
CREATE TABLE followers (
    name TEXT PRIMARY KEY,
    no   BIGINT NOT NULL
);

-- By which words messages are found: everything here can be made again from the messages.
CREATE TABLE words (
    at      BIGINT NOT NULL,
    message BIGINT NOT NULL,
    room    BIGINT NOT NULL,
    marks   TSVECTOR NOT NULL,
    PRIMARY KEY (at, message)
);
CREATE INDEX words_by_mark ON words USING gin (marks) WITH (fastupdate = off);
