-- +goose Up
-- What a document says without order and repetition: all but the roll-out of
-- features, and that. Both are empty for documents of before, until somebody
-- asks; the column meaning holds what is now called the wording.
ALTER TABLE documents ADD COLUMN core BLOB NOT NULL DEFAULT x'';
ALTER TABLE documents ADD COLUMN rollout BLOB NOT NULL DEFAULT x'';

-- The newest text of an item that means what the version that holds means, in
-- the words of one tenant's source. Superseded ones stay for as long as a reader
-- may point to them; numbers are never used again.
CREATE TABLE wordings (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL REFERENCES tenants (num),
    item       INTEGER NOT NULL REFERENCES items (num),
    hash       BLOB    NOT NULL,
    body       BLOB    NOT NULL,
    superseded BIGINT  NOT NULL
);
CREATE INDEX wordings_superseded ON wordings (superseded) WHERE superseded > 0;

-- What is shown instead of the document, 0 for the document; its wording, and
-- when it was seen. The roll-out that was told last.
ALTER TABLE members ADD COLUMN shown BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN shown_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN wording BLOB NOT NULL DEFAULT x'';
ALTER TABLE members ADD COLUMN rollout BLOB NOT NULL DEFAULT x'';

-- Why a version counts for nothing, '' for those that count.
ALTER TABLE versions ADD COLUMN void TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
