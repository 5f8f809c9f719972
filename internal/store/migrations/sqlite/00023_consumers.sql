-- +goose Up
-- Where each consumer of the changes stands: seq is the last change that it has
-- handled, written in the transaction of what it wrote.
CREATE TABLE consumers (
    name       TEXT    NOT NULL PRIMARY KEY,
    seq        BIGINT  NOT NULL,
    begin_seq  BIGINT  NOT NULL,
    beginning  BOOLEAN NOT NULL,
    epoch      BIGINT  NOT NULL,
    lease_ends BIGINT  NOT NULL,
    failures   INTEGER NOT NULL,
    problem    TEXT    NOT NULL,
    handled_at BIGINT  NOT NULL
) WITHOUT ROWID;

-- Changes that a consumer could not handle and went past, until somebody has
-- them handled again.
CREATE TABLE skipped_changes (
    consumer TEXT    NOT NULL REFERENCES consumers (name),
    seq      BIGINT  NOT NULL,
    problem  TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;

-- What changes tell readers. Changes that tell nothing have no row.
CREATE TABLE events (
    seq     INTEGER NOT NULL PRIMARY KEY REFERENCES changes (seq),
    status  TEXT    NOT NULL,
    was     TEXT    NOT NULL,
    posts   INTEGER NOT NULL,
    edited  INTEGER NOT NULL,
    members TEXT    NOT NULL
);

-- +goose Down
SELECT 1;
