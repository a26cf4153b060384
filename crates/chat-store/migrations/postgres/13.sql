-- Where other nodes reach this one with what clients ask of it who came to them.
ALTER TABLE nodes ADD COLUMN address TEXT;
