-- +goose Up
-- The object id by which a directory of Microsoft Entra knows a person in all
-- programs, as the subject of a sign-in does not.
ALTER TABLE users ADD COLUMN object_id TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
