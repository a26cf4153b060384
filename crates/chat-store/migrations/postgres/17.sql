-- Who may not come in until when, and why. The numbers say in which order that was said.
CREATE TABLE suspensions (
    person BIGINT PRIMARY KEY REFERENCES users (id),
    until  BIGINT NOT NULL,
    reason TEXT NOT NULL,
    no     BIGINT NOT NULL UNIQUE
);
