-- Addresses of back ends to which everything is posted that happens, and up to which number of the feed that was done. Words and
-- rooms are listed in one text each, with spaces between them; an empty one means all.
CREATE TABLE webhooks (
    id            TEXT PRIMARY KEY,
    address       TEXT NOT NULL,
    wants         TEXT NOT NULL,
    rooms         TEXT NOT NULL,
    secret        TEXT NOT NULL,
    former        TEXT,
    former_until  INTEGER,
    created_at    INTEGER NOT NULL,
    fed           INTEGER NOT NULL,
    failing       INTEGER,
    why           TEXT NOT NULL,
    ended         INTEGER
);
-- What is still to be told of rooms of which something could not be.
CREATE TABLE webhook_rooms (
    webhook  TEXT NOT NULL,
    room     INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    to_seq   INTEGER NOT NULL,
    tries    INTEGER NOT NULL,
    since    INTEGER,
    due      INTEGER NOT NULL,
    PRIMARY KEY (webhook, room)
);
