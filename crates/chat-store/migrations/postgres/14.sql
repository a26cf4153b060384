-- Addresses of back ends to which everything is posted that happens, and up to which number of the feed that was done. Words and
-- rooms are listed in one text each, with spaces between them; an empty one means all.
CREATE TABLE webhooks (
    id            TEXT PRIMARY KEY,
    address       TEXT NOT NULL,
    wants         TEXT NOT NULL,
    rooms         TEXT NOT NULL,
    secret        TEXT NOT NULL,
    former        TEXT,
    former_until  BIGINT,
    created_at    BIGINT NOT NULL,
    fed           BIGINT NOT NULL,
    failing       BIGINT,
    why           TEXT NOT NULL,
    ended         BIGINT
);
-- What is still to be told of rooms of which something could not be.
CREATE TABLE webhook_rooms (
    webhook  TEXT NOT NULL,
    room     BIGINT NOT NULL,
    next_seq BIGINT NOT NULL,
    to_seq   BIGINT NOT NULL,
    tries    BIGINT NOT NULL,
    since    BIGINT,
    due      BIGINT NOT NULL,
    PRIMARY KEY (webhook, room)
);
