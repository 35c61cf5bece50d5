package db

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// FeedEntry is a change of a client, a link, an interaction or a follow-up, as a program reads it.
type FeedEntry struct {
	Action, TargetType, TargetID string
	OrganizationID, ContactID    string // those concerned, as far as the reader sees them; both ends of a link
	At                           time.Time
}

// LeftSight is the action of an entry that says that a record has left the reader's sight. The entry
// has only its target.
const LeftSight = "left_sight"

// Feed is a part of the change feed.
type Feed struct {
	Entries []FeedEntry
	Cursor  string // continues after this part
	More    bool   // the log goes on, perhaps without anything for the reader
}

// feedStep is the largest number of audit rows that a part of the feed covers.
const feedStep = 5000

// ChangeFeed returns the changes after a cursor, oldest first, that the actor may see now. From the
// row of the log that takes a record out of their sight, it returns LeftSight. A part ends after n
// entries or a few more, because those of one row stay together, or after feedStep rows of the log.
// Without a cursor it returns that of the newest row. It returns Invalid for a cursor that this
// registry did not make, or of rows that a restored copy does not have.
func (d *DB) ChangeFeed(ctx context.Context, by Actor, after string, n int) (Feed, error) {
	feed, err := d.changeFeed(ctx, by, after, n)
	if err != nil {
		return Feed{}, fmt.Errorf("change feed: %w", err)
	}
	return feed, nil
}

func (d *DB) changeFeed(ctx context.Context, by Actor, after string, n int) (feed Feed, err error) {
	if err := ViewClients.Refuse(by); err != nil {
		return feed, err
	}
	var newest int64
	if err := d.reader.QuickQueryRow(ctx, "SELECT ifnull(max(seq), 0) FROM audit_logs").Scan(&newest); err != nil {
		return feed, err
	}
	if after == "" {
		feed.Cursor, err = d.feedCursor(ctx, newest)
		return feed, err
	}
	from, err := d.readFeedCursor(ctx, after)
	if err != nil || from == newest {
		feed.Cursor = after
		return feed, err
	}
	to := min(newest, from+feedStep)
	rows, err := d.feedRows(ctx, by, from, to, n)
	if err != nil {
		return feed, err
	}
	if len(rows) == n {
		to = rows[n-1].seq
	}
	past := d.pastSight(ctx, by)
	for i, r := range rows {
		if r.seen {
			feed.Entries = append(feed.Entries, r.FeedEntry)
		}
		if r.mayHide {
			if feed.Entries, err = past.addDeparted(feed.Entries, r); err != nil {
				return feed, err
			}
		}
		if len(feed.Entries) >= n && i+1 < len(rows) {
			to = r.seq
			break
		}
	}
	feed.More = to < newest
	feed.Cursor, err = d.feedCursor(ctx, to)
	return feed, err
}

// feedRow is a row of the audit log that the feed may have entries from.
type feedRow struct {
	FeedEntry
	seq     int64
	seen    bool // by its reader
	mayHide bool // it may have taken records out of their sight
}

// feedRows returns the first n rows after from, up to the row to, that may have entries.
func (d *DB) feedRows(ctx context.Context, by Actor, from, to int64, n int) ([]feedRow, error) {
	const organization, contact = "json_extract(metadata, '$.organization_id')", "json_extract(metadata, '$.contact_id')"
	seen, hides := by.seesEntry(), by.mayLoseSight()
	seesOrganization, seesContact := by.seesOrganization(organization), by.seesContact(contact)
	var args []any
	for _, c := range []condition{seesOrganization, seesContact, seen, hides} {
		args = append(args, c.args...)
	}
	args = append(args, from, to)
	either := seen.or(hides)
	rows, err := d.reader.Query(ctx, `
		SELECT seq, action, target_type, ifnull(target_id, ''),
			iif(target_type = 'organization', target_id, iif(`+seesOrganization.sql+`, `+organization+`, NULL)),
			iif(target_type = 'contact', target_id, iif(`+seesContact.sql+`, `+contact+`, NULL)),
			created_at, ifnull(`+seen.sql+`, 0), ifnull(`+hides.sql+`, 0)
		FROM audit_logs
		WHERE seq > ? AND seq <= ? AND +action IN `+changingClients+` AND `+either.sql+`
		ORDER BY seq
		LIMIT ?`, append(append(args, either.args...), n)...)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (f feedRow, err error) {
		err = r.Scan(&f.seq, &f.Action, &f.TargetType, &f.TargetID, nullText{&f.OrganizationID}, nullText{&f.ContactID},
			moment{&f.At}, &f.seen, &f.mayHide)
		return f, err
	})
}

// feedPurpose is the purpose for which cursors are sealed.
const feedPurpose = "cursor of the change feed"

// feedCursor returns the cursor after a row. It has the row's hash, too, because after a restore
// another row can have the same seq.
func (d *DB) feedCursor(ctx context.Context, seq int64) (string, error) {
	key, hash, err := d.feedKey(ctx, seq)
	if err != nil {
		return "", err
	}
	sealed, err := secrets.Seal(key, strconv.FormatInt(seq, 10)+" "+hash, feedPurpose)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// readFeedCursor returns the seq in a cursor.
func (d *DB) readFeedCursor(ctx context.Context, cursor string) (seq int64, err error) {
	key, _, err := d.feedKey(ctx, 0)
	if err != nil {
		return 0, err
	}
	var plain string
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil {
		plain, err = secrets.Unseal(key, sealed, feedPurpose)
	}
	if err != nil {
		return 0, invalid("after", "This cursor was not made by this registry. Send one as it was answered, or start again without after")
	}
	number, hash, _ := strings.Cut(plain, " ")
	if seq, err = strconv.ParseInt(number, 10, 64); err != nil {
		return 0, err
	}
	_, stored, err := d.feedKey(ctx, seq)
	if err == nil && stored != hash {
		err = invalid("after", "The registry was restored from an older copy. Start again without after, and read everything")
	}
	return seq, err
}

// feedKey returns the key of cursors, and the beginning of the hash of a row, "" if there is none.
func (d *DB) feedKey(ctx context.Context, seq int64) (key []byte, hash string, err error) {
	err = d.reader.QuickQueryRow(ctx, `
		SELECT key, ifnull((SELECT substr(hash, 1, 16) FROM audit_logs WHERE seq = ?), '')
		FROM cursor_key`, seq).Scan(&key, &hash)
	return key, hash, err
}
