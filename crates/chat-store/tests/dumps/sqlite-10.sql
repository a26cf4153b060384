PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE changes (
    room    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    message INTEGER,
    person  INTEGER,
    heir    INTEGER,
    title   TEXT,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "changes" VALUES(1,1,1795744813872332,1,'created',NULL,NULL,NULL,'Team');
INSERT INTO "changes" VALUES(1,7,1795744814520851,2,'liked',1,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1,8,1795744814620649,3,'reacted',2,NULL,NULL,'🎉');
INSERT INTO "changes" VALUES(1,9,1795744814696688,1,'pinned',2,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1,10,1795744814742207,1,'renamed',NULL,NULL,NULL,'The team');
INSERT INTO "changes" VALUES(1,11,1795744814807172,1,'deleted',3,NULL,NULL,NULL);
INSERT INTO "changes" VALUES(1,12,1795744814862387,1,'removed',NULL,3,NULL,NULL);
INSERT INTO "changes" VALUES(2,1,1795744813981609,1,'created',NULL,NULL,NULL,NULL);
CREATE TABLE directs (
    low  INTEGER NOT NULL REFERENCES users,
    high INTEGER NOT NULL REFERENCES users,
    room INTEGER NOT NULL REFERENCES rooms,
    PRIMARY KEY (low, high)
) STRICT, WITHOUT ROWID;
INSERT INTO "directs" VALUES(1,2,2);
CREATE TABLE facts (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO "facts" VALUES('version',10);
INSERT INTO "facts" VALUES('folding',1);
INSERT INTO "facts" VALUES('epoch',1928166306104627165);
INSERT INTO "facts" VALUES('place',10081021);
INSERT INTO "facts" VALUES('open',1);
INSERT INTO "facts" VALUES('issuer ',1);
CREATE TABLE families (
    id      INTEGER PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES users,
    expires INTEGER NOT NULL,
    revoked INTEGER NOT NULL
) STRICT;
INSERT INTO "families" VALUES(1,1,1798336812816826,0);
INSERT INTO "families" VALUES(2,2,1798336813125422,0);
INSERT INTO "families" VALUES(3,3,1798336813500863,0);
CREATE TABLE fed (
    room INTEGER PRIMARY KEY,
    seq  INTEGER NOT NULL
);
INSERT INTO "fed" VALUES(1,12);
INSERT INTO "fed" VALUES(2,2);
CREATE TABLE feed (
    no       INTEGER PRIMARY KEY,
    room     INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq   INTEGER NOT NULL,
    at       INTEGER NOT NULL
);
INSERT INTO "feed" VALUES(1000001,1,1,1,1795744814076337);
INSERT INTO "feed" VALUES(1000002,2,1,1,1795744814076337);
INSERT INTO "feed" VALUES(1000003,1,2,3,1795744814192316);
INSERT INTO "feed" VALUES(1000004,1,4,5,1795744814428544);
INSERT INTO "feed" VALUES(1000005,1,6,6,1795744814464235);
INSERT INTO "feed" VALUES(1000006,2,2,2,1795744814492675);
INSERT INTO "feed" VALUES(1000008,1,7,8,1795744814664539);
INSERT INTO "feed" VALUES(1000009,1,9,10,1795744814794577);
INSERT INTO "feed" VALUES(1000010,1,11,12,1795744814929406);
CREATE TABLE followers (
    name TEXT PRIMARY KEY,
    no   INTEGER NOT NULL
);
CREATE TABLE hidden (
    person INTEGER NOT NULL REFERENCES users,
    room   INTEGER NOT NULL REFERENCES rooms,
    sent   INTEGER NOT NULL,
    PRIMARY KEY (person, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE ids (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "ids" VALUES('commits',14);
INSERT INTO "ids" VALUES('families',3);
INSERT INTO "ids" VALUES('messages',6);
INSERT INTO "ids" VALUES('notifications',1);
INSERT INTO "ids" VALUES('rooms',2);
INSERT INTO "ids" VALUES('users',3);
INSERT INTO "ids" VALUES('visitors',0);
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    last   INTEGER NOT NULL
);
INSERT INTO "leases" VALUES('feed',1928166306104627165,1795744819340000,1000010);
CREATE TABLE lobby (
    person  INTEGER PRIMARY KEY REFERENCES users,
    waiting INTEGER,
    room    INTEGER REFERENCES rooms,
    partner INTEGER REFERENCES users,
    lease   INTEGER NOT NULL
) STRICT;
CREATE TABLE made (
    person    INTEGER NOT NULL REFERENCES users,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    room      INTEGER NOT NULL REFERENCES rooms,
    PRIMARY KEY (person, client_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "made" VALUES(1,'make-1','b4de60cdb57af8145ce5f0ee10afa913596bf337049db3bef2c1dc44f15c684c',1);
CREATE TABLE members (
    room              INTEGER NOT NULL REFERENCES rooms,
    person            INTEGER NOT NULL REFERENCES users,
    active            INTEGER NOT NULL,
    joined            INTEGER NOT NULL,
    sent              INTEGER NOT NULL,
    read_message      INTEGER,
    read_number       INTEGER NOT NULL,
    read_own          INTEGER NOT NULL,
    read_at           INTEGER NOT NULL,
    read_moved        INTEGER NOT NULL,
    delivered_message INTEGER,
    delivered_number  INTEGER NOT NULL,
    delivered_own     INTEGER NOT NULL,
    delivered_at      INTEGER NOT NULL,
    delivered_moved   INTEGER NOT NULL,
    PRIMARY KEY (room, person)
) STRICT, WITHOUT ROWID;
INSERT INTO "members" VALUES(1,1,1,1,1,NULL,0,0,1795744813872332,0,NULL,0,0,1795744813872332,0);
INSERT INTO "members" VALUES(1,2,1,1,2,NULL,0,0,1795744813872332,0,NULL,0,0,1795744813872332,0);
INSERT INTO "members" VALUES(1,3,0,1,2,NULL,0,0,1795744813872332,0,NULL,0,0,1795744813872332,0);
INSERT INTO "members" VALUES(2,1,1,1,0,NULL,0,0,1795744813981609,0,NULL,0,0,1795744813981609,0);
INSERT INTO "members" VALUES(2,2,1,1,1,NULL,0,0,1795744813981609,0,NULL,0,0,1795744813981609,0);
CREATE TABLE mentions (
    room    INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    message INTEGER NOT NULL,
    sender  INTEGER NOT NULL,
    PRIMARY KEY (room, person, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "mentions" VALUES(1,1,2,2,2);
CREATE TABLE messages (
    room         INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    sender       INTEGER NOT NULL,
    own_number   INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    content      TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    edited_at    INTEGER,
    edited_seq   INTEGER,
    deleted_at   INTEGER,
    deleted_seq  INTEGER,
    reactions TEXT NOT NULL DEFAULT '', reply_to INTEGER, thread INTEGER, replies INTEGER NOT NULL DEFAULT 0, mentions TEXT, pinned INTEGER,
    PRIMARY KEY (room, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "messages" VALUES(1,1,2,1,1,1,'text','Привет','{}',1795744814075666,NULL,NULL,NULL,NULL,'❤️ 1',NULL,NULL,1,NULL,NULL);
INSERT INTO "messages" VALUES(1,2,3,2,2,1,'text','hello @ann','{}',1795744814101648,NULL,NULL,NULL,NULL,'🎉 1',NULL,NULL,0,'1',9);
INSERT INTO "messages" VALUES(1,3,4,3,3,1,'text','','{}',1795744814209067,NULL,NULL,1795744814807172,11,'',NULL,NULL,0,NULL,NULL);
INSERT INTO "messages" VALUES(1,4,5,4,2,2,'text','fourth','{}',1795744814324770,NULL,NULL,NULL,NULL,'',NULL,NULL,0,NULL,NULL);
INSERT INTO "messages" VALUES(1,5,6,5,3,2,'text','an answer','{}',1795744814451048,NULL,NULL,NULL,NULL,'',1,1,0,NULL,NULL);
INSERT INTO "messages" VALUES(2,6,2,1,2,1,'text','between us','{}',1795744814465894,NULL,NULL,NULL,NULL,'',NULL,NULL,0,NULL,NULL);
CREATE TABLE notifications (
    person     INTEGER NOT NULL REFERENCES users,
    id         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    data       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    read_at    INTEGER,
    client_id  TEXT, room INTEGER, message INTEGER,
    PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "notifications" VALUES(1,1,'mention','','','{}',1795744814188861,NULL,NULL,1,2);
CREATE TABLE owed (
    room    INTEGER NOT NULL,
    message INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    after   INTEGER NOT NULL,
    PRIMARY KEY (room, message, person)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "reactions" VALUES(1,1,2,'❤️',1,1795744814520851,7);
INSERT INTO "reactions" VALUES(1,2,3,'🎉',1,1795744814620649,8);
CREATE TABLE receipts (
    room   INTEGER NOT NULL,
    person INTEGER NOT NULL,
    number INTEGER NOT NULL,
    upto   INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    moves  INTEGER NOT NULL,
    PRIMARY KEY (room, person, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh_tokens (
    digest  TEXT PRIMARY KEY,
    family  INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
    expires INTEGER NOT NULL,
    used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "refresh_tokens" VALUES('4Yg8PmDFxw03wxsaskAq89MEbtsmKNZqQ3G0zOuq0_U',2,1798336813125422,0);
INSERT INTO "refresh_tokens" VALUES('6vh1uBKebk0XuXfvL_cIdagPqcHNtgoURDKKZpqv77I',3,1798336813500863,0);
INSERT INTO "refresh_tokens" VALUES('XZFcOKZ42wAFpoB6pY2GsjheOCKNLCHUebWQl6CATv8',1,1798336812816826,0);
CREATE TABLE rooms (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,
    title        TEXT,
    owner        INTEGER REFERENCES users,
    created_at   INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    moves        INTEGER NOT NULL,
    members_seq  INTEGER NOT NULL,
    members      INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    last_message INTEGER,
    sent         INTEGER NOT NULL,
    closed       INTEGER NOT NULL,
    pruned       INTEGER NOT NULL DEFAULT 0,
    pruned_moves INTEGER NOT NULL DEFAULT 0
, pins INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "rooms" VALUES(1,'group','The team',1,1795744813872332,12,0,12,2,1795744814862387,5,5,0,0,0,1);
INSERT INTO "rooms" VALUES(2,'direct',NULL,NULL,1795744813981609,2,0,1,2,1795744814465894,6,1,0,0,0,0);
CREATE TABLE sent (
    room      INTEGER NOT NULL,
    person    INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    message   INTEGER NOT NULL,
    PRIMARY KEY (room, person, client_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "sent" VALUES(1,1,'c0','72576eb4021eee6c4bb404b63b6904a8f35b9c27333fd69f3f6cdb83cb9d5442',1);
INSERT INTO "sent" VALUES(1,2,'c1','b7b29c09848f594a95ebb7fededf22792d45f2e2ea2d6389190d925d4f8d4583',2);
INSERT INTO "sent" VALUES(1,2,'c3','5093f4857bf1bbbd927ffcb8da103eabbc3c013d9f8b36811e9a076b8ef6790e',4);
INSERT INTO "sent" VALUES(1,3,'c2','3e535cc20c3496162aee28420446b8940da5ea5e40eb0476e80b5411984ff5eb',3);
CREATE TABLE sessions (
    digest  TEXT PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES users,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "sessions" VALUES('Vqgr3lx7nZ8hr-Ds_HlDliwW6pfyYVrheK_yrioz-Xk',1,1796954412816826);
INSERT INTO "sessions" VALUES('_IVKC7m-BJY9mofpFZjitUvRi_vY0m_SSfib6v-kP9U',3,1796954413500863);
INSERT INTO "sessions" VALUES('_vK0AwVDPymbSp3uTCPKuvX-kptI2ey5AGdfaZUATME',2,1796954413125422);
CREATE TABLE users (
    id        INTEGER PRIMARY KEY,
    uuid      TEXT UNIQUE,
    issuer    TEXT,
    subject   TEXT,
    username  TEXT NOT NULL,
    folded    TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    shown     TEXT NOT NULL,
    avatar    TEXT NOT NULL,
    password  TEXT,
    last_seen INTEGER, generation INTEGER NOT NULL DEFAULT 0, tokens_since INTEGER NOT NULL DEFAULT 0, erased_at INTEGER, visit INTEGER,
    UNIQUE (issuer, subject)
) STRICT;
INSERT INTO "users" VALUES(1,NULL,NULL,NULL,'ann','ann','Ann','ann','','$argon2id$v=19$m=19456,t=2,p=1$yLSLf/2GCUTXroClSQQBBA$jYbOMO0Ifql8C283r7Sjwx2Zm+3CKkTlx5Rgy+36X/0',NULL,0,0,NULL,NULL);
INSERT INTO "users" VALUES(2,NULL,NULL,NULL,'bob','bob','Bob','bob','','$argon2id$v=19$m=19456,t=2,p=1$u4q9ggDTIj7hi5R+hjHo5w$YCUyMK9MWSNnLJ0fXgs1JbWxeXwfcXYqgijN3RRiit0',NULL,0,0,NULL,NULL);
INSERT INTO "users" VALUES(3,NULL,NULL,NULL,'eve','eve','Eve','eve','','$argon2id$v=19$m=19456,t=2,p=1$LQm/Qk3gwr5rzb0bg80Qwg$//dKPftlZCT/8+4/2FEW3/1HdbStjq0AQ2WQ+lm1rxo',NULL,0,0,NULL,NULL);
CREATE INDEX users_by_name ON users (shown, folded);
CREATE INDEX families_by_expiry ON families (expires);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX sessions_by_expiry ON sessions (expires);
CREATE INDEX notifications_unread ON notifications (person, id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notifications_named ON notifications (person, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX members_by_person ON members (person, room) WHERE active;
CREATE INDEX members_by_joining ON members (room, joined, person) WHERE active;
CREATE INDEX members_by_reading ON members (room, read_number, person);
CREATE INDEX members_by_delivery ON members (room, delivered_number, person);
CREATE INDEX members_by_move ON members (room, read_moved, person);
CREATE INDEX messages_by_sender ON messages (room, sender, id, own_number);
CREATE INDEX messages_deleted ON messages (room, number, sender) WHERE deleted_at IS NOT NULL;
CREATE INDEX changes_by_age ON changes (at, room, seq);
CREATE INDEX receipts_by_age ON receipts (at, room, person, number);
CREATE INDEX lobby_waiting ON lobby (waiting, person) WHERE waiting IS NOT NULL;
CREATE INDEX lobby_leases ON lobby (lease, person) WHERE waiting IS NOT NULL OR room IS NOT NULL;
CREATE INDEX reactions_standing ON reactions (room, message, emoji, seq) WHERE stands;
CREATE INDEX reactions_in_order ON reactions (room, message, seq) WHERE stands;
CREATE INDEX families_by_person ON families (person);
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX messages_by_thread ON messages (room, thread, id) WHERE thread IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX messages_by_seq ON messages (room, seq) WHERE number % 32 = 0;
CREATE INDEX mentions_by_message ON mentions (room, message);
CREATE UNIQUE INDEX notifications_of_mentions ON notifications (person, room, message) WHERE message IS NOT NULL;
CREATE INDEX messages_pinned ON messages (room, pinned) WHERE pinned IS NOT NULL;
COMMIT;
