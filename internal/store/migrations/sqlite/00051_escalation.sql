-- +goose Up
-- Who has taken an issue in hand, once for each time that it was open: ended_at is
-- when it was over, 0 while it is not.
CREATE TABLE acknowledgements (
    tenant   INTEGER NOT NULL REFERENCES tenants (num),
    item     INTEGER NOT NULL REFERENCES items (num),
    at       BIGINT  NOT NULL,
    by_id    TEXT    NOT NULL,
    by_name  TEXT    NOT NULL,
    ended_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant, item, at)
) WITHOUT ROWID;
CREATE UNIQUE INDEX acknowledgements_hold ON acknowledgements (tenant, item) WHERE ended_at = 0;

-- Deliveries that are sent unless somebody takes the issue in hand; ended says why
-- they are not any more, '' while they may be.
CREATE TABLE delivery_escalations (
    tenant   INTEGER NOT NULL REFERENCES tenants (num),
    item     INTEGER NOT NULL REFERENCES items (num),
    change   BIGINT  NOT NULL,
    endpoint INTEGER NOT NULL,
    ended    TEXT    NOT NULL,
    PRIMARY KEY (tenant, item, change, endpoint)
) WITHOUT ROWID;
CREATE INDEX delivery_escalations_hold ON delivery_escalations (tenant, item) WHERE ended = '';

-- Its row is locked by whoever decides on an escalation and whoever ends one.
INSERT INTO counters (name, value) VALUES ('escalations', 0);

-- +goose Down
SELECT 1;
