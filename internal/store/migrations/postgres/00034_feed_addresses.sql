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

-- +goose Down
SELECT 1;
