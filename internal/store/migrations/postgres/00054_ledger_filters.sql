-- +goose Up
-- The ledger by why something was not sent or not accepted. What was sent at
-- once is in none of these.
CREATE INDEX deliveries_cancelled ON deliveries (change) WHERE cancelled <> '';
CREATE INDEX delivery_batches_reason ON delivery_batches (reason, num) WHERE reason <> '';
CREATE INDEX delivery_batches_cancelled ON delivery_batches (num) WHERE state = 'cancelled';

-- personal is 1 for an endpoint that stands for one subscriber: thousands of them
-- do not keep the channels of the settings waiting.
ALTER TABLE delivery_endpoints ADD COLUMN personal INTEGER NOT NULL DEFAULT 0;
UPDATE delivery_endpoints SET personal = 1 WHERE key LIKE 'subscription:%';
DROP INDEX delivery_endpoints_due;
CREATE INDEX delivery_endpoints_due ON delivery_endpoints (personal, due_at) WHERE due_at > 0;

-- +goose Down
SELECT 1;
