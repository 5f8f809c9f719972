-- +goose Up
-- How a person reads pages, in every browser: empty for what the browser says.
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN zone TEXT NOT NULL DEFAULT '';

-- The services of a tenant that concern a person, by id. What they are told of
-- hangs on the same list.
CREATE TABLE followed_services (
    user_id TEXT    NOT NULL REFERENCES users (id),
    tenant  BIGINT NOT NULL REFERENCES tenants (num),
    service TEXT    NOT NULL,
    PRIMARY KEY (user_id, tenant, service)
);

-- Until when a person has seen what changed in a tenant.
CREATE TABLE reading_marks (
    user_id TEXT    NOT NULL REFERENCES users (id),
    tenant  BIGINT NOT NULL REFERENCES tenants (num),
    at      BIGINT  NOT NULL,
    PRIMARY KEY (user_id, tenant)
);

-- Messages that are put away: by the desk for everybody, and why; by a person
-- for themselves, whose mark archived says that, and why.
ALTER TABLE handlings ADD COLUMN away_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE handlings ADD COLUMN away_by TEXT NOT NULL DEFAULT '';
ALTER TABLE handlings ADD COLUMN away_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE viewpoints ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
