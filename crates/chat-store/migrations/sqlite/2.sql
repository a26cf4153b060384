-- How often all tokens of a person were ended, and when that was the last time.
ALTER TABLE users ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN tokens_since INTEGER NOT NULL DEFAULT 0;
