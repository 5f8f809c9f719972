-- +goose Up
-- What the services of a tenant carry: every version as a whole, as JSON.
CREATE TABLE business_maps (
    tenant  BIGINT NOT NULL REFERENCES tenants (num),
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    by_name TEXT   NOT NULL,
    content TEXT   NOT NULL,
    PRIMARY KEY (tenant, version)
);

-- +goose Down
SELECT 1;
