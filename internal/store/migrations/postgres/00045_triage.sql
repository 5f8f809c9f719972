-- +goose Up
-- Calls that are qualified: what the caller says, what was tried, and what came
-- of it. rev grows with each change. caller is the hash of the secret in the
-- caller's link. texts says whether there are words of people that have a term.
CREATE TABLE triages (
    tenant       BIGINT NOT NULL REFERENCES tenants (num),
    n            BIGINT NOT NULL,
    rev          BIGINT NOT NULL,
    opened_at    BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    closed_at    BIGINT NOT NULL,
    opened_id    TEXT   NOT NULL,
    opened_by    TEXT   NOT NULL,
    changed_by   TEXT   NOT NULL,
    answers      TEXT   NOT NULL,
    issue        TEXT   NOT NULL,
    verdict      TEXT   NOT NULL,
    caller       BYTEA  NOT NULL,
    caller_until BIGINT NOT NULL,
    texts        BIGINT NOT NULL,
    PRIMARY KEY (tenant, n)
);
CREATE INDEX triages_changed ON triages (tenant, changed_at);
CREATE INDEX triages_issue ON triages (tenant, issue, opened_at);
CREATE INDEX triages_caller ON triages (caller);

-- Pictures of errors and the like, with a term.
CREATE TABLE triage_files (
    tenant   BIGINT NOT NULL,
    triage   BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    added_at BIGINT NOT NULL,
    body     BYTEA  NOT NULL,
    PRIMARY KEY (tenant, triage, place)
);

-- "Me too" of the staff, with a term. source tells machines apart by a secret of
-- the day, which is forgotten.
CREATE TABLE reports (
    id       TEXT   NOT NULL PRIMARY KEY,
    tenant   BIGINT NOT NULL REFERENCES tenants (num),
    site     TEXT   NOT NULL,
    service  TEXT   NOT NULL,
    symptom  TEXT   NOT NULL,
    code     TEXT   NOT NULL,
    language TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    person   TEXT   NOT NULL,
    source   BYTEA  NOT NULL
);
CREATE INDEX reports_at ON reports (tenant, at);
CREATE INDEX reports_person ON reports (person);

CREATE TABLE report_secrets (
    day    BIGINT NOT NULL PRIMARY KEY,
    secret BYTEA  NOT NULL
);

-- +goose Down
SELECT 1;
