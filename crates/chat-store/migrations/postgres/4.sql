CREATE TABLE reactions (
    room    BIGINT NOT NULL,
    message BIGINT NOT NULL,
    person  BIGINT NOT NULL,
    emoji   TEXT COLLATE "C" NOT NULL,
    stands  BOOLEAN NOT NULL,
    at      BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    PRIMARY KEY (room, message, person, emoji)
);
CREATE INDEX reactions_standing ON reactions (room, message, emoji, seq) WHERE stands;
CREATE INDEX reactions_in_order ON reactions (room, message, seq) WHERE stands;

INSERT INTO reactions (room, message, person, emoji, stands, at, seq)
    SELECT room, message, person, U&'\2764\FE0F', liked, at, seq FROM likes;
DROP TABLE likes;

ALTER TABLE messages ADD COLUMN reactions TEXT NOT NULL DEFAULT '';
UPDATE messages SET reactions = U&'\2764\FE0F' || ' ' || likes WHERE likes > 0;
ALTER TABLE messages DROP COLUMN likes;
