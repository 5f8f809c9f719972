-- +goose Up
-- The owner of a message is a person or a team as "user:id" or "team:id". The
-- texts of before become those when the program opens the store.
INSERT INTO counters (name, value) SELECT 'owners', CASE WHEN EXISTS (SELECT 1 FROM handlings WHERE owner <> '') THEN 0 ELSE 1 END;

-- +goose Down
SELECT 1;
