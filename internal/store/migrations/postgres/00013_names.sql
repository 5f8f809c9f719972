-- +goose Up
-- A tenant's name as people write it, and who speaks through a source.
ALTER TABLE tenants ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN provider TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
