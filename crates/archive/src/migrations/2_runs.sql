CREATE TABLE runs (
    weights TEXT NOT NULL PRIMARY KEY,
    files TEXT NOT NULL,
    shared DOUBLE PRECISION NOT NULL
);

CREATE TABLE pieces (
    digest TEXT NOT NULL,
    number BIGINT NOT NULL,
    bytes BYTES NOT NULL,
    PRIMARY KEY (digest, number)
);
