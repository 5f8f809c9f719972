-- +goose Up
-- What the people of a tenant do about messages. Those of which nobody said
-- anything are absent.
CREATE TABLE handlings (
    tenant     BIGINT NOT NULL REFERENCES tenants (num),
    item       BIGINT NOT NULL REFERENCES items (num),
    state      TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    due_at     BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant, item)
);

-- +goose Down
SELECT 1;
