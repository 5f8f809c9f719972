-- +goose Up
-- Teams, sites, how people are reached outside of the provider, and who may
-- speak with it. tenant is the id of a tenant, or empty for the whole desk;
-- fold is the name in lower case, party a person or a team as "user:id" or
-- "team:id".
CREATE TABLE teams (
    id         TEXT   NOT NULL PRIMARY KEY,
    tenant     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    fold       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant, fold)
);

CREATE TABLE team_members (
    team    TEXT NOT NULL REFERENCES teams (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (team, user_id)
);

CREATE TABLE sites (
    id         TEXT    NOT NULL PRIMARY KEY,
    tenant     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    fold       TEXT    NOT NULL,
    region     TEXT    NOT NULL,
    seats      INTEGER NOT NULL,
    zone       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    UNIQUE (tenant, fold)
);

CREATE TABLE contacts (
    id           TEXT   NOT NULL PRIMARY KEY,
    tenant       TEXT   NOT NULL,
    party        TEXT   NOT NULL,
    mail         TEXT   NOT NULL,
    phone        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    UNIQUE (tenant, party)
);

CREATE TABLE liaisons (
    id         TEXT   NOT NULL PRIMARY KEY,
    tenant     TEXT   NOT NULL,
    user_id    TEXT   NOT NULL REFERENCES users (id),
    reach      TEXT   NOT NULL,
    stand_in   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant, user_id)
);

-- +goose Down
SELECT 1;
