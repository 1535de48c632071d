-- Two-way classes. What a device may clear without a word, the name that a new item was begun under, and what a
-- device was told of an item: 16-bit fingerprints of its properties, only where conflicts are settled by merging.

ALTER TABLE collection ADD COLUMN properties TEXT;

ALTER TABLE upload ADD COLUMN name TEXT;

CREATE TABLE told (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    lineage BIGINT NOT NULL,
    item BIGINT NOT NULL,
    number BIGINT NOT NULL,
    print BLOB NOT NULL,
    PRIMARY KEY (account, device, folder, lineage, item, number)
);
