-- +goose Up
-- What was modified last comes first in searches.
CREATE INDEX documents_modified ON documents (modified_at, item);

-- +goose Down
SELECT 1;
