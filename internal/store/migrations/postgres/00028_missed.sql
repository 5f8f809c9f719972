-- +goose Up
-- How many polls in a row brought a list too short to be believed that lacks the item.
ALTER TABLE members ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
