-- Of whom nobody reads any more what they said: they were erased, and it is being deleted.
ALTER TABLE users ADD COLUMN unsaid BOOLEAN NOT NULL DEFAULT FALSE;
-- Who was erased, and how far that has come.
CREATE TABLE erasures (
    person BIGINT PRIMARY KEY REFERENCES users (id),
    at     BIGINT NOT NULL,
    unsaid BOOLEAN NOT NULL,
    said   BIGINT NOT NULL,
    done   BIGINT
);
CREATE INDEX erasures_in_order ON erasures (done, at, person);
INSERT INTO erasures (person, at, unsaid, said, done)
    SELECT id, erased_at, FALSE, 0, erased_at FROM users WHERE erased_at IS NOT NULL;
-- Where somebody has been, and what they have written about others.
CREATE INDEX members_past ON members (person, room) WHERE NOT active;
CREATE INDEX audit_reasons ON audit (actor) WHERE reason IS NOT NULL;
CREATE INDEX reports_person ON reports (person);
CREATE INDEX purges_person ON purges (person);
