-- +goose Up
-- Private addresses of feeds, for programs of people that cannot sign in. Of
-- the secret only the hash is kept.
CREATE TABLE feed_addresses (
    hash       BYTEA    NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    user_id    TEXT    NOT NULL REFERENCES users (id),
    tenant     BIGINT NOT NULL REFERENCES tenants (num),
    label      TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    used_at    BIGINT  NOT NULL
);
CREATE INDEX feed_addresses_user ON feed_addresses (user_id);

-- What entries of feeds in other languages said when they were told, which stays
-- when better words come.
CREATE TABLE feed_entries (
    tenant   BIGINT NOT NULL REFERENCES tenants (num),
    language TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    n        INTEGER NOT NULL,
    title    TEXT    NOT NULL,
    html     TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    PRIMARY KEY (tenant, language, id, kind, n)
);
CREATE INDEX feed_entries_at ON feed_entries (tenant, at);

-- +goose Down
SELECT 1;
