-- What people find bad. Numbered 1, 2, 3 … in the order in which they become visible; in the feed they stand under the room 0.
CREATE TABLE reports (
    id       BIGINT PRIMARY KEY,
    room     BIGINT NOT NULL,
    message  BIGINT NOT NULL,
    person   BIGINT NOT NULL,
    reason   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    resolved BIGINT
);
CREATE UNIQUE INDEX reports_message ON reports (room, message, person);
CREATE INDEX reports_open ON reports (id) WHERE resolved IS NULL;
