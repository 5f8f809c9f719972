-- +goose Up
-- Each day a channel is sent a test that somebody confirms: one for each channel and
-- day of its clock. batch is the id of the message; question the SHA-256 of what its
-- link has; machine is 1 where nobody reads it and its acceptance confirms it.
CREATE TABLE delivery_canaries (
    endpoint     INTEGER NOT NULL REFERENCES delivery_endpoints (num),
    day          TEXT    NOT NULL,
    batch        TEXT    NOT NULL,
    question     TEXT    NOT NULL,
    machine      INTEGER NOT NULL,
    asked_at     BIGINT  NOT NULL,
    confirmed_at BIGINT  NOT NULL,
    PRIMARY KEY (endpoint, day)
);
CREATE UNIQUE INDEX delivery_canaries_question ON delivery_canaries (question);
CREATE INDEX delivery_canaries_asked ON delivery_canaries (asked_at);

-- Who hears of what as the pages have written it, each time; '' gives the word back to
-- the settings.
CREATE TABLE route_versions (
    n       BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    by_id   TEXT   NOT NULL,
    by_name TEXT   NOT NULL,
    text    TEXT   NOT NULL
);

-- +goose Down
SELECT 1;
