-- The region whose numbers people write without a country code, like DE, chosen at the setup. The
-- flag --phone-region is used in its place where it is given. No row means none.

-- +goose Up
CREATE TABLE phone_region (
	id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
	region TEXT NOT NULL CHECK (length(region) = 2)
) STRICT;
