-- +goose Up
-- Who of the desk wrote which version, and under which key of a request that
-- may be repeated.
CREATE TABLE authorings (
    num         INTEGER PRIMARY KEY,
    tenant      INTEGER NOT NULL REFERENCES tenants (num),
    item        INTEGER NOT NULL REFERENCES items (num),
    n           INTEGER NOT NULL,
    author      TEXT    NOT NULL,
    request_key TEXT    NOT NULL,
    request     BLOB    NOT NULL,
    at          BIGINT  NOT NULL
);
CREATE UNIQUE INDEX authorings_key ON authorings (tenant, author, request_key) WHERE request_key <> '';
CREATE INDEX authorings_item ON authorings (tenant, item, n);

-- Followers of one tenant.
CREATE INDEX changes_tenant ON changes (tenant, seq);

-- +goose Down
SELECT 1;
