-- +goose Up
-- What is published of a tenant, and to whom. channels are a JSON object: by
-- language, where the provider speaks itself.
CREATE TABLE publishing (
    tenant     BIGINT  NOT NULL PRIMARY KEY REFERENCES tenants (num),
    readership TEXT    NOT NULL,
    advisories BOOLEAN NOT NULL,
    messages   BOOLEAN NOT NULL,
    indexed    BOOLEAN NOT NULL,
    channels   TEXT    NOT NULL,
    help       TEXT    NOT NULL,
    changed_at BIGINT  NOT NULL
);

-- Updates of a tenant, newest first.
CREATE INDEX versions_at ON versions (tenant, at, item, n);

-- +goose Down
SELECT 1;
