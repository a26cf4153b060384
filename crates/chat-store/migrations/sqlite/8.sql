-- Whom a message mentions: the ids of people, and `all`.
ALTER TABLE messages ADD COLUMN mentions TEXT;

-- The same by whom: 0 is everybody.
CREATE TABLE mentions (
    room    INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    message INTEGER NOT NULL,
    sender  INTEGER NOT NULL,
    PRIMARY KEY (room, person, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_message ON mentions (room, message);

-- Whom a message owes a notification: everybody (0) from the person on who comes after `after`.
CREATE TABLE owed (
    room    INTEGER NOT NULL,
    message INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    after   INTEGER NOT NULL,
    PRIMARY KEY (room, message, person)
) STRICT, WITHOUT ROWID;

-- Of which message a notification tells that mentions somebody; what it says is looked up there.
ALTER TABLE notifications ADD COLUMN room INTEGER;
ALTER TABLE notifications ADD COLUMN message INTEGER;
CREATE UNIQUE INDEX notifications_of_mentions ON notifications (person, room, message) WHERE message IS NOT NULL;
