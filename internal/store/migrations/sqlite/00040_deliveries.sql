-- +goose Up
-- Where deliveries go: a channel of the settings or a person's address, under a
-- key that never changes. due_at is when the next of them is to be sent, 0 for
-- none; nothing is sent before retry_at. A process works on an endpoint under a
-- lease; failures are those in a row of the endpoint itself.
CREATE TABLE delivery_endpoints (
    num           INTEGER PRIMARY KEY,
    key           TEXT    NOT NULL UNIQUE,
    due_at        BIGINT  NOT NULL,
    retry_at      BIGINT  NOT NULL,
    lease_ends    BIGINT  NOT NULL,
    epoch         BIGINT  NOT NULL,
    failures      INTEGER NOT NULL,
    failing_since BIGINT  NOT NULL,
    reason        TEXT    NOT NULL,
    detail        TEXT    NOT NULL
);
CREATE INDEX delivery_endpoints_due ON delivery_endpoints (due_at) WHERE due_at > 0;

-- A row for each change and endpoint that is to hear of it. batch is the message
-- that it went into, 0 before its first attempt; cancelled says why it never
-- will. via is the endpoint that it was to go to first, 0 for this one.
CREATE TABLE deliveries (
    change     BIGINT  NOT NULL REFERENCES changes (seq),
    endpoint   INTEGER NOT NULL REFERENCES delivery_endpoints (num),
    kind       TEXT    NOT NULL,
    group_key  TEXT    NOT NULL,
    route      TEXT    NOT NULL,
    due_at     BIGINT  NOT NULL,
    batch      BIGINT  NOT NULL,
    cancelled  TEXT    NOT NULL,
    via        BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (change, endpoint)
) WITHOUT ROWID;
CREATE INDEX deliveries_pending ON deliveries (endpoint, due_at, group_key, change) WHERE batch = 0 AND cancelled = '';
CREATE INDEX deliveries_batch ON deliveries (batch) WHERE batch > 0;

-- What a message says, once for all endpoints that are told the same.
CREATE TABLE delivery_letters (
    num  INTEGER PRIMARY KEY,
    hash BLOB    NOT NULL UNIQUE,
    body BLOB    NOT NULL
);

-- Messages: what is sent at once, with an id for ever. state is sending, retry,
-- sent, dead, cancelled or in_doubt; attempts counts from 1. due_at is when it is
-- tried again. repeats counts attempts of which one before may have arrived.
CREATE TABLE delivery_batches (
    num        BIGINT  NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    endpoint   INTEGER NOT NULL REFERENCES delivery_endpoints (num),
    kind       TEXT    NOT NULL,
    group_key  TEXT    NOT NULL,
    thread     TEXT    NOT NULL,
    letter     BIGINT  NOT NULL,
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    repeats    INTEGER NOT NULL,
    due_at     BIGINT  NOT NULL,
    reason     TEXT    NOT NULL,
    status     INTEGER NOT NULL,
    detail     TEXT    NOT NULL,
    made_at    BIGINT  NOT NULL,
    settled_at BIGINT  NOT NULL
);
CREATE INDEX delivery_batches_open ON delivery_batches (endpoint, num) WHERE state IN ('sending', 'retry');
CREATE INDEX delivery_batches_group ON delivery_batches (endpoint, group_key, made_at) WHERE group_key <> '';

CREATE INDEX delivery_batches_stuck ON delivery_batches (state, endpoint) WHERE state IN ('dead', 'in_doubt');
CREATE INDEX delivery_batches_letter ON delivery_batches (letter);

-- Attempts that did not end well.
CREATE TABLE delivery_failures (
    batch    BIGINT  NOT NULL REFERENCES delivery_batches (num),
    attempt  INTEGER NOT NULL,
    at       BIGINT  NOT NULL,
    reason   TEXT    NOT NULL,
    status   INTEGER NOT NULL,
    detail   TEXT    NOT NULL,
    PRIMARY KEY (batch, attempt)
) WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('delivery.batch', 0);

-- +goose Down
SELECT 1;
