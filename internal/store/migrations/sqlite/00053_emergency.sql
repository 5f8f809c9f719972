-- +goose Up
-- When a contact was asked last whether mail and telephone are right, how often since
-- it was confirmed or changed, and the SHA-256 of what the link of the last letter has.
ALTER TABLE contacts ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN question TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
