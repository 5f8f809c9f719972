-- +goose Up
-- What pages inside say by themselves about services that work or fail, counted by
-- minute. Nobody and no machine is in it. minute counts from 1970 UTC; site is "" for
-- those that named none. With a term.
CREATE TABLE beacons (
    tenant  BIGINT NOT NULL REFERENCES tenants (num),
    minute  BIGINT NOT NULL,
    service TEXT   NOT NULL,
    site    TEXT   NOT NULL,
    fine    BIGINT NOT NULL,
    failed  BIGINT NOT NULL,
    PRIMARY KEY (tenant, minute, service, site)
);

-- +goose Down
SELECT 1;
