-- The schema of version 7, as the migrations for SQLite have made it.
--
-- Everything is keyed by account first and partitioned by it: tables of one account lie in partitions of the same
-- number. `account` and `counter` are whole, since a login name and a number are unique among all.
-- Times are UTC epoch seconds. Sets of ids are compressed bitmaps. Nothing holds content or a password.

CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    hierarchy_seq BIGINT NOT NULL DEFAULT 0,
    last_folder BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE device (
    id BIGINT NOT NULL,
    account BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_agent TEXT,
    protocol TEXT,
    policy_key BIGINT,
    offered_key BIGINT,
    info TEXT,
    access TEXT NOT NULL DEFAULT 'allowed',
    wipe TEXT,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    grace BIGINT NOT NULL DEFAULT 60,
    doubts_founded BIGINT NOT NULL DEFAULT 0,
    doubts_unfounded BIGINT NOT NULL DEFAULT 0,
    offered_version TEXT,
    PRIMARY KEY (account, id),
    UNIQUE (account, name, kind)
) PARTITION BY HASH (account);
CREATE INDEX device_id ON device (id);

-- One folder. `seq` counts the changes of its items, `stamp` whatever was written to it (R11).
CREATE TABLE folder (
    account BIGINT NOT NULL,
    no BIGINT NOT NULL,
    parent BIGINT NOT NULL,
    name TEXT NOT NULL,
    class TEXT NOT NULL,
    role TEXT NOT NULL,
    reference TEXT,
    identity TEXT,
    changed BIGINT NOT NULL,
    removed BIGINT NOT NULL DEFAULT 0,
    seq BIGINT NOT NULL DEFAULT 0,
    last_item BIGINT NOT NULL DEFAULT 0,
    stamp BIGINT NOT NULL DEFAULT 0,
    token TEXT,
    wanted BIGINT,
    indexed BIGINT,
    PRIMARY KEY (account, no)
) PARTITION BY HASH (account);

-- One item, or the tombstone of one.
CREATE TABLE item (
    account BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    item BIGINT NOT NULL,
    reference TEXT NOT NULL,
    version TEXT NOT NULL,
    time BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_by BIGINT,
    removed BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account, folder, item)
) PARTITION BY HASH (account);
CREATE UNIQUE INDEX item_reference ON item (account, folder, reference) WHERE removed = 0;
CREATE UNIQUE INDEX item_changed ON item (account, folder, changed);
CREATE INDEX item_place ON item (account, folder, time, item) WHERE removed = 0;

-- Ids whose tombstones were collected, by the folder's number when that was done.
CREATE TABLE gone (
    account BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    items BYTEA NOT NULL,
    PRIMARY KEY (account, folder, seq)
) PARTITION BY HASH (account);

-- What a device syncs. Folder 0 is the hierarchy itself.
CREATE TABLE collection (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    made BIGINT NOT NULL DEFAULT 0,
    newest BIGINT NOT NULL DEFAULT 0,
    uploads BIGINT NOT NULL DEFAULT 0,
    options TEXT,
    supported TEXT,
    properties TEXT,
    PRIMARY KEY (account, device, folder)
) PARTITION BY HASH (account);

-- The answers that a device may have taken, each with its cursor.
CREATE TABLE answer (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    number BIGINT NOT NULL,
    lineage BIGINT NOT NULL,
    key TEXT NOT NULL,
    taken BIGINT NOT NULL DEFAULT 0,
    proof TEXT NOT NULL,
    written BIGINT NOT NULL,
    uploads TEXT NOT NULL DEFAULT '',
    seen BIGINT NOT NULL,
    cutoff BIGINT NOT NULL,
    known BYTEA NOT NULL,
    skipped BYTEA,
    filling BIGINT NOT NULL,
    filled_time BIGINT NOT NULL,
    filled_item BIGINT NOT NULL,
    PRIMARY KEY (account, device, folder, number)
) PARTITION BY HASH (account);

-- What devices uploaded: written before the backend is touched, kept for the key and the one before.
CREATE TABLE upload (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    ident TEXT NOT NULL,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    state TEXT NOT NULL,
    older BIGINT NOT NULL DEFAULT 0,
    item BIGINT,
    told_all BIGINT NOT NULL,
    expected_item TEXT,
    expected_version TEXT,
    name TEXT,
    PRIMARY KEY (account, device, folder, ident)
) PARTITION BY HASH (account);
CREATE INDEX upload_begun ON upload (account, folder) WHERE state = 'begun';

-- Items that could not be sent.
CREATE TABLE skipped (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    item BIGINT NOT NULL,
    reason TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (account, device, folder, item)
) PARTITION BY HASH (account);

-- Where devices moved items.
CREATE TABLE moved (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    item BIGINT NOT NULL,
    to_folder BIGINT NOT NULL,
    to_item BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, device, folder, item)
) PARTITION BY HASH (account);

-- The last Ping's parameters and the last full Sync request.
CREATE TABLE remembered (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    heartbeat BIGINT,
    folders TEXT,
    sync BYTEA,
    PRIMARY KEY (account, device)
) PARTITION BY HASH (account);

-- What a device was told of an item: 16-bit fingerprints of its properties, only where conflicts are settled by
-- merging.
CREATE TABLE told (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    lineage BIGINT NOT NULL,
    item BIGINT NOT NULL,
    number BIGINT NOT NULL,
    print BYTEA NOT NULL,
    PRIMARY KEY (account, device, folder, lineage, item, number)
) PARTITION BY HASH (account);

-- How far messages of devices came on their way out. `ident` is a hash of what tells a repeat.
CREATE TABLE sent (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    ident BYTEA NOT NULL,
    state TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, device, ident)
) PARTITION BY HASH (account);
CREATE INDEX sent_at ON sent (at);

-- Numbers of devices are never used again.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('device', 0);

DO $$
DECLARE
    whole TEXT;
BEGIN
    FOREACH whole IN ARRAY ARRAY[
        'device',
        'folder',
        'item',
        'gone',
        'collection',
        'answer',
        'upload',
        'skipped',
        'moved',
        'remembered',
        'told',
        'sent'
    ] LOOP
        FOR part IN 0..7 LOOP
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 8, REMAINDER %s)',
                whole || '_' || part, whole, part
            );
        END LOOP;
    END LOOP;
END
$$;
