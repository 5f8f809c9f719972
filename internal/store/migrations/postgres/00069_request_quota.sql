-- +goose Up
-- What somebody has begun, written and added to support requests within an hour is
-- counted by their name.
CREATE INDEX requests_opened_by ON requests (opened_by, opened_at);
CREATE INDEX request_turns_by ON request_turns (by_name, written_at);
CREATE INDEX request_files_by ON request_files (by_name, added_at);

-- +goose Down
SELECT 1;
