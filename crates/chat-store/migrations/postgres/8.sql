-- Whether a node stands others beside it; which process it is, as others on its machine can tell; the digests of the secrets of its
-- access tokens, which all nodes share.
ALTER TABLE nodes ADD COLUMN alone BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE nodes ADD COLUMN process TEXT;
ALTER TABLE nodes ADD COLUMN secrets TEXT;
