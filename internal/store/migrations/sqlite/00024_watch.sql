-- +goose Up
-- Whether the changes tell that the source is stale.
ALTER TABLE sources ADD COLUMN told_stale BOOLEAN NOT NULL DEFAULT FALSE;

-- Promises of a next update of which the changes tell that they are late.
CREATE TABLE late_promises (
    tenant INTEGER NOT NULL REFERENCES tenants (num),
    item   INTEGER NOT NULL REFERENCES items (num),
    due_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, item, due_at)
) WITHOUT ROWID;

-- +goose Down
SELECT 1;
