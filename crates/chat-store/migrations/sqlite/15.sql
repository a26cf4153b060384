-- What people find bad. Numbered 1, 2, 3 … in the order in which they become visible; in the feed they stand under the room 0.
CREATE TABLE reports (
    id       INTEGER PRIMARY KEY,
    room     INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    resolved INTEGER
) STRICT;
CREATE UNIQUE INDEX reports_message ON reports (room, message, person);
CREATE INDEX reports_open ON reports (id) WHERE resolved IS NULL;
