-- Ranks, mutes, bans and blocks, and the rules of rooms; since when each member is silent is when they said something last.
ALTER TABLE rooms ADD COLUMN slow_mode BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN frozen BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE members ADD COLUMN moderator BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE members ADD COLUMN muted BIGINT;
ALTER TABLE members ADD COLUMN banned BIGINT;
ALTER TABLE members ADD COLUMN silenced BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE members ADD COLUMN said BIGINT NOT NULL DEFAULT 0;
CREATE INDEX members_banned ON members (room) WHERE banned IS NOT NULL;
CREATE INDEX members_moderators ON members (room) WHERE moderator;
-- What was done to groups by those who lead them, which is kept for good.
CREATE TABLE audit (
    room    BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   BIGINT NOT NULL,
    action  TEXT NOT NULL,
    person  BIGINT,
    message BIGINT,
    reason  TEXT,
    PRIMARY KEY (room, seq)
);
CREATE INDEX audit_person ON audit (room, person, action, seq) WHERE person IS NOT NULL;
-- What is still to be erased behind a ban.
CREATE TABLE purges (
    room   BIGINT NOT NULL,
    person BIGINT NOT NULL,
    actor  BIGINT NOT NULL,
    since  BIGINT NOT NULL,
    upto   BIGINT NOT NULL,
    PRIMARY KEY (room, person)
);
-- Who wants to have nothing to do with whom.
CREATE TABLE blocks (
    person  BIGINT NOT NULL,
    blocked BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (person, blocked)
);
CREATE INDEX blocks_blocked ON blocks (blocked, person);
CREATE INDEX blocks_at ON blocks (person, at, blocked);
