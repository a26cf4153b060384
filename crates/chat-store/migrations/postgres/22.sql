-- For how long the messages of a room are kept, in microseconds; without it as long as everybody's. The oldest that is kept was sent at
-- `due` or later; all up to `vanished` are stubs.
ALTER TABLE rooms ADD COLUMN keep BIGINT;
ALTER TABLE rooms ADD COLUMN due BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN vanished BIGINT NOT NULL DEFAULT 0;
CREATE INDEX rooms_due ON rooms (due) WHERE keep IS NULL;
CREATE INDEX rooms_keep ON rooms (id) WHERE keep IS NOT NULL;
-- Stubs that the index of words is to forget.
CREATE TABLE unfound (
    room    BIGINT NOT NULL,
    message BIGINT NOT NULL,
    PRIMARY KEY (room, message)
);
-- What somebody reacted to, for them alone.
CREATE INDEX reactions_by_person ON reactions (person, room, message, emoji) WHERE stands;
