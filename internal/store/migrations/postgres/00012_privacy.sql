-- +goose Up
-- Which messages are about data privacy. Those that were stored before are
-- marked at the next start.
ALTER TABLE documents ADD COLUMN private BOOLEAN NOT NULL DEFAULT FALSE;

INSERT INTO counters (name, value) VALUES ('private', 0);

-- Blocks of before do not say it.
DELETE FROM row_blocks;

-- +goose Down
SELECT 1;
