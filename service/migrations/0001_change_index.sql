-- Ids, versions, sequence numbers and device records; never content, never a password.
-- Everything is keyed by account first. Times are UTC epoch seconds. Sets of ids are compressed bitmaps.

CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    hierarchy_seq BIGINT NOT NULL DEFAULT 0,
    last_folder BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE device (
    id BIGINT NOT NULL PRIMARY KEY,
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
    UNIQUE (account, name, kind)
);

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
);

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
);
CREATE UNIQUE INDEX item_reference ON item (account, folder, reference) WHERE removed = 0;
CREATE UNIQUE INDEX item_changed ON item (account, folder, changed);
CREATE INDEX item_place ON item (account, folder, time, item) WHERE removed = 0;

-- Ids whose tombstones were collected, by the folder's number when that was done.
CREATE TABLE gone (
    account BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    items BLOB NOT NULL,
    PRIMARY KEY (account, folder, seq)
);

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
    PRIMARY KEY (account, device, folder)
);

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
    known BLOB NOT NULL,
    skipped BLOB,
    filling BIGINT NOT NULL,
    filled_time BIGINT NOT NULL,
    filled_item BIGINT NOT NULL,
    PRIMARY KEY (account, device, folder, number)
);

-- What devices uploaded: written before the backend is touched, kept for the key and the one before.
CREATE TABLE upload (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    ident TEXT NOT NULL,
    number BIGINT NOT NULL,
    hash BLOB NOT NULL,
    state TEXT NOT NULL,
    older BIGINT NOT NULL DEFAULT 0,
    item BIGINT,
    told_all BIGINT NOT NULL,
    expected_item TEXT,
    expected_version TEXT,
    PRIMARY KEY (account, device, folder, ident)
);
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
);

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
);

-- The last Ping's parameters and the last full Sync request.
CREATE TABLE remembered (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    heartbeat BIGINT,
    folders TEXT,
    sync BLOB,
    PRIMARY KEY (account, device)
);

-- ClientIds of sent messages.
CREATE TABLE sent (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    done BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, device, client_id)
);
