package browsertest

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"clientregistry/db"
	"clientregistry/db/demo"
	"clientregistry/handlers"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
	"clientregistry/migrations"
)

// make bench measures four requests through the whole HTTP stack, signed in, over keep-alive
// connections. Each has a floor: net/http with the request's own queries (without the menu's) in
// prepared SQL on connections with the same settings, and an answer of the same size appended by
// hand, without session or permissions. The two alternate (A B A B …) and medians count, so that
// the ratio means the same on any machine. bench_figures_test.go measures what has no floor
// (memory, start, sizes, a browser).
var (
	benchSizes   = flag.String("bench.size", "m", "sizes of the sample data, of s, m and l, with commas between")
	benchRounds  = flag.Int("bench.rounds", 5, "rounds of each pair")
	benchSeconds = flag.Float64("bench.seconds", 2, "seconds a round")
	benchOnly    = flag.String("bench.only", "LDWSX", "which requests to measure, by their letters; X is all that has no floor")
	benchJSON    = flag.String("bench.json", "", "file for the figures as JSON")
)

const benchConnections = 16

// side is the measurement of one side of a pair.
type side struct {
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Allocs    float64 `json:"allocations"`
	Bytes     int     `json:"bytes"` // of an answer, on average
}

// pair is a request to the registry and its floor.
type pair struct {
	Name    string  `json:"name"`
	Budget  float64 `json:"budget"`
	Product side    `json:"registry"`
	Floor   side    `json:"floor"`
	Ratio   float64 `json:"ratio"`
}

// figure is a measurement without a floor; it is good if it is at most its budget.
type figure struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Value  float64 `json:"value"`
	Budget float64 `json:"budget"`
}

// results are the measurements for one size.
type results struct {
	Size    string   `json:"size"`
	Pairs   []pair   `json:"pairs"`
	Figures []figure `json:"figures"`
}

func BenchmarkRegistry(b *testing.B) {
	if b.N > 1 {
		return // rounds repeat by themselves
	}
	jobs.SpareMemory()
	var all []results
	for _, size := range strings.Split(*benchSizes, ",") {
		b.Run(size, func(b *testing.B) {
			if b.N > 1 {
				return
			}
			r := results{Size: size}
			f := newFixture(b, size)
			r.Pairs = f.pairs(b)
			if strings.Contains(*benchOnly, "X") {
				r.Figures = f.figures(b)
			}
			if len(all) > 0 {
				r.Figures = append(r.Figures, growth(all[len(all)-1], r)...)
			}
			all = append(all, r)
			r.print()
		})
	}
	if *benchJSON != "" {
		encoded, err := json.MarshalIndent(all, "", "  ")
		if err == nil {
			err = os.WriteFile(*benchJSON, append(encoded, '\n'), 0o644)
		}
		check(b, err)
	}
}

func (f *fixture) pairs(b *testing.B) (pairs []pair) {
	for _, x := range []struct {
		name    string
		budget  float64
		request func(n int64) []byte
		floor   func(n int64) []byte
	}{
		{"L list of 50 organizations", 0.55, f.list, f.floorRequest("/list")},
		{"D 1,000 organizations in turn", 0.5, f.page, f.floorRequest("/page")},
		{"W log an interaction", 0.7, f.log, f.floorRequest("/log")},
		{"S search, 20 results", 0.5, f.search, f.floorRequest("/search")},
	} {
		if !strings.Contains(*benchOnly, x.name[:1]) {
			continue
		}
		p := pair{Name: x.name, Budget: x.budget}
		var product, floor []side
		request, bare := inTurn(x.request), inTurn(x.floor)
		measure(b, f.product, request) // the first round warms the caches
		measure(b, f.floor, bare)
		for range *benchRounds {
			product = append(product, measure(b, f.product, request))
			floor = append(floor, measure(b, f.floor, bare))
		}
		p.Product, p.Floor = median(product), median(floor)
		p.Ratio = p.Product.PerSecond / p.Floor.PerSecond
		pairs = append(pairs, p)
		b.ReportMetric(p.Ratio, strings.ToLower(x.name[:1])+"/floor")
	}
	return pairs
}

// inTurn cycles through the requests; each round continues where the last one stopped.
func inTurn(request func(n int64) []byte) func() []byte {
	var n atomic.Int64
	return func() []byte { return request(n.Add(1)) }
}

// growth returns how many times longer each request takes than with the next smaller sample.
func growth(smaller, larger results) (all []figure) {
	for i, p := range larger.Pairs {
		all = append(all, figure{
			p.Name[:1] + " against size " + smaller.Size, "times", smaller.Pairs[i].Product.PerSecond / p.Product.PerSecond, 1.5,
		})
	}
	return all
}

func (r results) print() {
	fmt.Printf("\n%-32s %9s %9s %8s %8s %9s %8s %7s %7s\n", "size "+r.Size+", 16 connections",
		"req/s", "floor", "p50 ms", "p99 ms", "allocs", "bytes", "ratio", "budget")
	for _, p := range r.Pairs {
		fmt.Printf("%-32s %9.0f %9.0f %8.2f %8.2f %9.0f %8d %6.0f%% %6.0f%%\n", p.Name, p.Product.PerSecond,
			p.Floor.PerSecond, p.Product.P50, p.Product.P99, p.Product.Allocs, p.Product.Bytes, p.Ratio*100, p.Budget*100)
	}
	for _, x := range r.Figures {
		fmt.Printf("%-32s %9.1f %-9s at most %g\n", x.Name, x.Value, x.Unit, x.Budget)
	}
}

// fixture is a filled registry with its server, and the server of the floor.
type fixture struct {
	path           string
	product, floor string // addresses
	cookie         string
	visited        []string         // ids of organizations with many interactions and with few
	logged         []string         // ids of others, so that the visited ones keep their size
	contact        []string         // a contact of each of these, "" for none
	sizes          map[string][]int // sizes of the registry's answers in bytes, which the floor repeats in turn
	reader, writer *sql.DB
}

// newFixture fills a registry once per machine and keeps it in the user's cache. What the benchmark
// logs in it is little compared with what is there.
func newFixture(b *testing.B, size string) *fixture {
	path := filled(b, size)
	ctx := context.Background()
	d, err := db.Open(ctx, path, db.Options{})
	check(b, err)
	b.Cleanup(func() { d.Close() })
	const email = "bench@pinestreet.example"
	if _, err := d.AccountByEmail(ctx, db.System, email); errors.Is(err, db.ErrNotFound) {
		_, err := d.CreateUser(ctx, db.System, db.NewUser{Email: email, FullName: "Bench", Role: "Administrator", Hash: handlerstest.Hash})
		check(b, err)
	}
	server, err := handlers.New(d, jobs.New(ctx, d, jobs.Options{}), handlers.Options{BaseURL: "http://registry.example"})
	check(b, err)
	product := httptest.NewServer(server)
	b.Cleanup(product.Close)
	token, err := d.SignIn(ctx, db.Actor{}, email, handlerstest.Password)
	check(b, err)

	f := &fixture{path: path, product: product.Listener.Addr().String(), cookie: "session=" + token, sizes: map[string][]int{}}
	f.reader = open(b, path, "&_query_only=1", 4)
	f.writer = open(b, path, "", 1)
	rows, err := f.reader.Query(`
		SELECT id, ifnull((SELECT contact_id FROM organization_contact WHERE organization_id = organizations.id LIMIT 1), '')
		FROM organizations WHERE is_active = 1 ORDER BY id LIMIT 1500`)
	check(b, err)
	for rows.Next() {
		var id, contact string
		check(b, rows.Scan(&id, &contact))
		f.visited, f.contact = append(f.visited, id), append(f.contact, contact)
	}
	check(b, rows.Close())
	cut := len(f.visited) * 2 / 3 // 1,000, except for size s
	f.visited, f.logged, f.contact = f.visited[:cut], f.visited[cut:], f.contact[cut:]
	for _, x := range []struct {
		path    string
		request func(n int64) []byte
		differ  int
	}{{"/list", f.list, 1}, {"/page", f.page, len(f.visited)}, {"/log", f.log, 1}, {"/search", f.search, len(searches)}} {
		for n := range x.differ {
			f.sizes[x.path] = append(f.sizes[x.path], answerSize(b, f.product, x.request(int64(n))))
		}
	}
	floor := httptest.NewServer(f.floorMux(b))
	b.Cleanup(floor.Close)
	f.floor = floor.Listener.Addr().String()
	return f
}

func filled(b *testing.B, size string) string {
	cache, err := os.UserCacheDir()
	check(b, err)
	var schema bytes.Buffer
	names, err := fs.Glob(migrations.FS, "*.sql")
	check(b, err)
	for _, name := range names {
		text, err := migrations.FS.ReadFile(name)
		check(b, err)
		schema.Write(text)
	}
	path := filepath.Join(cache, "clientregistry", fmt.Sprintf("bench-%s-%s.db", size, uuid.NewSHA1(uuid.Nil, schema.Bytes())))
	if _, err := os.Stat(path); err == nil {
		return path
	}
	check(b, os.MkdirAll(filepath.Dir(path), 0o700))
	partial := path + ".filling"
	check(b, os.RemoveAll(partial))
	d, err := db.Open(context.Background(), partial, db.Options{Create: true})
	check(b, err)
	fmt.Printf("filling a registry of size %s, once\n", size)
	start := time.Now()
	check(b, demo.Fill(context.Background(), d, db.System, size, 1, nil))
	check(b, d.Close())
	fmt.Printf("filled in %s\n", time.Since(start).Round(time.Second))
	check(b, os.Rename(partial, path))
	return path
}

func open(b *testing.B, path, more string, n int) *sql.DB {
	p, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_foreign_keys=1&_busy_timeout=5000&_secure_delete=on"+more)
	check(b, err)
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	b.Cleanup(func() { p.Close() })
	return p
}

func (f *fixture) list(int64) []byte { return f.get("/organizations") }

func (f *fixture) page(n int64) []byte {
	return f.get("/organizations/" + f.visited[n%int64(len(f.visited))])
}

var searches = []string{"har", "ma", "lo", "ber", "san", "ing", "an", "mar"}

func (f *fixture) search(n int64) []byte {
	return f.get("/search?q=" + searches[n%int64(len(searches))])
}

func (f *fixture) get(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: registry.example\r\nCookie: " + f.cookie + "\r\n\r\n")
}

func (f *fixture) log(n int64) []byte {
	at := n % int64(len(f.logged))
	form := url.Values{
		"channel": {"call"}, "subject": {"Renewal confirmed for 24 months"},
		"body": {"They want one invoice per quarter."}, "contact_id": {f.contact[at]},
	}.Encode()
	return fmt.Appendf(nil, "POST /organizations/%s/interactions HTTP/1.1\r\nHost: registry.example\r\nCookie: %s\r\nContent-Type: "+
		"application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", f.logged[at], f.cookie, len(form), form)
}

func (f *fixture) floorRequest(path string) func(int64) []byte {
	return func(n int64) []byte { return f.get(path + "?n=" + strconv.FormatInt(n, 10)) }
}

// floorMux answers each request with bare SQL and bytes appended by hand.
func (f *fixture) floorMux(b *testing.B) http.Handler {
	// As in db/sqlite, = +? keeps SQLite from planning the query again for each value.
	prepare := func(query string) *sql.Stmt {
		s, err := f.reader.Prepare(query)
		check(b, err)
		b.Cleanup(func() { s.Close() })
		return s
	}
	const organizations = `
		SELECT organizations.id, legal_name, display_name, website, sector, size_band, tax_id, owner_user_id, users.full_name,
			is_active, organizations.updated_at, version, last_contact_at, last_contact_channel,
			(SELECT count(*) FROM organization_contact WHERE organization_id = organizations.id)
		FROM organizations LEFT JOIN users ON users.id = owner_user_id `
	list := prepare(organizations + "WHERE is_active = 1 ORDER BY sort_key, organizations.id LIMIT 51")
	one := prepare(organizations + "WHERE organizations.id = +?")
	links := prepare(`
		SELECT contact_id, first_name, last_name, role_label, relationship_status, contacts.is_active
		FROM organization_contact JOIN contacts ON contacts.id = contact_id
		WHERE organization_id = +? ORDER BY relationship_status = 'Former', sort_key, contact_id`)
	timeline := prepare(`
		SELECT interactions.id, channel, subject, body, outcome, contact_id, first_name, last_name, full_name, happened_at, interactions.version,
			(SELECT json_group_array(json_array(p.contact_id, c.first_name, c.last_name))
			FROM interaction_contact AS p JOIN contacts AS c ON c.id = p.contact_id WHERE p.interaction_id = interactions.id)
		FROM interactions LEFT JOIN contacts ON contacts.id = contact_id LEFT JOIN users ON users.id = user_id
		WHERE organization_id = +? ORDER BY happened_at DESC, interactions.id DESC LIMIT 21`)
	origin := prepare(`
		SELECT full_name, audit_logs.created_at FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE target_type = 'organization' AND target_id = +? AND action = 'create_org' ORDER BY seq LIMIT 1`)
	steps := prepare(`
		SELECT follow_ups.id, interaction_id, text, due_on, users.full_name, subject, first_name, last_name
		FROM follow_ups JOIN interactions ON interactions.id = interaction_id
		LEFT JOIN contacts ON contacts.id = interactions.contact_id LEFT JOIN users ON users.id = assignee_id
		WHERE done_at IS NULL AND cancelled_at IS NULL AND interactions.organization_id = +? AND next_due_on IS NOT NULL
		ORDER BY due_key, follow_ups.id LIMIT 51`)
	const found = " WHERE +is_active = 1 AND docid IN (SELECT docid FROM %s_search WHERE words MATCH ? LIMIT 150) ORDER BY sort_key, id " +
		"LIMIT 20"
	foundOrganizations := prepare("SELECT id, display_name, sector, website FROM organizations" + fmt.Sprintf(found, "organization"))
	foundContacts := prepare("SELECT id, first_name, last_name, email, job_title FROM contacts" + fmt.Sprintf(found, "contact"))
	foundInteractions := prepare(`
		SELECT interactions.id, channel, subject, body, display_name, first_name, last_name, full_name, happened_at
		FROM interaction_search AS s JOIN interactions ON interactions.docid = s.docid
		LEFT JOIN organizations ON organizations.id = organization_id LEFT JOIN contacts ON contacts.id = contact_id LEFT JOIN users ON users.id = user_id
		WHERE interaction_search MATCH ? ORDER BY s.docid DESC LIMIT 21`)

	mux := http.NewServeMux()
	answer := func(path string, read func(n int64, page []byte) ([]byte, error)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
			size := f.sizes[path][n%int64(len(f.sizes[path]))]
			page, err := read(n, make([]byte, 0, size+8192))
			if err != nil {
				http.Error(w, err.Error(), 500)
				return
			}
			for len(page) < size {
				page = append(page, "<p>the rest of a page that is the same for everybody</p>\n"...)
			}
			page = page[:size]
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Length", strconv.Itoa(len(page)))
			w.Write(page)
		})
	}
	answer("/list", func(_ int64, page []byte) ([]byte, error) { return appendRows(page, list) })
	answer("/page", func(n int64, page []byte) ([]byte, error) {
		id := f.visited[n%int64(len(f.visited))]
		var err error
		for _, query := range []*sql.Stmt{one, origin, links, timeline, steps} {
			if page, err = appendRows(page, query, id); err != nil {
				break
			}
		}
		return page, err
	})
	answer("/search", func(n int64, page []byte) ([]byte, error) {
		word := searches[n%int64(len(searches))] + "*"
		page, err := appendRows(page, foundOrganizations, word)
		if err == nil {
			page, err = appendRows(page, foundContacts, word)
		}
		if err == nil {
			page, err = appendRows(page, foundInteractions, strings.TrimSuffix(word, "*")+".")
		}
		return page, err
	})
	insert := func(tx *sql.Tx, n int64) error {
		at := n % int64(len(f.logged))
		id, now := uuid.Must(uuid.NewV7()).String(), time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
		var contact any
		if f.contact[at] != "" {
			contact = f.contact[at]
		}
		if _, err := tx.Exec("INSERT INTO interactions (id, organization_id, contact_id, channel, subject, body, happened_at, created_at) "+
			"VALUES (?, ?, ?, 'call', 'Renewal confirmed for 24 months', 'They want one invoice per quarter.', ?, ?)",
			id, f.logged[at], contact, now, now); err != nil {
			return err
		}
		_, err := tx.Exec(`
			INSERT INTO audit_logs (seq, id, action, target_type, target_id, metadata, created_at, metadata_sha256, prev_hash, hash)
			SELECT max(seq) + 1, ?, 'create_interaction', 'interaction', ?, '{"channel":"call"}', ?, ?, ?, ? FROM audit_logs`,
			uuid.Must(uuid.NewV7()).String(), id, now, strings.Repeat("0", 64), strings.Repeat("0", 64), strings.Repeat("0", 64))
		return err
	}
	answer("/log", func(n int64, page []byte) ([]byte, error) {
		tx, err := f.writer.Begin()
		if err != nil {
			return nil, err
		}
		defer tx.Rollback()
		if err := insert(tx, n); err != nil {
			return nil, err
		}
		return page, tx.Commit()
	})
	return mux
}

// appendRows writes every column of every row, escaped, as a handwritten page would.
func appendRows(page []byte, query *sql.Stmt, args ...any) ([]byte, error) {
	rows, err := query.Query(args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		page = append(page, "<tr>"...)
		for _, v := range values {
			page = append(page, "<td>"...)
			page = append(page, html.EscapeString(string(v))...)
			page = append(page, "</td>"...)
		}
		page = append(page, "</tr>\n"...)
	}
	return page, rows.Err()
}

// measure sends requests over keep-alive connections for one round.
func measure(b *testing.B, address string, request func() []byte) side {
	var group sync.WaitGroup
	times := make([][]time.Duration, benchConnections)
	var sizes atomic.Int64
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	until := start.Add(time.Duration(*benchSeconds * float64(time.Second)))
	for i := range benchConnections {
		group.Go(func() {
			c, err := dial(address)
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for time.Now().Before(until) {
				sent := time.Now()
				length, err := c.send(request())
				if err != nil {
					b.Error(err)
					return
				}
				times[i] = append(times[i], time.Since(sent))
				sizes.Add(int64(length))
			}
		})
	}
	group.Wait()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	all := slices.Concat(times...)
	if len(all) == 0 {
		b.Fatal("nothing was answered")
	}
	slices.Sort(all)
	ms := func(share float64) float64 { return float64(all[int(float64(len(all)-1)*share)].Microseconds()) / 1000 }
	return side{
		PerSecond: float64(len(all)) / took.Seconds(), P50: ms(0.5), P99: ms(0.99),
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(len(all)), Bytes: int(sizes.Load()) / len(all),
	}
}

// connection is a client that costs almost nothing, so that the server is what is measured.
type connection struct {
	net.Conn
	r *bufio.Reader
}

func dial(address string) (*connection, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{c, bufio.NewReaderSize(c, 64<<10)}, nil
}

// send sends a request, discards the answer and returns the length of its body.
func (c *connection) send(request []byte) (int, error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	length := 0
	for first := true; ; first = false {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if first && !bytes.Contains(line, []byte(" 200 ")) && !bytes.Contains(line, []byte(" 303 ")) {
			return 0, fmt.Errorf("answered %s", line)
		}
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
	}
	_, err := c.r.Discard(length)
	return length, err
}

func answerSize(b *testing.B, address string, request []byte) int {
	c, err := dial(address)
	check(b, err)
	defer c.Close()
	n, err := c.send(request)
	check(b, err)
	return n
}

// median returns the round in the middle by requests per second.
func median(all []side) side {
	slices.SortFunc(all, func(a, b side) int { return int(a.PerSecond*1000 - b.PerSecond*1000) })
	return all[len(all)/2]
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
