-- +goose Up
-- Results of probes from seats and from the server, with a term. body is JSON.
CREATE TABLE probes (
    id          TEXT   NOT NULL PRIMARY KEY,
    tenant      BIGINT NOT NULL REFERENCES tenants (num),
    at          BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    seat        TEXT   NOT NULL,
    network     TEXT   NOT NULL,
    origin      TEXT   NOT NULL,
    author      TEXT   NOT NULL,
    cause       TEXT   NOT NULL,
    body        TEXT   NOT NULL
);
CREATE INDEX probes_received ON probes (tenant, received_at);

-- One-time codes by which a seat sends a result, by their hashes.
CREATE TABLE probe_codes (
    hash     BYTEA  NOT NULL PRIMARY KEY,
    tenant   BIGINT NOT NULL REFERENCES tenants (num),
    author   TEXT   NOT NULL,
    ends_at  BIGINT NOT NULL
);

-- +goose Down
SELECT 1;
