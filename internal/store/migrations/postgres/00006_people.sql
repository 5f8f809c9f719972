-- +goose Up
-- People, their sessions, and what they did.
CREATE TABLE users (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    display      TEXT   NOT NULL,
    issuer       TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    password     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    disabled_at  BIGINT NOT NULL,
    signed_in_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_name ON users (name) WHERE issuer = '';
CREATE UNIQUE INDEX users_identity ON users (issuer, subject) WHERE issuer <> '';

-- tenant is the id of a tenant, or empty for all of them and the desk itself.
CREATE TABLE user_roles (
    user_id TEXT    NOT NULL REFERENCES users (id),
    tenant  TEXT    NOT NULL,
    role    TEXT    NOT NULL,
    claimed BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, tenant, role, claimed)
);

CREATE TABLE passkeys (
    id         BYTEA   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id),
    name       TEXT   NOT NULL,
    credential BYTEA   NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
CREATE INDEX passkeys_user ON passkeys (user_id);

CREATE TABLE sessions (
    hash       BYTEA   NOT NULL PRIMARY KEY,
    id         TEXT   NOT NULL UNIQUE,
    user_id    TEXT   NOT NULL REFERENCES users (id),
    method     TEXT   NOT NULL,
    agent      TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

-- Codes that work once: the way into an empty desk, and challenges that were
-- answered and must not be again.
CREATE TABLE one_time_codes (
    hash       BYTEA   NOT NULL PRIMARY KEY,
    purpose    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE audit (
    n          BIGINT NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    user_id    TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    tenant     TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    object     TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    chain      BYTEA   NOT NULL
);

-- Sources that were set up in the pages.
CREATE TABLE connections (
    tenant     BIGINT NOT NULL REFERENCES tenants (num),
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    cloud      TEXT   NOT NULL,
    client     TEXT   NOT NULL,
    sealed     BYTEA   NOT NULL,
    poll_every BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, name)
);

INSERT INTO counters (name, value) VALUES ('audit', 0), ('setup', 0), ('connections', 0);

-- +goose Down
SELECT 1;
