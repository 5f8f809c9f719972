-- +goose Up
-- What several messages say is compressed together where they are made at once: part
-- counts from 1 within the letter, and is 0 where the letter is what one message says.
ALTER TABLE delivery_batches ADD COLUMN part INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
