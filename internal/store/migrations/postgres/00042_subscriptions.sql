-- +goose Up
-- What people asked to be told of. user_id is '' for whoever gave an address
-- alone, channel '' for mail to the address. services and classes are lists with
-- a line feed between. Whoever has the token may look at it, confirm it and end
-- it: only mails to the address have it.
CREATE TABLE subscriptions (
    id           TEXT    NOT NULL PRIMARY KEY,
    tenant       TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    services     TEXT    NOT NULL,
    classes      TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    zone         TEXT    NOT NULL,
    digest       TEXT    NOT NULL,
    token        TEXT    NOT NULL UNIQUE,
    state        TEXT    NOT NULL,
    refusals     INTEGER NOT NULL,
    reason       TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    confirmed_at BIGINT  NOT NULL,
    paused_at    BIGINT  NOT NULL
);
CREATE INDEX subscriptions_user ON subscriptions (user_id);
CREATE INDEX subscriptions_address ON subscriptions (address) WHERE address <> '';
CREATE INDEX subscriptions_refused ON subscriptions (id) WHERE refusals > 0;

-- When an address was asked last whether it wants to be told, by its hash: also
-- of subscriptions that are gone.
CREATE TABLE subscription_questions (
    address BYTEA   NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL
);
CREATE INDEX subscription_questions_at ON subscription_questions (at);

-- Moves with each change of the subscriptions that are told something.
INSERT INTO counters (name, value) VALUES ('subscriptions', 0);

-- +goose Down
SELECT 1;
