-- +goose Up
-- Instants are microseconds since 1970 UTC, 0 for none. Hashes are 32 bytes.

CREATE TABLE tenants (
    num        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL UNIQUE,
    labels     TEXT    NOT NULL,
    shape      TEXT    NOT NULL,
    disabled   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    chain      BLOB    NOT NULL,
    versions   BIGINT  NOT NULL
);

CREATE TABLE tenant_domains (
    domain TEXT    NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenants (num)
) WITHOUT ROWID;

-- Identities and texts are shared by all tenants; who may see them is said by
-- versions and members alone.
CREATE TABLE items (
    num  INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    UNIQUE (kind, id)
);

CREATE TABLE documents (
    num         INTEGER PRIMARY KEY,
    item        INTEGER NOT NULL REFERENCES items (num),
    hash        BLOB    NOT NULL UNIQUE,
    meaning     BLOB    NOT NULL UNIQUE,
    body        BLOB    NOT NULL,
    size        INTEGER NOT NULL,
    title       TEXT    NOT NULL,
    service     TEXT    NOT NULL,
    service_id  TEXT    NOT NULL,
    feature     TEXT    NOT NULL,
    feature_set TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    class       TEXT    NOT NULL,
    start_at    BIGINT  NOT NULL,
    end_at      BIGINT  NOT NULL,
    modified_at BIGINT  NOT NULL
);

CREATE TABLE versions (
    tenant   INTEGER NOT NULL REFERENCES tenants (num),
    item     INTEGER NOT NULL REFERENCES items (num),
    n        INTEGER NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (num),
    at       BIGINT  NOT NULL,
    seen_at  BIGINT  NOT NULL,
    source   TEXT    NOT NULL,
    chain    BLOB    NOT NULL,
    PRIMARY KEY (tenant, item, n)
) WITHOUT ROWID;

-- The version that holds now for each item of a tenant, and the source whose
-- list it is on.
CREATE TABLE members (
    tenant   INTEGER NOT NULL REFERENCES tenants (num),
    item     INTEGER NOT NULL REFERENCES items (num),
    n        INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (num),
    left_at  BIGINT  NOT NULL,
    source   TEXT    NOT NULL,
    PRIMARY KEY (tenant, item)
) WITHOUT ROWID;

CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('change', 0);

CREATE TABLE changes (
    seq    INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenants (num),
    item   INTEGER NOT NULL REFERENCES items (num),
    n      INTEGER NOT NULL,
    what   TEXT    NOT NULL,
    silent BOOLEAN NOT NULL,
    at     BIGINT  NOT NULL
);

CREATE TABLE sources (
    tenant       INTEGER NOT NULL REFERENCES tenants (num),
    name         TEXT    NOT NULL,
    enabled      BOOLEAN NOT NULL,
    poll_every   BIGINT  NOT NULL,
    due_at       BIGINT  NOT NULL,
    epoch        BIGINT  NOT NULL,
    leased_at    BIGINT  NOT NULL,
    lease_ends   BIGINT  NOT NULL,
    last_ok_at   BIGINT  NOT NULL,
    last_full_at BIGINT  NOT NULL,
    watermark    BIGINT  NOT NULL,
    failures     INTEGER NOT NULL,
    shorts       INTEGER NOT NULL,
    outcome      TEXT    NOT NULL,
    problem      TEXT    NOT NULL,
    PRIMARY KEY (tenant, name)
) WITHOUT ROWID;
CREATE INDEX sources_due ON sources (due_at);

CREATE TABLE polls (
    num         INTEGER PRIMARY KEY,
    tenant      INTEGER NOT NULL REFERENCES tenants (num),
    source      TEXT    NOT NULL,
    epoch       BIGINT  NOT NULL,
    whole       BOOLEAN NOT NULL,
    started_at  BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL,
    outcome     TEXT    NOT NULL,
    requests    INTEGER NOT NULL,
    items       INTEGER NOT NULL,
    added       INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    departed    INTEGER NOT NULL,
    problem     TEXT    NOT NULL,
    UNIQUE (tenant, source, epoch)
);
CREATE INDEX polls_started ON polls (started_at);

-- +goose Down
SELECT 1;
