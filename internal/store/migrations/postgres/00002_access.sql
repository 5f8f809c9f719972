-- +goose Up
CREATE TABLE clients (
    id         TEXT    NOT NULL PRIMARY KEY,
    tenant     BIGINT NOT NULL REFERENCES tenants (num),
    name       TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    shape      TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    revoked_at BIGINT  NOT NULL,
    UNIQUE (tenant, name)
);

CREATE TABLE client_secrets (
    client     TEXT   NOT NULL REFERENCES clients (id),
    hash       BYTEA   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX client_secrets_client ON client_secrets (client);

CREATE TABLE signing_keys (
    id         TEXT   NOT NULL PRIMARY KEY,
    sealed     BYTEA   NOT NULL,
    public     BYTEA   NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL
);

-- +goose Down
SELECT 1;
