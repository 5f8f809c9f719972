-- +goose Up
-- Whether the time of a version is the one that its source stated, or only
-- when it was seen: a state without a time of its own never outranks one that
-- has one.
ALTER TABLE versions ADD COLUMN stated BOOLEAN NOT NULL DEFAULT TRUE;

UPDATE versions SET stated = FALSE WHERE document IN (
    SELECT d.num FROM documents d JOIN items i ON i.num = d.item WHERE d.modified_at = 0 AND i.kind IN ('issue', 'message'));

-- +goose Down
SELECT 1;
