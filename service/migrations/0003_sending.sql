-- How far messages of devices came on their way out. `ident` is a hash of what tells a repeat (the ClientId, or before
-- 14.0 the message itself); no address and no content is kept.
DROP TABLE sent;
CREATE TABLE sent (
    account BIGINT NOT NULL,
    device BIGINT NOT NULL,
    ident BLOB NOT NULL,
    state TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, device, ident)
);
CREATE INDEX sent_at ON sent (at);
