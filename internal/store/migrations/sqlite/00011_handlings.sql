-- +goose Up
-- What the people of a tenant do about messages. Those of which nobody said
-- anything are absent.
CREATE TABLE handlings (
    tenant     INTEGER NOT NULL REFERENCES tenants (num),
    item       INTEGER NOT NULL REFERENCES items (num),
    state      TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    due_at     BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant, item)
) WITHOUT ROWID;

-- +goose Down
SELECT 1;
