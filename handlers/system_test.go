package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

// newSystem returns a registry that is a few days old, and the folder of its backups.
func newSystem(t *testing.T) (*site, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "backups")
	s := newSiteWith(t, handlers.Options{BaseURL: "http://registry.example"},
		jobs.Options{BackupDir: folder, BackupAt: jobs.DailyTime{Hour: 3}})
	s.setCreated(-30 * time.Hour)
	return s, folder
}

// setCreated sets how long ago the registry was created.
func (s *site) setCreated(ago time.Duration) {
	s.t.Helper()
	s.Exec("UPDATE goose_db_version SET tstamp = ?", s.Clock.Now().Add(ago).Format(time.DateTime))
}

// backUp presses the button and waits for the backup.
func (b *browser) backUp() {
	b.t.Helper()
	a := b.post("/admin/system/backup").want(303, "", "")
	if to := a.Header.Get("Location"); to != "/admin/system#backups" {
		b.t.Fatalf("it leads to %s", to)
	}
	b.Jobs.Wait()
}

const (
	health = "#health li"
	rows   = "#backups tbody tr"
)

// TestTheStatesOfTheSystem: what the system page, the menu and the home page say in each state.
func TestTheStatesOfTheSystem(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name              string
		happen            func(s *site, ines *browser, folder string)
		state, line, says string // the first line of the page; the menu counts failed checks
		home              string // on the home page
	}{
		{"a new registry", func(*site, *browser, string) {}, "OK", "Last backup", "None yet; below is when the first is made", ""},
		{"a backup", func(s *site, ines *browser, _ string) { ines.backUp() }, "OK", "Last backup", "a minute old, ", ""},
		{
			"none for two days", func(s *site, ines *browser, _ string) { s.Clock.Add(19 * time.Hour); ines.signIn() },
			"Failed", "Last backup", "There is noneWhat to do: press Back up now", "There is no proven backup.",
		},
		{
			"an old backup", func(s *site, ines *browser, _ string) { ines.backUp(); s.Clock.Add(52 * time.Hour); ines.signIn() },
			"Failed", "Last backup", "52 hours oldWhat to do: press Back up now", "No proven backup for 52 hours.",
		},
		{"one that failed", func(s *site, ines *browser, folder string) {
			ines.backUp()
			s.Clock.Add(time.Hour)
			s.breakFolder(folder)
			ines.backUp()
		}, "Failed", "Last backup", "Cannot read the folder of backups ", ""},
		{"a broken history", func(s *site, ines *browser, _ string) {
			s.Exec("DROP TRIGGER audit_logs_no_update")
			s.Exec("UPDATE audit_logs SET ip = '10.0.0.1' WHERE seq = 1")
			ines.post("/admin/system/check").want(303, "", "")
			s.Jobs.Wait()
		}, "Failed", "History", "The history is broken: row 1 was changed", ""},
		{"a key that is lost", func(s *site, ines *browser, _ string) {
			s.Exec("INSERT INTO second_factors (user_id, seed, confirmed_at) VALUES (?, zeroblob(60), ?)", ines.user.ID, "2026-11-24T09:30:00.000Z")
			ines.signIn()
		}, "Failed", "Key file", "The key of second factors and webhooks is missingWhat to do:", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			s, folder := newSystem(t)
			ines, tomas := s.person("Inès Moreau", "Administrator"), s.as("Manager")
			x.happen(s, ines, folder)
			page := ines.get("/admin/system").want(200, health+":first-child .state", x.state).want(200, health+":first-child > b", x.line)
			if says := page.html.Find(health + ":first-child > b + span").Text(); !strings.HasPrefix(says, x.says) {
				t.Errorf("the page says %q, want %q", says, x.says)
			}
			home := ines.get("/")
			if got, want := home.html.Find(".nav a[href='/admin/system'] .n").Text(), map[string]string{"Failed": "1 failed"}[x.state]; got != want {
				t.Errorf("the menu says %q, want %q", got, want)
			}
			if got := home.html.Find("#no-backup b").Text(); got != x.home {
				t.Errorf("Home says %q, want %q", got, x.home)
			}
			tomas.signIn()
			tomas.get("/").want(200, "h1", "Home").wantNot("#no-backup").wantNot("a[href='/admin/system']")
		})
	}
}

// breakFolder replaces the folder of backups with a file.
func (s *site) breakFolder(folder string) {
	s.t.Helper()
	if err := os.Rename(folder, folder+".away"); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// holdBackup simulates a running backup until the returned function is called.
func (s *site) holdBackup() func() {
	begun, over, ended := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		s.Jobs.BackUp(func() error { close(begun); <-over; return errors.New("it was only held") })
	}()
	<-begun
	return func() { close(over); <-ended }
}

// TestABackupIsMadeByHandAndNoneAtOnceWithIt: it is recorded, shown as proven, and ends the warning on the home page.
// Another cannot start while it runs.
func TestABackupIsMadeByHandAndNoneAtOnceWithIt(t *testing.T) {
	t.Parallel()
	s, folder := newSystem(t)
	ines := s.as("Administrator")
	s.Clock.Add(20 * time.Hour)
	ines.signIn()
	home := ines.get("/").want(200, "#no-backup", "There is no proven backup.")
	end := s.holdBackup()
	ines.get("/admin/system").want(200, "#backups[hx-get='/admin/system'] .state", "Being made now").wantNot("#back-up")
	ines.get("/").want(200, "#no-backup .state", "One is being made now").wantNot("#no-backup form")
	ines.viaHTMX().get("/admin/system").wantFragment(true).want(200, "hx-partial[hx-target='#jobs'] #jobs .state.new", "Running")
	ines.backUp()
	ines.get("/admin/system").want(200, ".toast", "is already being made")
	if _, err := os.Stat(folder); err == nil {
		t.Error("a second one was made")
	}
	end()
	ines.submit(home, "#no-backup form button").want(303, "", "")
	s.wantAudit(ines, "make_backup")
	s.Jobs.Wait()
	ines.get("/admin/system").want(200, rows+" .state", "Proven").want(200, rows, "2 history entries, 0 records").
		want(200, ".toast", "A backup is being made").wantNot("#backups[hx-get]")
	ines.get("/").wantNot("#no-backup")
	part := ines.viaHTMX().get("/admin/system").wantFragment(true)
	part.want(200, "#backups .state", "Proven").want(200, "hx-partial[hx-target='#health'] #health", "Last backup")
	part.wantTexts("hx-partial[hx-target='#jobs'] #jobs .state", "Idle", "Idle").
		want(200, "hx-partial[hx-target='#summary']", "All checks passed.")
}

// TestAFailedBackupIsShown: with the reason, and that older backups exist.
func TestAFailedBackupIsShown(t *testing.T) {
	t.Parallel()
	s, folder := newSystem(t)
	ines := s.as("Administrator")
	ines.backUp()
	s.Clock.Add(time.Minute)
	s.Exec("PRAGMA foreign_keys = OFF")
	s.Exec("INSERT INTO user_role (user_id, role_id) VALUES ('01a2027e-4036-7af6-9386-fedd409c5151', '01a2027e-4036-7af6-9386-fedd409c5152')")
	ines.backUp()
	page := ines.get("/admin/system").want(200, rows+":first-child .state.bad", "Failed").
		want(200, rows+":first-child", "Older ones are untouched").want(200, rows+":last-child .state.ok", "Proven")
	page.want(200, health+":first-child .state.warn", "Warning").want(200, "#summary", "1 warning.")
	ines.get("/admin/system/backups").want(200, rows+":first-child .state.bad", "Failed").want(200, rows+":last-child .state.ok", "Proven")
	if files, err := filepath.Glob(filepath.Join(folder, "*.db")); err != nil || len(files) != 1 {
		t.Errorf("there are %v %v", files, err)
	}
}

func TestABackupIsDownloadedWholeAndThatIsRecorded(t *testing.T) {
	t.Parallel()
	s, folder := newSystem(t)
	ines := s.as("Administrator")
	ines.backUp()
	href, _ := ines.get("/admin/system").html.Find(rows + " a[download]").Attr("href")
	name := href[strings.LastIndexByte(href, '/')+1:]
	stored, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	s.unchanged(func() {
		head := ines.send("HEAD", href, nil)
		if head.StatusCode != 200 || head.Header.Get("Content-Length") != strconv.Itoa(len(stored)) || head.body != "" {
			t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
		}
		ines.send("HEAD", "/admin/system/backups/none", nil).want(404, "", "")
	})
	request := ines.request("GET", href, nil)
	request.Header.Set("Accept-Encoding", "gzip")
	a := ines.do(request)
	if a.StatusCode != 200 || a.body != string(stored) || a.Header.Get("Content-Length") != strconv.Itoa(len(stored)) ||
		a.Header.Get("Content-Disposition") != "attachment; filename="+name || a.Header.Get("Content-Encoding") != "" {
		t.Errorf("%d, %d bytes of %d, %v", a.StatusCode, len(a.body), len(stored), a.Header)
	}
	s.wantAudit(ines, "export_backup", name)
	ines.get("/admin/audit").want(200, "#timeline", "downloaded a backup "+name)
	for _, other := range []string{"none", "registry.db", "..%2Fregistry.db", strings.TrimSuffix(name, ".db") + ".json", "%00"} {
		ines.get("/admin/system/backups/"+other).want(404, "", "")
	}
}

// TestABackupIsOnlyForPeopleWhoMaySeeEverythingInIt: others with ManageSystem make and list backups, without a link to
// download one and without how much is in it.
func TestABackupIsOnlyForPeopleWhoMaySeeEverythingInIt(t *testing.T) {
	t.Parallel()
	s, _ := newSystem(t)
	ines := s.as("Administrator")
	ines.backUp()
	href, _ := ines.get("/admin/system").html.Find(rows + " a[download]").Attr("href")
	for n, lacks := range []db.Permission{db.ViewClient, db.ViewInteraction, db.ViewAudit, db.ManageUsers, ""} {
		role := s.Role("Keeper"+strconv.Itoa(n), slices.DeleteFunc(slices.Clone(db.Permissions), func(p db.Permission) bool { return p == lacks })...)
		if lacks == "" {
			s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", role)
		}
		keeper := s.person("Keeper "+strconv.Itoa(n), role)
		s.unchanged(func() {
			for _, page := range []string{"/admin/system", "/admin/system/backups"} {
				keeper.get(page).want(200, rows+" .state", "Proven").want(200, "#backups .body", "Only people who may see all clients").
					wantNot(rows + " a").wantNot(rows + " .txt:not(:empty)")
			}
			keeper.get(href).want(403, "", "")
			keeper.send("HEAD", href, nil).want(403, "", "")
		})
	}
	ines.get("/admin/system").wantNot("#backups .body:contains('Only people')")
	ines.get(href).want(200, "", "")
}

// TestWithoutBackupsThePageSaysSo: and the home page shows no warning.
func TestWithoutBackupsThePageSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.setCreated(-100 * time.Hour)
	ines := s.as("Administrator")
	ines.get("/admin/system").want(200, health+":first-child .state.warn", "Warning").
		want(200, health+":first-child", "--backup-dir off").wantNot("#back-up")
	ines.post("/admin/system/backup").to()
	ines.get("/admin/system").want(200, ".toast", "No backup was made")
	ines.get("/").want(200, "h1", "").wantNot("#no-backup")
	ines.get("/admin/system/backups/x").want(404, "", "")
}

// TestTheNightsBackup: one each night, one for all missed nights, and none before the first night
// of a new registry.
func TestTheNightsBackup(t *testing.T) {
	t.Parallel()
	s, folder := newSystem(t)
	made := func(want int) {
		t.Helper()
		s.Jobs.BackUpIfDue()
		files, err := filepath.Glob(filepath.Join(folder, "*.db"))
		if err != nil || len(files) != want {
			t.Errorf("at %v there are %d backups, want %d", s.Clock.Now(), len(files), want)
		}
	}
	s.setCreated(-time.Minute)
	made(0)
	s.Clock.Add(24 * time.Hour)
	made(1)
	s.Clock.Add(time.Minute)
	made(1)
	s.Clock.Add(72 * time.Hour) // the program was not running
	made(2)
	made(2)
	s.breakFolder(folder)
	s.Clock.Add(24 * time.Hour)
	s.Jobs.BackUpIfDue()
	s.as("Administrator").get("/admin/system").want(200, health+":first-child .state.bad", "Failed")
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(folder+".away", folder); err != nil {
		t.Fatal(err)
	}
	made(2) // tonight's failed
	s.Clock.Add(24 * time.Hour)
	made(3)
}

// TestTheSystemPageHasOneClock: the reader's. Where the server's differs, it is named.
func TestTheSystemPageHasOneClock(t *testing.T) {
	t.Parallel()
	s, _ := newSystem(t)
	ines := s.as("Administrator")
	now := s.Clock.Now().Local()
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 3, 0, 0, 0, time.Local)
	for _, name := range []string{"Europe/Stockholm", "Pacific/Kiritimati", "UTC"} { // at most one is this machine's
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		s.Exec("UPDATE users SET time_zone = ? WHERE id = ?", name, ines.user.ID)
		says := next.In(zone).Format("15:04")
		if says != "03:00" {
			says += " (03:00 server time)"
		}
		ines.get("/admin/system").want(200, "#jobs small", "Next at "+says).want(200, "#backups p", "Every day at "+says+".")
	}
}

// TestTheLineOfTheHistory says when it was checked, and up to which entry.
func TestTheLineOfTheHistory(t *testing.T) {
	t.Parallel()
	s, _ := newSystem(t)
	ines := s.as("Administrator")
	line := func(want string) {
		t.Helper()
		ines.get("/admin/system").want(200, health+" > b:contains('History') + span", want)
	}
	line("Not checked yet")
	v, err := s.DB.VerifyHistory(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	s.Organization("Donau Logistik") // an entry that came later
	s.Clock.Add(3 * time.Hour)
	line(fmt.Sprintf("Up to entry %d, none is missing or changed. Checked 3 hours ago", v.Rows))
	s.Exec("UPDATE verifications SET row_count = 0")
	line("There were no entries yet. Checked 3 hours ago")
}

func TestSizesInWords(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1500: "1.5 kB", 213_400_000: "213 MB",
		4_200_000: "4.2 MB", 38_000_000_000: "38 GB", 3_300_000_000: "3.3 GB",
	} {
		if got := handlers.Bytes(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

// TestNobodyElseRunsTheSystem: the store requires the permission, as the routes do.
func TestNobodyElseRunsTheSystem(t *testing.T) {
	t.Parallel()
	s, folder := newSystem(t)
	tomas := s.as("Manager")
	s.unchanged(func() {
		tomas.post("/admin/system/backup").want(403, "", "")
		tomas.get("/admin/system").want(403, "", "")
	})
	if err := s.DB.AskForBackup(t.Context(), db.Actor{UserID: tomas.user.ID}); !errors.Is(err, db.ErrForbidden) {
		t.Error(err)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("a backup was made")
	}
}

// TestWhoLeavesEarlyMakesNoTrouble: the shared condition does not depend on whether the first
// browser waited for its answer.
func TestWhoLeavesEarlyMakesNoTrouble(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if n := s.Trouble(gone); n != 0 {
		t.Errorf("%d checks failed", n)
	}
	if n := s.Trouble(t.Context()); n != 0 {
		t.Errorf("%d checks failed for who came next", n)
	}
}
