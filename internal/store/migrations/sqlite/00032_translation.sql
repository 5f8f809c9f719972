-- +goose Up
-- Translation memory. A segment is a sentence of the provider's that no phrase
-- book knows, once for all tenants, under the hash of its words. Which documents
-- hold it says where it stands; which tenants have a document says who has seen
-- it. document is the number of a document of the archive.
CREATE TABLE segments (
    num     INTEGER PRIMARY KEY,
    key     BLOB   NOT NULL UNIQUE,
    text    TEXT    NOT NULL,
    seen_at BIGINT  NOT NULL
);

-- Documents that were cut into segments. at is when the provider wrote it, as far
-- as that can be; a private one is known and nothing of it is kept.
CREATE TABLE cut_documents (
    document BIGINT  NOT NULL PRIMARY KEY,
    item     INTEGER  NOT NULL REFERENCES items (num),
    private  BOOLEAN NOT NULL,
    at       BIGINT  NOT NULL,
    cut_at   BIGINT  NOT NULL
) WITHOUT ROWID;

CREATE TABLE segment_documents (
    segment  INTEGER NOT NULL REFERENCES segments (num),
    document BIGINT  NOT NULL REFERENCES cut_documents (document),
    PRIMARY KEY (segment, document)
) WITHOUT ROWID;
CREATE INDEX segment_documents_document ON segment_documents (document);

CREATE TABLE document_tenants (
    document BIGINT  NOT NULL REFERENCES cut_documents (document),
    tenant   INTEGER NOT NULL REFERENCES tenants (num),
    n        INTEGER NOT NULL,
    seen_at  BIGINT  NOT NULL,
    PRIMARY KEY (document, tenant)
) WITHOUT ROWID;
CREATE INDEX document_tenants_tenant ON document_tenants (tenant, document);

-- What is said for a segment. class is human or engine. tenant is the number of
-- the tenant that a person wrote it for, 0 for all that have seen the source.
CREATE TABLE memory (
    segment    INTEGER NOT NULL REFERENCES segments (num),
    language   TEXT    NOT NULL,
    class      TEXT    NOT NULL,
    tenant     BIGINT  NOT NULL,
    text       TEXT    NOT NULL,
    engine     TEXT    NOT NULL,
    model      TEXT    NOT NULL,
    glossary   BIGINT  NOT NULL,
    reviewer   TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (segment, language, class, tenant)
) WITHOUT ROWID;
CREATE INDEX memory_human ON memory (language, created_at) WHERE class = 'human';

-- What an engine is to be asked, the newest first. state is open or closed: a
-- closed one has got an answer that failed a check, and stays in English.
CREATE TABLE translation_wants (
    language   TEXT    NOT NULL,
    segment    INTEGER NOT NULL REFERENCES segments (num),
    state      TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    since      BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    epoch      BIGINT  NOT NULL,
    tries      INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    engine     TEXT    NOT NULL,
    answer     TEXT    NOT NULL,
    PRIMARY KEY (language, segment)
) WITHOUT ROWID;
CREATE INDEX translation_wants_open ON translation_wants (language, at) WHERE state = 'open';

-- What a day brought: day is YYYY-MM-DD, counts are characters but for calls,
-- failures and refused answers. Rows without an engine count what none had to be asked.
CREATE TABLE translation_days (
    day      TEXT   NOT NULL,
    engine   TEXT   NOT NULL,
    language TEXT   NOT NULL,
    sent     BIGINT NOT NULL,
    billed   BIGINT NOT NULL,
    calls    BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    refused  BIGINT NOT NULL,
    book     BIGINT NOT NULL,
    memory   BIGINT NOT NULL,
    PRIMARY KEY (day, engine, language)
) WITHOUT ROWID;

-- Words with the translation that the desk wants; without a language, words that
-- are never translated. fold is the word in lower case.
CREATE TABLE glossary (
    language   TEXT   NOT NULL,
    fold       TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (language, fold)
) WITHOUT ROWID;

-- Translations that readers found bad. line is the translation that they saw.
CREATE TABLE translation_reports (
    tenant      INTEGER NOT NULL REFERENCES tenants (num),
    segment     INTEGER NOT NULL REFERENCES segments (num),
    language    TEXT    NOT NULL,
    reporter    TEXT    NOT NULL,
    line        TEXT    NOT NULL,
    note        TEXT    NOT NULL,
    reported_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant, segment, language, reporter)
) WITHOUT ROWID;

-- Revisions: of each language, and of the glossary.
INSERT INTO counters (name, value) VALUES
    ('translation.fr', 0), ('translation.ja', 0), ('translation.es', 0), ('translation.de', 0), ('translation.glossary', 0);

-- +goose Down
SELECT 1;
