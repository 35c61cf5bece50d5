package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// DemoSizes are the names that Demo knows, from the smallest.
var DemoSizes = []string{"s", "m", "l"}

var demoSizes = map[string]struct {
	organizations, contacts, interactions int
	batch                                 int // rows a transaction
	cache                                 int // KiB of the file that the writer keeps in memory, 0 for SQLite's own
}{
	"s": {1_000, 3_000, 10_000, math.MaxInt, 0},
	"m": {50_000, 150_000, 1_000_000, 50_000, 32_000},
	"l": {500_000, 1_500_000, 10_000_000, 50_000, 32_000},
}

// While a large sample is filled the writer keeps more of the file in memory,
// writes each page once instead of to the log first, does not wait for the disk,
// and leaves out checks that hold for size s, made by the same code with all of
// them: it is whole or thrown away.
const (
	inHaste = "PRAGMA cache_size = -%d; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA threads = 4"
	asUsual = "PRAGMA cache_size = -2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; PRAGMA threads = 0"
)

// Demo fills a registry without clients with a sample: organizations, contacts,
// links and a year of interactions up to now, with the history that the verbs
// would have left, and four colleagues who cannot sign in. The same size, seed,
// clock and users give the same rows. Clients belong to the users who were there
// and to the colleagues. progress, if not nil, hears now and then how much of how
// much is done; it must not call d.
//
// A registry that holds an organization, a contact or an interaction, and an
// unknown size, are refused with Invalid. Size s is one transaction: it is there
// whole or not at all. The others are too large for one; where one of them stops
// midway the error says that the file is to be thrown away, and so it is where the
// process was killed.
func (d *DB) Demo(ctx context.Context, by Actor, size string, seed uint64, progress func(done, total int)) (err error) {
	if err := RunRegistry.Refuse(by); err != nil {
		return err
	}
	n, ok := demoSizes[size]
	if !ok {
		return invalid("size", "Choose one of the sizes %s", strings.Join(DemoSizes, ", "))
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	if err := d.refuseInUse(d.reader.queryRow(ctx, selectInUse)); err != nil {
		return fmt.Errorf("sample data: %w", err)
	}
	f := &filler{
		d: d, ctx: ctx, size: size, batch: n.batch, progress: progress, stop: make(chan struct{}),
		plan: demoPlan{
			seed: seed, now: d.now().UTC().Truncate(time.Millisecond), tongues: slices.Concat(tonguesOfTheWest(), tonguesOfOtherScripts()),
			interactions: n.interactions, organizations: make([]demoOrganization, n.organizations), contacts: make([]demoContact, n.contacts),
		},
	}
	f.plan.make()
	// First the records and then their history: what is sorted for an index lies together in the file.
	f.stages = []demoStage{
		f.begin, f.fill(func(s demoSink) { (&demoRecords{demoText: f.text(), demoSink: s}).run() }), f.mergeWords, f.restore(&f.dropped),
		f.fill(func(s demoSink) { (&demoHistory{demoText: f.text(), demoSink: s, last: f.last}).run() }), f.restore(&f.droppedOfHistory), f.finish,
	}
	defer f.close()
	if err := f.prepare(); err != nil {
		return fmt.Errorf("sample data: %w", err)
	}
	if n.cache > 0 {
		defer func() { err = errors.Join(err, d.hurry(context.Background(), asUsual, readers)) }()
		if err := d.hurry(ctx, fmt.Sprintf(inHaste, n.cache), 0); err != nil {
			return err
		}
	}
	for committed := false; len(f.stages) > 0; committed = true {
		if err := d.write(ctx, by, RunRegistry, f.transaction); err != nil {
			if committed {
				err = fmt.Errorf("it stopped midway and %s is of no use now, delete the file and start again: %w", d.path, err)
			}
			return fmt.Errorf("sample data: %w", err)
		}
	}
	return nil
}

// hurry sets the writer, which is one connection, and how many of the others stay
// open: how the file is journaled changes only while there is none.
func (d *DB) hurry(ctx context.Context, settings string, others int) error {
	d.reader.SetMaxIdleConns(others)
	d.sessions.watch.SetMaxIdleConns(min(others, 1))
	if _, err := d.writer.ExecContext(ctx, settings); err != nil {
		return fmt.Errorf("sample data: %w", err)
	}
	return nil
}

const selectInUse = "SELECT EXISTS (SELECT 1 FROM organizations) OR EXISTS (SELECT 1 FROM contacts) OR EXISTS (SELECT 1 FROM interactions)"

func (d *DB) refuseInUse(r row) error {
	var used bool
	if err := r.Scan(&used); err != nil {
		return err
	}
	if used {
		return invalid("database", "%s holds clients already; fill a new file, named with --db", d.path)
	}
	return nil
}

// demoStage is a part of the filling, done bit by bit within transactions. It
// returns what the bit cost, in rows, and whether more is left.
type demoStage func() (cost int, more bool, err error)

// filler writes the plan into the registry. A second goroutine puts the plan
// into words and seals its history meanwhile: that is a third of the work.
type filler struct {
	d        *DB
	ctx      context.Context
	t        *tx
	size     string
	batch    int
	progress func(done, total int)
	plan     demoPlan
	users    demoUsers
	last     auditLink     // of what was there before
	stop     chan struct{} // closed when no more chunks are wanted

	stages                    []demoStage
	prepared                  map[string]*sql.Stmt
	bound                     map[string]*sql.Stmt // in the transaction
	dropped, droppedOfHistory []string             // indexes and triggers, to make again
	done                      int
}

func (f *filler) text() demoText { return demoText{&f.plan, &f.users} }

// total is how many records there are to write and to tell the history of.
func (f *filler) total() int {
	return 2 * (len(f.plan.organizations) + len(f.plan.contacts) + f.plan.interactions)
}

var (
	insertDemoOrganization = insertDemoRecord(OrganizationKind, "contacts_count")
	insertDemoContact      = insertDemoRecord(ContactKind, "organization_name_key")
)

// insertDemoRecord puts in what demoRow returns; related is the column of the kind's own key.
func insertDemoRecord(k *RecordKind, related string) string {
	columns := slices.Concat([]string{"id"}, k.FieldColumns(nil), []string{
		"is_active", "created_at", "updated_at", "version", "sort_key", "last_contact_at", "last_contact_channel", "owner_name_key", related, "docid",
	})
	return "INSERT INTO " + k.Plural + " (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
}

const (
	insertDemoUser = `
		INSERT INTO users (id, email, full_name, status, time_zone, created_at, updated_at)
		VALUES (?, ?, ?, 'active', ?, ?, ?)`
	insertDemoLink = `
		INSERT INTO organization_contact (organization_id, contact_id, role_label, relationship_status, version)
		VALUES (?, ?, ?, ?, ?)`
	insertDemoInteraction = `
		INSERT INTO interactions (id, organization_id, contact_id, user_id, channel, subject, body, outcome, happened_at, created_at, docid)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	insertDemoFollowUp = `
		INSERT INTO follow_ups (id, interaction_id, text, due_on, assignee_id, done_at, done_by, created_by, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	insertDemoTally       = "INSERT INTO tally (kind, quarter, n) VALUES (?, ?, ?)"
	insertDemoOwnerTally  = "INSERT INTO owner_tally (owner_user_id, n) VALUES (?, ?)"
	indexDemoOrganization = "INSERT INTO organization_search (docid, words) VALUES (?, ?)"
	indexDemoContact      = "INSERT INTO contact_search (docid, words, organizations) VALUES (?, ?, ?)"
	indexDemoInteraction  = "INSERT INTO interaction_search (docid, words) VALUES (?, ?)"
)

// demoInserts are the statements in the order in which the rows of a chunk are
// written: what is referred to comes first. The last ones write into indexes of
// words, one row a statement: a statement of many would end a piece of the index.
var demoInserts = []string{
	insertDemoUser, insertDemoOrganization, insertDemoContact, insertDemoLink, insertDemoInteraction, insertDemoFollowUp,
	insertDemoTally, insertDemoOwnerTally, insertAudit, indexDemoOrganization, indexDemoContact, indexDemoInteraction,
}

// demoRowsAtOnce is how many rows one statement inserts, where there are as many.
const demoRowsAtOnce = 20

// insertMany is an insert of demoRowsAtOnce rows, "" into an index of words. Where
// it fails the transaction ends: to take back some of its rows only, SQLite would
// have to end a piece of the index, too.
func insertMany(query string) string {
	if strings.Contains(query, "_search ") {
		return ""
	}
	return strings.Replace(query, "INSERT", "INSERT OR ROLLBACK", 1) + strings.Repeat(","+query[strings.LastIndexByte(query, '('):], demoRowsAtOnce-1)
}

func (f *filler) prepare() error {
	f.prepared, f.bound = map[string]*sql.Stmt{}, map[string]*sql.Stmt{}
	for _, one := range demoInserts {
		for _, query := range []string{one, insertMany(one)} {
			if query == "" {
				continue
			}
			s, err := f.d.writer.PrepareContext(f.ctx, query)
			if err != nil {
				return err
			}
			f.prepared[query] = s
		}
	}
	return nil
}

func (f *filler) close() {
	close(f.stop)
	for _, s := range f.prepared {
		s.Close()
	}
}

// transaction does one batch of what is left.
func (f *filler) transaction(t *tx) error {
	f.t = t
	for query, s := range f.prepared {
		f.bound[query] = t.StmtContext(f.ctx, s)
	}
	t.recorded++
	for cost := 0; cost < f.batch && len(f.stages) > 0; {
		c, more, err := f.stages[0]()
		if err != nil {
			if f.ctx.Err() != nil { // then the transaction is gone, and says only that
				err = f.ctx.Err()
			}
			return err
		}
		if cost += c; !more {
			f.stages = f.stages[1:]
		}
	}
	return nil
}

// put writes rows of one statement. The context is looked at between chunks: the
// driver would start a goroutine for each statement to watch it.
func (f *filler) put(one string, rows [][]any) error {
	for many := insertMany(one); many != "" && len(rows) >= demoRowsAtOnce; rows = rows[demoRowsAtOnce:] {
		// As a query, because the driver then hands all values over at once.
		done, err := f.bound[many].QueryContext(context.Background(), slices.Concat(rows[:demoRowsAtOnce]...)...)
		if err != nil {
			return err
		}
		done.Next()
		if err := errors.Join(done.Err(), done.Close()); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if _, err := f.bound[one].ExecContext(context.Background(), row...); err != nil {
			return err
		}
	}
	return nil
}

// grown are the indexes into which the rows come in order, or nearly so. They
// are kept: sorting the history afterwards would read all of it for each.
var grown = []string{"audit_logs_created_at", "audit_logs_user", "audit_logs_user_action", "audit_logs_action", "audit_logs_target", "interactions_docid"}

// begin refuses a registry that is in use, makes the colleagues, and takes the
// other indexes and the triggers away: filling a table first and sorting once is
// several times faster, and what the triggers keep comes with the rows.
func (f *filler) begin() (cost int, more bool, err error) {
	if err := f.d.refuseInUse(f.t.queryRow(selectInUse)); err != nil {
		return 0, false, err
	}
	if f.last, err = f.t.lastAudit(); err != nil {
		return 0, false, err
	}
	if err := f.makeUsers(); err != nil {
		return 0, false, err
	}
	rows, err := f.t.query(`
		SELECT type, name, tbl_name, sql FROM sqlite_schema
		WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN ('organizations', 'contacts', 'organization_contact', 'interactions', 'audit_logs')
		ORDER BY rowid`)
	all, err := collect(rows, err, func(r row) (x struct{ kind, name, table, sql string }, err error) {
		err = r.Scan(&x.kind, &x.name, &x.table, &x.sql)
		return x, err
	})
	if err != nil {
		return 0, false, err
	}
	for _, x := range all {
		if slices.Contains(grown, x.name) {
			continue
		}
		if _, err := f.t.ExecContext(f.ctx, "DROP "+x.kind+" "+x.name); err != nil {
			return 0, false, err
		}
		if x.table == "audit_logs" {
			f.droppedOfHistory = append(f.droppedOfHistory, x.sql)
		} else {
			f.dropped = append(f.dropped, x.sql)
		}
	}
	return 1, false, nil
}

// fill writes what run sends, chunk by chunk.
func (f *filler) fill(run func(demoSink)) demoStage {
	var chunks chan demoChunk
	return func() (cost int, more bool, err error) {
		if chunks == nil {
			chunks = make(chan demoChunk, 4)
			go func() {
				defer close(chunks)
				run(demoSink{out: chunks, stop: f.stop})
			}()
		}
		c, more := <-chunks
		for _, query := range demoInserts {
			if err := f.put(query, c.rows[query]); err != nil {
				return 0, false, err
			}
		}
		f.done += c.records
		f.progress(f.done, f.total())
		return c.size, more, f.ctx.Err()
	}
}

// restore makes one index or trigger anew; in a large sample that is a transaction of its own.
func (f *filler) restore(dropped *[]string) demoStage {
	return func() (cost int, more bool, err error) {
		if _, err := f.t.ExecContext(f.ctx, (*dropped)[0]); err != nil {
			return 0, false, err
		}
		*dropped = (*dropped)[1:]
		return len(f.plan.organizations), len(*dropped) > 0, nil
	}
}

// mergeWords makes one piece of the interactions' index. In the many pieces of so
// many batches, the next interactions to be logged would soon have to do it.
func (f *filler) mergeWords() (cost int, more bool, err error) {
	_, err = f.t.ExecContext(f.ctx, "INSERT INTO interaction_search (interaction_search) VALUES ('optimize')")
	return len(f.plan.organizations), false, err
}

func (f *filler) finish() (cost int, more bool, err error) {
	return 1, false, f.t.record("import_demo", "system", "", details{"size": f.size, "seed": f.plan.seed})
}

// demoUsers are those who may own clients, those of them who may edit, and by
// what lists sort each.
type demoUsers struct {
	owners   []string
	editors  []string
	nameKeys map[string]string
}

func (u *demoUsers) mayEdit(id string) bool { return slices.Contains(u.editors, id) }

var demoColleagues = []struct{ email, name, zone, role string }{
	{"tomas.rehn@pinestreet.example", "Tomas Rehn", "Europe/Stockholm", "Manager"},
	{"priya.nair@pinestreet.example", "Priya Nair", "Europe/London", "Manager"},
	{"sam.okoye@pinestreet.example", "Sam Okoye", "Europe/Berlin", "Manager"},
	{"lea.dubois@pinestreet.example", "Léa Dubois", "Europe/Paris", "Viewer"},
}

// makeUsers adds the colleagues whose email nobody has, and reads who is there.
func (f *filler) makeUsers() error {
	at := f.plan.years.days[0].from - int64(24*time.Hour/time.Millisecond)
	for i, c := range demoColleagues {
		var there bool
		if err := f.t.queryRow("SELECT EXISTS (SELECT 1 FROM users WHERE email = ?)", c.email).Scan(&there); err != nil {
			return err
		}
		if there {
			continue
		}
		id := demoID(f.plan.seed, demoUserIDs, i, at)
		if err := f.put(insertDemoUser, [][]any{{id, c.email, c.name, c.zone, milliStamp(at), milliStamp(at)}}); err != nil {
			return err
		}
		if err := f.t.keyUser(id, c.name); err != nil {
			return err
		}
		if _, err := f.t.exec("INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM roles WHERE slug = ?", id, c.role); err != nil {
			return err
		}
		var m demoMetadata
		m.text("email", c.email)
		m.text("full_name", c.name)
		m.raw("roles", "["+quoteJSON(c.role)+"]")
		m.text("status", "active")
		var row []any
		row, f.last = f.last.next(auditRow{id: demoID(f.plan.seed, demoUserAudits, i, at), action: "create_user", targetType: "user", targetID: id, metadata: m.close(), createdAt: milliStamp(at)})
		if err := f.put(insertAudit, [][]any{row}); err != nil {
			return err
		}
	}
	f.users.nameKeys = map[string]string{}
	rows, err := f.t.query("SELECT id, name_key FROM users WHERE status = 'active' ORDER BY created_at, id")
	f.users.owners, err = collect(rows, err, func(r row) (id string, err error) {
		var key string
		err = r.Scan(&id, &key)
		f.users.nameKeys[id] = key
		return id, err
	})
	if err != nil {
		return err
	}
	rows, err = f.t.query(`
		SELECT users.id FROM users
		WHERE status = 'active' AND 2 = (
			SELECT count(DISTINCT permissions.slug)
			FROM user_role JOIN role_permission USING (role_id) JOIN permissions ON permissions.id = permission_id
			WHERE user_id = users.id AND permissions.slug IN ('EditClient', 'EditInteraction'))
		ORDER BY created_at, id`)
	if f.users.editors, err = collect(rows, err, scanText); err != nil {
		return err
	}
	if len(f.users.editors) == 0 {
		f.users.editors = f.users.owners
	}
	return nil
}
