-- +goose Up
-- Endpoints that failed are looked for apart from those that did not: however many
-- there are of one, the others are found at once.
DROP INDEX delivery_endpoints_due;
CREATE INDEX delivery_endpoints_due ON delivery_endpoints (personal, due_at) WHERE due_at > 0 AND failures = 0;
CREATE INDEX delivery_endpoints_failing ON delivery_endpoints (personal, retry_at) WHERE due_at > 0 AND failures > 0;

-- +goose Down
SELECT 1;
