-- +goose Up
-- What a document says about files is known of those stored from now on.
ALTER TABLE documents ADD COLUMN files BOOLEAN NOT NULL DEFAULT FALSE;

-- Contents are shared by all tenants; who may read them is said by files alone.
CREATE TABLE contents (
    hash BYTEA   NOT NULL PRIMARY KEY,
    body BYTEA   NOT NULL,
    size BIGINT NOT NULL
);

CREATE TABLE files (
    tenant      BIGINT NOT NULL REFERENCES tenants (num),
    item        BIGINT NOT NULL REFERENCES items (num),
    id          TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    size        BIGINT  NOT NULL,
    hash        BYTEA    NOT NULL REFERENCES contents (hash),
    modified_at BIGINT  NOT NULL,
    seen_at     BIGINT  NOT NULL,
    source      TEXT    NOT NULL,
    PRIMARY KEY (tenant, item, id)
);

-- Items that say they have files, for the source that listed them to fetch.
CREATE TABLE file_tasks (
    tenant BIGINT NOT NULL REFERENCES tenants (num),
    item   BIGINT NOT NULL REFERENCES items (num),
    source TEXT    NOT NULL,
    tries  INTEGER NOT NULL,
    due_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant, item)
);
CREATE INDEX file_tasks_due ON file_tasks (tenant, source, due_at);

CREATE TABLE viewpoints (
    tenant     BIGINT NOT NULL REFERENCES tenants (num),
    person     TEXT    NOT NULL,
    item       BIGINT NOT NULL REFERENCES items (num),
    archived   BOOLEAN NOT NULL,
    favorited  BOOLEAN NOT NULL,
    read       BOOLEAN NOT NULL,
    changed_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant, person, item)
);

-- +goose Down
SELECT 1;
