-- +goose Up
-- What a source lists and nobody can read, or should list and does not, with
-- its bytes packed. It has no place among the versions: those can be read.
CREATE TABLE unreadable (
    tenant     BIGINT  NOT NULL REFERENCES tenants (num),
    source     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    position   INTEGER NOT NULL,
    service    TEXT    NOT NULL,
    service_id TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    member     TEXT    NOT NULL,
    body       BYTEA   NOT NULL,
    since      BIGINT  NOT NULL,
    seen_at    BIGINT  NOT NULL,
    PRIMARY KEY (tenant, source, kind, id, position)
);

-- How many of them a source has, and how many a poll met; and how many items a
-- poll did not take off the list because the list was too short to be believed.
ALTER TABLE sources ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE polls ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE polls ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
