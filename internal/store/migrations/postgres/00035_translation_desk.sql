-- +goose Up
-- What a reader proposes instead, and the text in which they read the line: n is
-- the version. whole says that they mean all of it; the line is its title then.
ALTER TABLE translation_reports ADD COLUMN proposal TEXT NOT NULL DEFAULT '';
ALTER TABLE translation_reports ADD COLUMN item BIGINT NOT NULL DEFAULT 0;
ALTER TABLE translation_reports ADD COLUMN n BIGINT NOT NULL DEFAULT 0;
ALTER TABLE translation_reports ADD COLUMN whole BOOLEAN NOT NULL DEFAULT FALSE;

-- Lists of lines to look at: the newest first, and those that failed a check.
CREATE INDEX memory_engine ON memory (language, created_at) WHERE class = 'engine';
CREATE INDEX translation_wants_closed ON translation_wants (language, at) WHERE state = 'closed';

-- +goose Down
SELECT 1;
