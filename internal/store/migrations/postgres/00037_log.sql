-- +goose Up
-- Where each event stands in the log: under its kind for every service that it
-- is about, by the key of its name and by its id, and once under none.
CREATE TABLE log_lines (
    tenant  BIGINT NOT NULL REFERENCES tenants (num),
    service TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    at      BIGINT  NOT NULL,
    seq     BIGINT NOT NULL REFERENCES events (seq),
    PRIMARY KEY (tenant, service, kind, at, seq)
);

-- Events up to this one that an older version wrote have their lines: the
-- program writes them when it opens the store.
INSERT INTO counters (name, value) VALUES ('log', 0);

-- +goose Down
SELECT 1;
