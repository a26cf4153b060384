-- With which number of the log a message was pinned; how many are in each room.
ALTER TABLE messages ADD COLUMN pinned INTEGER;
CREATE INDEX messages_pinned ON messages (room, pinned) WHERE pinned IS NOT NULL;
ALTER TABLE rooms ADD COLUMN pins INTEGER NOT NULL DEFAULT 0;
