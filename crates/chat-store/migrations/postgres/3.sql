-- How often all tokens of a person were ended, and when that was the last time.
ALTER TABLE users ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN tokens_since BIGINT NOT NULL DEFAULT 0;
