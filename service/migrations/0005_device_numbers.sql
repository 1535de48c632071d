-- Numbers of devices are never used again: what a removed device left behind (changes that it made) is not taken for
-- another's.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) SELECT 'device', COALESCE(MAX(id), 0) FROM device;
