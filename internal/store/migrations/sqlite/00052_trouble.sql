-- +goose Up
-- When somebody was told that an endpoint does not take messages, 0 while it does.
ALTER TABLE delivery_endpoints ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
