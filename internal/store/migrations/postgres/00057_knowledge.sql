-- +goose Up
-- Passages of what is known to help, as a desk puts them into its own words. Rows
-- stay: a better one takes the place of the one before, and what is taken back ends.
-- One that lowers security holds once a second person approved it. words is a JSON
-- object of texts by field.
CREATE TABLE knowledge_edits (
    id          TEXT   NOT NULL PRIMARY KEY,
    tenant      TEXT   NOT NULL,
    item        TEXT   NOT NULL,
    language    TEXT   NOT NULL,
    words       TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    lowers      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL,
    author      TEXT   NOT NULL,
    approved_at BIGINT NOT NULL,
    approved_by TEXT   NOT NULL,
    ended_at    BIGINT NOT NULL,
    UNIQUE (tenant, item, language, version)
);

-- +goose Down
SELECT 1;
