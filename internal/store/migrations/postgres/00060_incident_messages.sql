-- +goose Up
-- What is said about incidents to many people, as it was written: words in several
-- languages, what was filled in and names of channels as JSON. change is the number of the change that
-- its deliveries tell, 0 before it is sent.
CREATE TABLE incident_messages (
    incident   BIGINT NOT NULL REFERENCES incidents (n),
    num        BIGINT NOT NULL,
    template   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    words      TEXT   NOT NULL,
    facts      TEXT   NOT NULL,
    channels   TEXT   NOT NULL,
    promised   BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    written_by TEXT   NOT NULL,
    writer_id  TEXT   NOT NULL,
    settled_at BIGINT NOT NULL,
    settled_by TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    change     BIGINT NOT NULL,
    PRIMARY KEY (incident, num)
);
CREATE INDEX incident_messages_change ON incident_messages (change) WHERE change > 0;

-- Steps of runbooks of which a change tells that they are late, and updates that were
-- promised. The key lets one process tell.
CREATE TABLE incident_late (
    incident BIGINT NOT NULL REFERENCES incidents (n),
    step     TEXT   NOT NULL,
    num      BIGINT NOT NULL,
    due_at   BIGINT NOT NULL,
    told_at  BIGINT NOT NULL,
    PRIMARY KEY (incident, step, num, due_at)
);

-- +goose Down
SELECT 1;
