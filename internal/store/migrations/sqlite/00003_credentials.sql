-- +goose Up
ALTER TABLE clients ADD COLUMN per_minute BIGINT NOT NULL DEFAULT 0;
ALTER TABLE clients ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE client_secrets ADD COLUMN certificate BLOB;
ALTER TABLE client_secrets ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE used_assertions (
    client     TEXT   NOT NULL REFERENCES clients (id),
    hash       BLOB   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client, hash)
);
CREATE INDEX used_assertions_expiry ON used_assertions (expires_at);

CREATE TABLE access_state (
    id       BIGINT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO access_state (id, revision) VALUES (1, 0);

-- +goose Down
SELECT 1;
