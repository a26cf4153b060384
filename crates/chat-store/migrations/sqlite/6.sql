-- What a message answers, the first message of the thread, and of that how many answers stand.
ALTER TABLE messages ADD COLUMN reply_to INTEGER;
ALTER TABLE messages ADD COLUMN thread INTEGER;
ALTER TABLE messages ADD COLUMN replies INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_by_thread ON messages (room, thread, id) WHERE thread IS NOT NULL AND deleted_at IS NULL;
