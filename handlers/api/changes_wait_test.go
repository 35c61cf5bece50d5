package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clientregistry/db"
)

// withFakeTime runs a test with a site whose time passes only while everything in the test waits.
func withFakeTime(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, newSite(t)) })
}

// follow sends a request that waits, in the background, and returns once it does. What it returns
// waits for the answer, and says how long that took.
func (p *program) follow(after, prefer string) func() (answer, time.Duration) {
	p.t.Helper()
	type result struct {
		answer answer
		took   time.Duration
	}
	answered, start := make(chan result, 1), time.Now()
	go func() {
		a := p.get("/api/crm/changes?after="+after, "Prefer", prefer)
		answered <- result{a, time.Since(start)}
	}()
	synctest.Wait()
	return func() (answer, time.Duration) {
		r := <-answered
		return r.answer, r.took
	}
}

// TestAProgramWaitsForTheNextChange that it may see, and is answered at its commit.
func TestAProgramWaitsForTheNextChange(t *testing.T) {
	withFakeTime(t, func(t *testing.T, s *site) {
		u := s.User("Oda Berg", "Manager")
		s.Own(u, db.ViewClient)
		p := s.program(u)
		answer := p.follow(p.newest(), "respond-async, Wait = 60; x=y")
		s.Organization("Of nobody")
		time.Sleep(10 * time.Second)
		own := s.Organization("Own", "owner_user_id", u.ID)
		a, took := answer()
		all, _ := a.changes()
		s.wantChanges(all, "create_org "+key(own))
		if took != 10*time.Second || a.Header.Get("Preference-Applied") != "wait=25" {
			t.Errorf("answered after %s, %v", took, a.Header)
		}
	})
}

// TestAWaitEnds: without a change, at its end, with the cursor to go on with. What another process
// changed in the meantime is in the answer.
func TestAWaitEnds(t *testing.T) {
	withFakeTime(t, func(t *testing.T, s *site) {
		p := s.as("Manager")
		for prefer, want := range map[string]struct {
			took    time.Duration
			applied string
		}{
			"wait=3": {3 * time.Second, "wait=3"}, "wait=99999999999999999999": {25 * time.Second, "wait=25"},
			`wait="25"`: {25 * time.Second, "wait=25"},
			"wait=0":    {0, "wait=0"}, "wait=-1": {}, "wait=x": {}, "wait": {}, "": {}, "waiting=5": {},
		} {
			after := p.newest()
			a, took := p.follow(after, prefer)()
			all, cursor := a.changes()
			s.wantChanges(all)
			if took != want.took || a.Header.Get("Preference-Applied") != want.applied || cursor != after {
				t.Errorf("Prefer: %s took %s, and %q is applied", prefer, took, a.Header.Get("Preference-Applied"))
			}
		}
		if a, took := p.follow("", "wait=5")(); took != 0 || a.text("cursor") == "" {
			t.Errorf("without a cursor it took %s: %s", took, a.body)
		}
		start := time.Now()
		p.send("HEAD", "/api/crm/changes?after="+p.newest(), "", "Prefer", "wait=5").want(200)
		if took := time.Since(start); took != 0 {
			t.Errorf("HEAD took %s", took)
		}

		answer := p.follow(p.newest(), "wait=5")
		other, err := db.Open(t.Context(), s.Path, db.Options{Unsynced: true})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		made, err := other.CreateOrganization(t.Context(), db.System, db.Fields{"display_name": "Kestrel"}, "")
		if err != nil {
			t.Fatal(err)
		}
		a, _ := answer()
		all, _ := a.changes()
		s.wantChanges(all, "create_org "+made.ID)
	})
}

// TestRightsAreReadAgainAfterAWait: a token that was revoked, or whose owner lost a permission or was
// disabled, meanwhile gets nothing of what happened.
func TestRightsAreReadAgainAfterAWait(t *testing.T) {
	withFakeTime(t, func(t *testing.T, s *site) {
		s.User("Ines Calder", "Administrator") // of whom one must remain
		for name, x := range map[string]struct {
			withdraw func(p *program)
			status   int
		}{
			"revoked": {func(p *program) {
				if err := s.DB.RevokeToken(t.Context(), db.System, p.token.ID); err != nil {
					t.Fatal(err)
				}
			}, 401},
			"disabled": {func(p *program) {
				if err := s.DB.DisableUser(t.Context(), db.System, p.user.ID); err != nil {
					t.Fatal(err)
				}
			}, 401},
			"without ViewClient": {func(p *program) { s.Exec("DELETE FROM user_role WHERE user_id = ?", p.user.ID) }, 403},
			"without a second factor": {func(p *program) {
				s.Exec("UPDATE user_role SET role_id = (SELECT id FROM roles WHERE slug = ?) WHERE user_id = ?",
					s.Role("Careful", db.Permissions...), p.user.ID)
				s.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Careful'")
			}, 403},
			"limited to own clients": {func(p *program) { s.Own(p.user, db.ViewClient) }, 200},
		} {
			p := s.program(s.User(name, "Manager"))
			answer := p.follow(p.newest(), "wait=20")
			x.withdraw(p)
			s.Organization("Secret " + name)
			a, _ := answer()
			if a.want(x.status); x.status == 200 {
				all, _ := a.changes()
				s.wantChanges(all)
			}
		}
	})
}

// TestAWaitingProgramReadsAtMostFourTimesASecond, however often something is committed.
func TestAWaitingProgramReadsAtMostFourTimesASecond(t *testing.T) {
	withFakeTime(t, func(t *testing.T, s *site) {
		p := s.as("Manager")
		answer := p.follow(p.newest(), "wait=20") // reads and finds nothing
		var made []string
		for n := range 3 {
			made = append(made, "create_org "+key(s.Organization(fmt.Sprint("House ", n))))
			synctest.Wait()
		}
		a, took := answer()
		all, _ := a.changes()
		s.wantChanges(all, made...)
		if took != 250*time.Millisecond {
			t.Errorf("read again after %s", took)
		}
	})
}

// TestEndAnswersThoseWhoWait, so that a shutdown does not wait for them; one who goes away ends too.
func TestEndAnswersThoseWhoWait(t *testing.T) {
	withFakeTime(t, func(t *testing.T, s *site) {
		p := s.as("Manager")
		after := p.newest()
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan time.Time, 1)
		go func() {
			r := httptest.NewRequest("GET", "http://registry.example/api/crm/changes?after="+after, nil).WithContext(ctx)
			r.Header.Set("Authorization", "Bearer "+p.secret)
			r.Header.Set("Prefer", "wait=25")
			s.ServeHTTP(httptest.NewRecorder(), r)
			left <- time.Now()
		}()
		answer, start := p.follow(after, "wait=25"), time.Now()
		leave()
		if end := <-left; end != start {
			t.Errorf("one who left was answered after %s", end.Sub(start))
		}
		s.End()
		a, took := answer()
		if all, cursor := a.changes(); len(all) != 0 || cursor != after || took != 0 {
			t.Errorf("answered after %s: %s", took, a.body)
		}
		if _, took := p.follow(after, "wait=25")(); took != 0 {
			t.Errorf("after the end a program waits %s", took)
		}
	})
}

// TestFiveHundredLongPollsCostLittle: 500 programs wait at a server on a real connection each. That takes less
// than 20 MB of heap and stacks, those of the connections and of their clients here included.
func TestFiveHundredLongPollsCostLittle(t *testing.T) {
	s := newSite(t)
	p := s.as("Manager")
	server := httptest.NewServer(s)
	defer server.Close()
	after := p.newest()
	request := "GET /api/crm/changes?after=" + after + " HTTP/1.1\r\nHost: registry.example\r\nAuthorization: Bearer " + p.secret +
		"\r\nPrefer: wait=25\r\nConnection: close\r\n\r\n"
	before := memory()
	var waiting []net.Conn
	for range 500 {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, c)
	}
	for waitingNow() < len(waiting) {
		runtime.Gosched()
	}
	took := memory() - before
	if took > 20<<20 {
		t.Errorf("%d who wait take %d bytes", len(waiting), took)
	}
	made := s.Organization("Harbor")
	for _, c := range waiting {
		if said, err := io.ReadAll(c); err != nil || !strings.Contains(string(said), key(made)) {
			t.Fatalf("%v: %s", err, said)
		}
	}
}

// memory returns the bytes in use on the heap and by stacks.
func memory() int64 {
	runtime.GC()
	runtime.GC() // also what pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// waitingNow returns how many goroutines wait for a commit.
func waitingNow() (n int) {
	all := make([]runtime.StackRecord, runtime.NumGoroutine()+100)
	found, _ := runtime.GoroutineProfile(all)
	for _, one := range all[:found] {
		frames := runtime.CallersFrames(one.Stack())
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); strings.HasSuffix(f.Function, "api.waitForCommit") {
				n++
			}
		}
	}
	return n
}
