-- Who may not come in until when, and why. The numbers say in which order that was said.
CREATE TABLE suspensions (
    person INTEGER PRIMARY KEY REFERENCES users (id),
    until  INTEGER NOT NULL,
    reason TEXT NOT NULL,
    no     INTEGER NOT NULL UNIQUE
);
