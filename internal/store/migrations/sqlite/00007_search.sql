-- +goose Up
-- The folded text of each document that holds for some tenant. Tenants share
-- it; who may find it is said by members alone.
CREATE TABLE texts (
    document INTEGER NOT NULL PRIMARY KEY REFERENCES documents (num),
    text     TEXT    NOT NULL
);
-- Which texts hold three characters in a row; where they stand is not kept.
CREATE VIRTUAL TABLE text_index USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram');

-- Which tenants see an item, and whether any tenant holds a document.
CREATE INDEX members_item ON members (item, document);

INSERT INTO counters (name, value) VALUES ('texts', 0);

-- Times in which a source was not polled completely.
CREATE TABLE gaps (
    tenant INTEGER NOT NULL REFERENCES tenants (num),
    source TEXT    NOT NULL,
    since  BIGINT  NOT NULL,
    until  BIGINT  NOT NULL,
    PRIMARY KEY (tenant, source, since)
) WITHOUT ROWID;

-- +goose Down
SELECT 1;
