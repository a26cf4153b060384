-- Whom a message mentions: the ids of people, and `all`.
ALTER TABLE messages ADD COLUMN mentions TEXT;

-- The same by whom: 0 is everybody.
CREATE TABLE mentions (
    room    BIGINT NOT NULL,
    person  BIGINT NOT NULL,
    number  BIGINT NOT NULL,
    message BIGINT NOT NULL,
    sender  BIGINT NOT NULL,
    PRIMARY KEY (room, person, number)
);
CREATE INDEX mentions_by_message ON mentions (room, message);

-- Whom a message owes a notification: everybody (0) from the person on who comes after `after`.
CREATE TABLE owed (
    room    BIGINT NOT NULL,
    message BIGINT NOT NULL,
    person  BIGINT NOT NULL,
    after   BIGINT NOT NULL,
    PRIMARY KEY (room, message, person)
);

-- Of which message a notification tells that mentions somebody; what it says is looked up there.
ALTER TABLE notifications ADD COLUMN room BIGINT;
ALTER TABLE notifications ADD COLUMN message BIGINT;
CREATE UNIQUE INDEX notifications_of_mentions ON notifications (person, room, message) WHERE message IS NOT NULL;
