ALTER TABLE users ADD COLUMN erased_at BIGINT;
-- When somebody last left Socket.IO; below nothing: when they came, and had not left when this was noted.
ALTER TABLE users ADD COLUMN visit BIGINT;
CREATE INDEX families_by_person ON families (person);
CREATE INDEX sessions_by_person ON sessions (person);
