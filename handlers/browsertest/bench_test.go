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
	"io/fs"
	"net"
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

// make bench measures four requests of people and three of programs through the whole HTTP stack,
// signed in or with a token, over keep-alive connections. Each has a floor: net/http with the request's own queries (without the menu's) in
// prepared SQL on connections with the same settings, and an answer of the same size appended by
// hand, without session or permissions. The two alternate (A B A B …) and medians count, so that
// the ratio means the same on any machine. bench_figures_test.go measures what has no floor
// (memory, start, sizes, a browser).
var (
	benchSizes   = flag.String("bench.size", "m", "sizes of the sample data, of s, m and l, with commas between")
	benchRounds  = flag.Int("bench.rounds", 5, "rounds of each pair")
	benchSeconds = flag.Float64("bench.seconds", 2, "seconds a round")
	benchOnly    = flag.String("bench.only", "LDWSAX", "which requests to measure, by their first letters; X is all that has no floor")
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

// letters returns the short name of a pair.
func (p pair) letters() string { letters, _, _ := strings.Cut(p.Name, " "); return letters }

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
		{"S search, nothing found", 0.5, f.searchFor(missed), f.floorRequest("/search")},
		{"S search, one letter wrong", 0.5, f.searchFor(mistyped), f.floorRequest("/search")},
		{"AL API: 50 organizations", 0.6, f.apiList, f.floorRequest("/api/list")},
		{"AD API: one, with interactions", 0.6, f.apiPage, f.floorRequest("/api/page")},
		{"AW API: log an interaction", 0.7, f.apiLog, f.floorRequest("/api/log")},
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
		b.ReportMetric(p.Ratio, strings.ToLower(p.letters())+"/floor")
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
			p.letters() + " against size " + smaller.Size, "times", smaller.Pairs[i].Product.PerSecond / p.Product.PerSecond, 1.5,
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
	cookie, token  string
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
	o := handlers.Options{BaseURL: "http://registry.example", APIRate: 1_000_000}
	server, err := handlers.New(d, jobs.New(ctx, d, jobs.Options{}), o)
	check(b, err)
	product := httptest.NewServer(server)
	b.Cleanup(product.Close)
	session, err := d.SignIn(ctx, db.Actor{}, email, handlerstest.Password)
	check(b, err)
	owner, err := d.AccountByEmail(ctx, db.System, email)
	check(b, err)
	_, token, err := d.CreateTokenFor(ctx, db.System, owner.ID, db.NewToken{Name: "Bench"})
	check(b, err)

	f := &fixture{path: path, product: product.Listener.Addr().String(), sizes: map[string][]int{}}
	f.cookie, f.token = "session="+session, token
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
	}{
		{"/list", f.list, 1},
		{"/page", f.page, len(f.visited)},
		{"/log", f.log, 1},
		{"/search", f.search, len(searches)},
		{"/api/list", f.apiList, 1},
		{"/api/page", f.apiPage, len(f.visited)},
		{"/api/log", f.apiLog, 1},
	} {
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

// What finds nothing, and what finds similar names. Both are measured against the floor of what is found.
var (
	missed   = []string{"xqzvw", "qqqq", "wzyxk+vkxw", "zzxqwvu", "kwxzq", "yyyyy+qx", "vvvxw", "qxqxqx"}
	mistyped = []string{"bottchner", "schmitdt", "andresson", "garcai", "kowalksi", "lindqvits", "fischre", "martim"}
)

func (f *fixture) searchFor(typed []string) func(n int64) []byte {
	return func(n int64) []byte { return f.get("/search?q=" + typed[n%int64(len(typed))]) }
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
		if first && !slices.Contains([]string{" 200 ", " 201 ", " 303 "}, string(line[8:13])) {
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
