-- +goose Up
-- Issues for which a rule of the settings opened a room, each once in its tenant.
-- started_at is when the issue began: those of one rule and service that began at
-- nearly the same time share a room.
CREATE TABLE incident_openings (
    tenant     BIGINT NOT NULL REFERENCES tenants (num),
    issue      TEXT   NOT NULL,
    rule       TEXT   NOT NULL,
    service    TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    incident   BIGINT NOT NULL,
    PRIMARY KEY (tenant, issue)
);

-- +goose Down
SELECT 1;
