-- +goose Up
-- What the desk itself knows to help. Rows stay: a better one takes the place of
-- the one that it replaces. One that lowers security holds once a second person
-- approved it.
CREATE TABLE workarounds (
    id          TEXT   NOT NULL PRIMARY KEY,
    tenant      TEXT   NOT NULL,
    service     TEXT   NOT NULL,
    language    TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    limits      TEXT   NOT NULL,
    replaces    TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    lowers      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL,
    approved_at BIGINT NOT NULL,
    approved_by TEXT   NOT NULL,
    ended_at    BIGINT NOT NULL
);
CREATE INDEX workarounds_tenant ON workarounds (tenant, service);

-- What people of the team say of a workaround in one incident: one word each.
CREATE TABLE workaround_votes (
    tenant     BIGINT NOT NULL REFERENCES tenants (num),
    issue      TEXT   NOT NULL,
    workaround TEXT   NOT NULL,
    person     TEXT   NOT NULL,
    worked     BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (tenant, issue, workaround, person)
);
CREATE INDEX workaround_votes_person ON workaround_votes (person);

-- +goose Down
SELECT 1;
