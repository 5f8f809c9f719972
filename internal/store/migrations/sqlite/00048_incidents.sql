-- +goose Up
-- How the desk handles issues and failures of its own. entries numbers the rows
-- of its timeline; whoever changes anything of it moves that number first.
CREATE TABLE incidents (
    n         BIGINT NOT NULL PRIMARY KEY,
    title     TEXT   NOT NULL,
    zone      TEXT   NOT NULL,
    entries   BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT   NOT NULL,
    closed_at BIGINT NOT NULL,
    closed_by TEXT   NOT NULL
);

CREATE TABLE incident_tenants (
    incident BIGINT NOT NULL REFERENCES incidents (n),
    tenant   BIGINT NOT NULL REFERENCES tenants (num),
    PRIMARY KEY (incident, tenant)
);

-- What it is about: kind is issue or service.
CREATE TABLE incident_subjects (
    incident BIGINT NOT NULL REFERENCES incidents (n),
    kind     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    PRIMARY KEY (incident, kind, id)
);

-- T0 with its corrections.
CREATE TABLE incident_starts (
    incident BIGINT NOT NULL REFERENCES incidents (n),
    place    BIGINT NOT NULL,
    t0       BIGINT NOT NULL,
    since    BIGINT NOT NULL,
    reason   TEXT   NOT NULL,
    by_name  TEXT   NOT NULL,
    PRIMARY KEY (incident, place)
);

-- Steps of the runbook that ended. The key lets one person win.
CREATE TABLE incident_steps (
    incident   BIGINT  NOT NULL REFERENCES incidents (n),
    step       TEXT    NOT NULL,
    num        BIGINT  NOT NULL,
    needed     BOOLEAN NOT NULL,
    reason     TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    by_name    TEXT    NOT NULL,
    written_at BIGINT  NOT NULL,
    PRIMARY KEY (incident, step, num)
);

CREATE TABLE incident_roles (
    incident BIGINT NOT NULL REFERENCES incidents (n),
    place    BIGINT NOT NULL,
    role     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    given_at BIGINT NOT NULL,
    given_by TEXT   NOT NULL,
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (incident, place)
);

-- The timeline. Rows are added, never changed.
CREATE TABLE incident_entries (
    incident    BIGINT NOT NULL REFERENCES incidents (n),
    num         BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    happened_at BIGINT NOT NULL,
    written_at  BIGINT NOT NULL,
    by_name     TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    words       TEXT   NOT NULL,
    amends      BIGINT NOT NULL,
    PRIMARY KEY (incident, num)
);

-- The matrix: what people found when they tried a service, each time anew.
CREATE TABLE incident_states (
    incident   BIGINT NOT NULL REFERENCES incidents (n),
    place      BIGINT NOT NULL,
    service    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    workaround TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    by_name    TEXT   NOT NULL,
    PRIMARY KEY (incident, place)
);

-- The register of temporary measures.
CREATE TABLE incident_measures (
    incident BIGINT  NOT NULL REFERENCES incidents (n),
    num      BIGINT  NOT NULL,
    what     TEXT    NOT NULL,
    place    TEXT    NOT NULL,
    who      TEXT    NOT NULL,
    undo_by  TEXT    NOT NULL,
    added_at BIGINT  NOT NULL,
    added_by TEXT    NOT NULL,
    ended_at BIGINT  NOT NULL,
    ended_by TEXT    NOT NULL,
    kept     BOOLEAN NOT NULL,
    reason   TEXT    NOT NULL,
    PRIMARY KEY (incident, num)
);

-- Items of the recovery checklist, ticked by name.
CREATE TABLE incident_checks (
    incident BIGINT  NOT NULL REFERENCES incidents (n),
    item     TEXT    NOT NULL,
    needed   BOOLEAN NOT NULL,
    reason   TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    by_name  TEXT    NOT NULL,
    PRIMARY KEY (incident, item)
);

-- +goose Down
SELECT 1;
