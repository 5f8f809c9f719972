-- +goose Up
-- What a message says has the number of the first one that said it. Which of
-- those written lately say the same, the program knows: an index of hashes costs
-- more than a text that is kept twice.
ALTER TABLE delivery_letters RENAME TO letters_before;
CREATE TABLE delivery_letters (
    num  INTEGER PRIMARY KEY,
    body BLOB    NOT NULL
);
INSERT INTO delivery_letters (num, body) SELECT num, body FROM letters_before;
DROP TABLE letters_before;
UPDATE counters SET value = max(value, (SELECT COALESCE(max(num), 0) FROM delivery_letters)) WHERE name = 'delivery.batch';

-- What goes on and was told to an endpoint through a route: it is told again at
-- due_at. n is the version that was told.
CREATE TABLE delivery_repeats (
    endpoint INTEGER NOT NULL REFERENCES delivery_endpoints (num),
    tenant   BIGINT  NOT NULL REFERENCES tenants (num),
    item     BIGINT  NOT NULL REFERENCES items (num),
    n        INTEGER NOT NULL,
    route    TEXT    NOT NULL,
    due_at   BIGINT  NOT NULL,
    PRIMARY KEY (endpoint, tenant, item)
);
CREATE INDEX delivery_repeats_due ON delivery_repeats (due_at);

-- +goose Down
SELECT 1;
