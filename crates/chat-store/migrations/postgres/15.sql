-- Files that live here; their bytes are elsewhere. The first message that names one binds it.
CREATE TABLE files (
    id        TEXT PRIMARY KEY,
    owner     BIGINT NOT NULL REFERENCES users (id),
    name      TEXT NOT NULL,
    size      BIGINT NOT NULL,
    mime      TEXT NOT NULL,
    announced BIGINT NOT NULL,
    whole     BOOLEAN NOT NULL,
    room      BIGINT,
    message   BIGINT,
    -- 0: it is there; 1: nobody can read it any more, its bytes are to be deleted; 2: they are.
    gone      BIGINT NOT NULL
);
CREATE INDEX files_by_owner ON files (owner, announced, size);
CREATE INDEX files_by_message ON files (room, message) WHERE room IS NOT NULL;
CREATE INDEX files_unbound ON files (announced) WHERE room IS NULL AND gone = 0;
CREATE INDEX files_to_delete ON files (id) WHERE gone = 1;
