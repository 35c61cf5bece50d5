-- SQLite keeps in each file whose it is: this is "CReg" (0x43526567), by which
-- a registry is told from other programs' databases before anything is written.

-- +goose Up
PRAGMA application_id = 1129473383;
