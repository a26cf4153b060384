-- By which words messages are found: everything here can be made again from the messages, and is. A bundle is of some messages of
-- about the same time, which is its number.
DROP TABLE words;
DELETE FROM followers WHERE name LIKE 'search%';
CREATE TABLE indexed (
    id       BIGINT PRIMARY KEY,
    messages TEXT NOT NULL,
    marks    TEXT NOT NULL
);
CREATE INDEX indexed_by_mark ON indexed USING gin (array_to_tsvector(string_to_array(marks, ' '))) WITH (fastupdate = off);
-- While the index is made anew: what is still to be put into it.
CREATE TABLE gathered (
    at      BIGINT NOT NULL,
    message BIGINT NOT NULL,
    room    BIGINT NOT NULL,
    PRIMARY KEY (at, message)
);
