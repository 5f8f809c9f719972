-- +goose Up
-- What an archive is, beside what it holds: "demo" for that of a demonstration.
CREATE TABLE traits (
    name TEXT   NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL
);

-- +goose Down
SELECT 1;
