-- What was told to people, for nodes that did not hear it; kept for ten minutes.
CREATE TABLE tells (
    id     BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at     TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    kind   TEXT NOT NULL,
    person BIGINT,
    number BIGINT,
    said   TEXT
);
CREATE INDEX tells_by_age ON tells (at);
-- Who came into rooms and left them, by when.
CREATE INDEX changes_of_people ON changes (at, room, seq) WHERE kind IN ('created', 'added', 'removed', 'closed');
