-- +goose Up
-- The rows of large tenants in the compact form of the read side, as of change
-- seq. They can be made anew from the other tables at any time.
CREATE TABLE row_blocks (
    tenant INTEGER NOT NULL REFERENCES tenants (num),
    kind   TEXT    NOT NULL,
    part   INTEGER NOT NULL,
    seq    BIGINT  NOT NULL,
    data   BLOB    NOT NULL,
    PRIMARY KEY (tenant, kind, part)
);

-- +goose Down
SELECT 1;
