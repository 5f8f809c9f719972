-- +goose Up
-- What is not told for a while, and who said so. matchers are conditions on
-- labels as routes write them; tenant is '' for all tenants. Rows stay.
CREATE TABLE silences (
    id         TEXT   NOT NULL PRIMARY KEY,
    tenant     TEXT   NOT NULL,
    matchers   TEXT   NOT NULL,
    starts_at  BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    author_id  TEXT   NOT NULL,
    author     TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    ended_by   TEXT   NOT NULL
);
CREATE INDEX silences_end ON silences (ends_at);

-- +goose Down
SELECT 1;
