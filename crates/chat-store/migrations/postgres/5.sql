CREATE TABLE hidden (
    person BIGINT NOT NULL REFERENCES users,
    room   BIGINT NOT NULL REFERENCES rooms,
    sent   BIGINT NOT NULL,
    PRIMARY KEY (person, room)
);
