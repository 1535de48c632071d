-- The newest protocol version that was on offer when the device was last told: a newer one is announced to it once.
ALTER TABLE device ADD COLUMN offered_version TEXT;
