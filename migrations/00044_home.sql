-- Which cards of Home somebody hid, by their names with commas, and which saved views they put there: ids of
-- saved ones, or names of those that come with the program.

-- +goose Up
CREATE TABLE home_cards (
	user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
	hidden TEXT NOT NULL CHECK (length(hidden) <= 200 AND instr(hidden, char(0)) = 0),
	views TEXT NOT NULL CHECK (length(views) <= 200 AND instr(views, char(0)) = 0)
) STRICT, WITHOUT ROWID;
