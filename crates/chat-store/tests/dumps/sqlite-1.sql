PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE facts (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO facts VALUES('version',1);
INSERT INTO facts VALUES('epoch',1928140204510360753);
INSERT INTO facts VALUES('place',10247971);
CREATE TABLE ids (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ids VALUES('commits',21);
INSERT INTO ids VALUES('families',3);
INSERT INTO ids VALUES('messages',6);
INSERT INTO ids VALUES('notifications',0);
INSERT INTO ids VALUES('rooms',2);
INSERT INTO ids VALUES('users',3);
INSERT INTO ids VALUES('visitors',0);
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
    last_seen INTEGER,
    UNIQUE (issuer, subject)
) STRICT;
INSERT INTO users VALUES(1,NULL,NULL,NULL,'ann','ann','Ann','ann','','$argon2id$v=19$m=19456,t=2,p=1$ZOOiQTaKzKLciNVqXMSKNA$rDA9f9Vye2OckmP0W+Mz1Hfo4kmiXPwzl4i8RgPxlAE',NULL);
INSERT INTO users VALUES(2,NULL,NULL,NULL,'bob','bob','Bob','bob','','$argon2id$v=19$m=19456,t=2,p=1$VGP7xDRzAVYJp/MYgXB6ng$dDshgLPdXEwgb6H25RS7R6PgDMwm3Y2o4cgM2ugRi5s',NULL);
INSERT INTO users VALUES(3,NULL,NULL,NULL,'eve','eve','Eve','eve','','$argon2id$v=19$m=19456,t=2,p=1$isIOuR1W6kXzQu5Bmamxnw$0EvCe5Ui6orM4In/Gft9LbcnMAqRRbiMnNOk6Ch1O4E',NULL);
CREATE TABLE families (
    id      INTEGER PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES users,
    expires INTEGER NOT NULL,
    revoked INTEGER NOT NULL
) STRICT;
INSERT INTO families VALUES(1,1,1798312502329383,0);
INSERT INTO families VALUES(2,2,1798312502422509,0);
INSERT INTO families VALUES(3,3,1798312502468171,0);
CREATE TABLE refresh_tokens (
    digest  TEXT PRIMARY KEY,
    family  INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
    expires INTEGER NOT NULL,
    used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO refresh_tokens VALUES('MEBym__QUPuJUpjoYZs3R90V17G7fSrOT0EF_SCCrkY',2,1798312502422509,0);
INSERT INTO refresh_tokens VALUES('RNQ07CdS0ChSVUc-AE6n-qWB70MHV6KvDrl7UCzU1Dc',1,1798312502329383,0);
INSERT INTO refresh_tokens VALUES('itoZ-Gvoo9zsBLB4rWxFnfXXnFZXaxf4qJ7kwj-8jPI',3,1798312502468171,0);
CREATE TABLE sessions (
    digest  TEXT PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES users,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sessions VALUES('HZx-m2yzLT19tkke3Jlja7qlTcWaBl9RPBByxMQpPlQ',1,1796930102329383);
INSERT INTO sessions VALUES('MS9jXCgfen0kSTi-yu9E_F428wAO2tKsif3J5QFz0Jg',2,1796930102422509);
INSERT INTO sessions VALUES('rvd1I_XXMiPuUt8n-V7MhJbDoupRkXtdGhuiZhTKaJk',3,1796930102468171);
CREATE TABLE notifications (
    person     INTEGER NOT NULL REFERENCES users,
    id         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    data       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    read_at    INTEGER,
    client_id  TEXT,
    PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
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
) STRICT;
INSERT INTO rooms VALUES(1,'group','Team',1,1795720502511901,18,1,18,2,1795720502570979,5,5,0,0,0);
INSERT INTO rooms VALUES(2,'direct',NULL,NULL,1795720502518347,2,0,1,2,1795720502533701,6,1,0,0,0);
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
INSERT INTO members VALUES(1,1,1,1,2,NULL,0,0,1795720502511901,0,NULL,0,0,1795720502511901,0);
INSERT INTO members VALUES(1,2,1,1,2,NULL,0,0,1795720502511901,0,NULL,0,0,1795720502511901,0);
INSERT INTO members VALUES(1,3,0,1,1,5,5,1,1795720502565942,1,NULL,0,0,1795720502511901,0);
INSERT INTO members VALUES(2,1,1,1,1,NULL,0,0,1795720502518347,0,NULL,0,0,1795720502518347,0);
INSERT INTO members VALUES(2,2,1,1,0,NULL,0,0,1795720502518347,0,NULL,0,0,1795720502518347,0);
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
    likes        INTEGER NOT NULL,
    PRIMARY KEY (room, id)
) STRICT, WITHOUT ROWID;
INSERT INTO messages VALUES(1,1,2,1,1,1,'text','Привет','{}',1795720502521536,NULL,NULL,NULL,NULL,2);
INSERT INTO messages VALUES(1,2,3,2,2,1,'text','hello @ann','{}',1795720502524494,NULL,NULL,NULL,NULL,1);
INSERT INTO messages VALUES(1,3,4,3,3,1,'text','third','{}',1795720502527008,NULL,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(1,4,5,4,1,2,'text','fourth, edited','{}',1795720502529363,1795720502561084,16,NULL,NULL,1);
INSERT INTO messages VALUES(1,5,6,5,2,2,'text','','{}',1795720502531379,NULL,NULL,1795720502564019,17,0);
INSERT INTO messages VALUES(2,6,2,1,1,1,'text','only you','{}',1795720502533701,NULL,NULL,NULL,NULL,0);
CREATE TABLE sent (
    room      INTEGER NOT NULL,
    person    INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    message   INTEGER NOT NULL,
    PRIMARY KEY (room, person, client_id)
) STRICT, WITHOUT ROWID;
INSERT INTO sent VALUES(1,1,'c0','72576eb4021eee6c4bb404b63b6904a8f35b9c27333fd69f3f6cdb83cb9d5442',1);
INSERT INTO sent VALUES(1,1,'c3','5093f4857bf1bbbd927ffcb8da103eabbc3c013d9f8b36811e9a076b8ef6790e',4);
INSERT INTO sent VALUES(1,2,'c1','b7b29c09848f594a95ebb7fededf22792d45f2e2ea2d6389190d925d4f8d4583',2);
INSERT INTO sent VALUES(1,2,'c4','951fcac6e6197785f75b093aaf82800a88709a2461b13b51973a9ff509d5d837',5);
INSERT INTO sent VALUES(1,3,'c2','3e535cc20c3496162aee28420446b8940da5ea5e40eb0476e80b5411984ff5eb',3);
CREATE TABLE made (
    person    INTEGER NOT NULL REFERENCES users,
    client_id TEXT NOT NULL,
    digest    TEXT NOT NULL,
    room      INTEGER NOT NULL REFERENCES rooms,
    PRIMARY KEY (person, client_id)
) STRICT, WITHOUT ROWID;
INSERT INTO made VALUES(1,'make-1','b4de60cdb57af8145ce5f0ee10afa913596bf337049db3bef2c1dc44f15c684c',1);
CREATE TABLE directs (
    low  INTEGER NOT NULL REFERENCES users,
    high INTEGER NOT NULL REFERENCES users,
    room INTEGER NOT NULL REFERENCES rooms,
    PRIMARY KEY (low, high)
) STRICT, WITHOUT ROWID;
INSERT INTO directs VALUES(1,2,2);
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
INSERT INTO changes VALUES(1,1,1795720502511901,1,'created',NULL,NULL,NULL,'Team');
INSERT INTO changes VALUES(1,7,1795720502535716,2,'liked',1,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,8,1795720502538623,3,'liked',1,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,9,1795720502545063,1,'liked',1,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,10,1795720502547317,1,'liked',2,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,11,1795720502549595,3,'liked',3,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,12,1795720502552327,2,'liked',4,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,13,1795720502555075,1,'liked',5,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,14,1795720502557083,1,'unliked',1,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,15,1795720502558985,3,'unliked',3,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,16,1795720502561084,1,'edited',4,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,17,1795720502564019,2,'deleted',5,NULL,NULL,NULL);
INSERT INTO changes VALUES(1,18,1795720502570979,3,'removed',NULL,3,NULL,NULL);
INSERT INTO changes VALUES(2,1,1795720502518347,1,'created',NULL,NULL,NULL,NULL);
CREATE TABLE likes (
    room    INTEGER NOT NULL,
    message INTEGER NOT NULL,
    person  INTEGER NOT NULL,
    liked   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (room, message, person)
) STRICT, WITHOUT ROWID;
INSERT INTO likes VALUES(1,1,1,0,1795720502557083,14);
INSERT INTO likes VALUES(1,1,2,1,1795720502535716,7);
INSERT INTO likes VALUES(1,1,3,1,1795720502538623,8);
INSERT INTO likes VALUES(1,2,1,1,1795720502547317,10);
INSERT INTO likes VALUES(1,3,3,0,1795720502558985,15);
INSERT INTO likes VALUES(1,4,2,1,1795720502552327,12);
CREATE TABLE receipts (
    room   INTEGER NOT NULL,
    person INTEGER NOT NULL,
    number INTEGER NOT NULL,
    upto   INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    moves  INTEGER NOT NULL,
    PRIMARY KEY (room, person, number)
) STRICT, WITHOUT ROWID;
INSERT INTO receipts VALUES(1,3,5,5,1795720502565942,1);
CREATE TABLE lobby (
    person  INTEGER PRIMARY KEY REFERENCES users,
    waiting INTEGER,
    room    INTEGER REFERENCES rooms,
    partner INTEGER REFERENCES users,
    lease   INTEGER NOT NULL
) STRICT;
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
CREATE UNIQUE INDEX messages_by_seq ON messages (room, seq);
CREATE INDEX messages_by_sender ON messages (room, sender, id, own_number);
CREATE INDEX messages_deleted ON messages (room, number, sender) WHERE deleted_at IS NOT NULL;
CREATE INDEX changes_by_age ON changes (at, room, seq);
CREATE INDEX likes_standing ON likes (room, message, seq) WHERE liked;
CREATE INDEX receipts_by_age ON receipts (at, room, person, number);
CREATE INDEX lobby_waiting ON lobby (waiting, person) WHERE waiting IS NOT NULL;
CREATE INDEX lobby_leases ON lobby (lease, person) WHERE waiting IS NOT NULL OR room IS NOT NULL;
COMMIT;
