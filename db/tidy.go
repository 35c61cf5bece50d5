package db

import (
	"context"
	"time"
)

// tidiedAtOnce limits how many rows of a kind one transaction of Tidy removes.
const tidiedAtOnce = 500

// expiringRows is a kind of rows that expire: those whose at is not between from and to. Later ones
// come from a time when the clock was wrong.
type expiringRows struct {
	table, key, at string
	from, to       time.Time
}

func (d *DB) expiringRowsAt(now time.Time) []expiringRows {
	longest := max(InvitationLife, ResetLife)
	return []expiringRows{
		{"sessions", "id", "last_used_at", now.Add(-d.idle), now},
		{"sessions", "id", "created_at", now.Add(-d.max), now},
		{"half_sign_ins", "id", "expires_at", now, now.Add(HalfSignInLife)},
		{"sign_in_attempts", "key", "max(since, ifnull(locked_until, ''))", now.Add(-attemptWindow), now.Add(attemptWindow)},
		{"devices", "id", "expires_at", now, now.Add(DeviceLife)},
		{"user_links", "id", "expires_at", now, now.Add(longest)},
		{"requests", "user_id, made, request_id", "created_at", now.AddDate(0, 0, -7), now},
		{"idempotency_keys", "token_id, key", "created_at", now.Add(-keyRetention), now},
		{"selections", "user_id, id", "created_at", now.Add(-SelectionLife), now},
		{"saved_views", "id", "deleted_at", now.Add(-savedViewRetention), now},
		{"deliveries", "number", "created_at", now.Add(-deliveryRetention), now},
		{
			"tokens", "id", "min(ifnull(revoked_at, expires_at), ifnull(expires_at, revoked_at))",
			now.Add(-tokenRetention), now.AddDate(maxTokenYears, 0, 1),
		},
	}
}

// Tidy removes some expired rows: sessions, half sign-ins, wrong attempts, known browsers, links,
// request IDs, idempotency keys, selections, deleted saved views, and old tokens and deliveries. more is true if
// there may be others. It records nothing, and returns Damaged if the file is known to be damaged.
func (d *DB) Tidy(ctx context.Context) (more bool, err error) {
	if err := d.refuseDamaged(); err != nil {
		return false, err
	}
	for _, p := range d.expiringRowsAt(d.now().UTC()) {
		over := "SELECT " + p.key + " FROM " + p.table + " WHERE " + p.at + " NOT BETWEEN ? AND ? LIMIT ?"
		from, to := stamp(p.from), stamp(p.to.Add(ClockSlack))
		var any bool // look before taking the writer
		if err := d.reader.QueryRowContext(ctx, "SELECT EXISTS ("+over+")", from, to, 1).Scan(&any); err != nil || !any {
			if err != nil {
				return false, err
			}
			continue
		}
		err := d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
			n, err := t.Exec("DELETE FROM "+p.table+" WHERE ("+p.key+") IN ("+over+")", from, to, tidiedAtOnce)
			more = more || n == tidiedAtOnce
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return more, nil
}
