-- +goose Up
-- Whether the changes tell that the source is stale.
ALTER TABLE sources ADD COLUMN told_stale BOOLEAN NOT NULL DEFAULT FALSE;

-- Promises of a next update of which the changes tell that they are late.
CREATE TABLE late_promises (
    tenant BIGINT NOT NULL REFERENCES tenants (num),
    item   BIGINT NOT NULL REFERENCES items (num),
    due_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, item, due_at)
);

-- +goose Down
SELECT 1;
