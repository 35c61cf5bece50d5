package sqlite

import (
	"context"
	"database/sql"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// TestMemoryOfThreadsAtOnceIsUsedAgainAndReturned: whichever threads used them. Each leaves behind
// a connection that stays open, so that what lies before it does not go back by itself. The test is
// not parallel, so that nothing else takes memory meanwhile.
func TestMemoryOfThreadsAtOnceIsUsedAgainAndReturned(t *testing.T) {
	const threads = 6
	path, _ := newFile(t)
	staying := open(t, path, Read, threads)
	before := residentMemory(t)
	used, measured := make(chan error), make(chan struct{})
	var running sync.WaitGroup
	for range threads {
		running.Go(func() {
			runtime.LockOSThread()
			stays, err := use20MB(path, staying)
			used <- err
			<-measured // so that no two share a thread
			if err == nil {
				stays.Close()
			}
		})
		if err := <-used; err != nil {
			t.Error(err)
		}
	}
	if grown := residentMemory(t) - before; grown > 60 {
		t.Errorf("%d connections that used 20 MB one after another take %d MB", threads, grown)
	}
	ReturnMemory()
	if grown := residentMemory(t) - before; grown > 10 {
		t.Errorf("connections that used 20 MB take %d MB after they are closed", grown)
	}
	close(measured)
	running.Wait()
}

// use20MB uses 20 MB in a connection, opens another one, and closes the first.
func use20MB(path string, staying *Pool) (stays *sql.Conn, err error) {
	ctx := context.Background() // with one that can end, the driver uses further threads
	p := Open(path, Write, 1)
	defer p.End()
	if _, err := p.ExecContext(ctx, `PRAGMA temp_store = MEMORY; CREATE TEMP TABLE filled AS
		WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000) SELECT randomblob(4000) FROM numbers`); err != nil {
		return nil, err
	}
	return staying.Conn(ctx)
}

// residentMemory returns the process's own memory in MB.
func residentMemory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	kilobytes, err := strconv.Atoi(string(regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes / 1000
}
