CREATE TABLE reactions (
    room    INTEGER NOT NULL,
    message INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    emoji   TEXT NOT NULL,
    stands  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (room, message, person, emoji)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_standing ON reactions (room, message, emoji, seq) WHERE stands;
CREATE INDEX reactions_in_order ON reactions (room, message, seq) WHERE stands;

INSERT INTO reactions (room, message, person, emoji, stands, at, seq)
    SELECT room, message, person, char(10084, 65039), liked, at, seq FROM likes;
DROP TABLE likes;

ALTER TABLE messages ADD COLUMN reactions TEXT NOT NULL DEFAULT '';
UPDATE messages SET reactions = char(10084, 65039) || ' ' || likes WHERE likes > 0;
ALTER TABLE messages DROP COLUMN likes;
