CREATE TABLE evaluations (
    evaluation TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    begun DOUBLE PRECISION NOT NULL
);

CREATE TABLE candidates (
    evaluation TEXT NOT NULL REFERENCES evaluations (evaluation),
    network TEXT NOT NULL,
    candidate TEXT NOT NULL,
    place BIGINT NOT NULL,
    scores TEXT,
    worker TEXT,
    device TEXT,
    seconds DOUBLE PRECISION,
    finished DOUBLE PRECISION,
    lease_holder TEXT,
    lease_until DOUBLE PRECISION,
    attempts BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (evaluation, network)
);

CREATE INDEX open_candidates ON candidates (evaluation, place) WHERE scores IS NULL;
