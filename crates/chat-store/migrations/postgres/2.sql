CREATE TABLE nodes (
    node    BIGINT PRIMARY KEY,
    who     TEXT NOT NULL,
    seen    TIMESTAMPTZ NOT NULL,
    backend BIGINT,
    since   BIGINT
);
