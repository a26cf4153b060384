ALTER TABLE users ADD COLUMN erased_at INTEGER;
-- When somebody last left Socket.IO; below nothing: when they came, and had not left when this was noted.
ALTER TABLE users ADD COLUMN visit INTEGER;
CREATE INDEX families_by_person ON families (person);
CREATE INDEX sessions_by_person ON sessions (person);
