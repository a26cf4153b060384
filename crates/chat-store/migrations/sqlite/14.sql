-- Ranks, mutes, bans and blocks, and the rules of rooms; since when each member is silent is when they said something last.
ALTER TABLE rooms ADD COLUMN slow_mode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN moderator INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN muted INTEGER;
ALTER TABLE members ADD COLUMN banned INTEGER;
ALTER TABLE members ADD COLUMN silenced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN said INTEGER NOT NULL DEFAULT 0;
CREATE INDEX members_banned ON members (room) WHERE banned IS NOT NULL;
CREATE INDEX members_moderators ON members (room) WHERE moderator;
-- What was done to groups by those who lead them, which is kept for good.
CREATE TABLE audit (
    room    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   INTEGER NOT NULL,
    action  TEXT NOT NULL,
    person  INTEGER,
    message INTEGER,
    reason  TEXT,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_person ON audit (room, person, action, seq) WHERE person IS NOT NULL;
-- What is still to be erased behind a ban.
CREATE TABLE purges (
    room   INTEGER NOT NULL,
    person INTEGER NOT NULL,
    actor  INTEGER NOT NULL,
    since  INTEGER NOT NULL,
    upto   INTEGER NOT NULL,
    PRIMARY KEY (room, person)
) STRICT, WITHOUT ROWID;
-- Who wants to have nothing to do with whom.
CREATE TABLE blocks (
    person  INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (person, blocked)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_blocked ON blocks (blocked, person);
CREATE INDEX blocks_at ON blocks (person, at, blocked);
