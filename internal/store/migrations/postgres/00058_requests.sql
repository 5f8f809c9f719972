-- +goose Up
-- Support requests. rev grows with each change of the content, turns numbers the
-- rows of the thread; whoever changes anything of a request moves the row first.
-- waits says who has to move, since when.
CREATE TABLE requests (
    tenant       BIGINT NOT NULL REFERENCES tenants (num),
    n            BIGINT NOT NULL,
    rev          BIGINT NOT NULL,
    turns        BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    waits        TEXT   NOT NULL,
    waits_since  BIGINT NOT NULL,
    requester    TEXT   NOT NULL,
    issue        TEXT   NOT NULL,
    incident     BIGINT NOT NULL,
    content      TEXT   NOT NULL,
    opened_at    BIGINT NOT NULL,
    opened_by    TEXT   NOT NULL,
    filed_at     BIGINT NOT NULL,
    filed_by     TEXT   NOT NULL,
    channel      TEXT   NOT NULL,
    call_back    TEXT   NOT NULL,
    case_number  TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL,
    solved       TEXT   NOT NULL,
    rating       BIGINT NOT NULL,
    remark       TEXT   NOT NULL,
    surveyed_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, n)
);
CREATE INDEX requests_issue ON requests (tenant, issue);
CREATE INDEX requests_incident ON requests (incident);

-- The thread. Rows are added, never changed.
CREATE TABLE request_turns (
    tenant     BIGINT NOT NULL,
    request    BIGINT NOT NULL,
    num        BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    by_name    TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    words      TEXT   NOT NULL,
    PRIMARY KEY (tenant, request, num)
);

-- Severities that were proposed, asked for and given.
CREATE TABLE request_severities (
    tenant   BIGINT NOT NULL,
    request  BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    stage    TEXT   NOT NULL,
    severity TEXT   NOT NULL,
    why      TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    by_name  TEXT   NOT NULL,
    PRIMARY KEY (tenant, request, place)
);

-- What is checked before a request is filed.
CREATE TABLE request_duties (
    tenant  BIGINT  NOT NULL,
    request BIGINT  NOT NULL,
    duty    TEXT    NOT NULL,
    done    BOOLEAN NOT NULL,
    note    TEXT    NOT NULL,
    at      BIGINT  NOT NULL,
    by_name TEXT    NOT NULL,
    PRIMARY KEY (tenant, request, duty)
);

-- Attachments, with a term.
CREATE TABLE request_files (
    tenant   BIGINT NOT NULL,
    request  BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    by_name  TEXT   NOT NULL,
    body     BYTEA  NOT NULL,
    PRIMARY KEY (tenant, request, place)
);
CREATE INDEX request_files_added ON request_files (added_at);

-- +goose Down
SELECT 1;
