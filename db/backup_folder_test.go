package db_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestWhichBackupsAreKept makes a backup each night for two years, and checks which are left.
func TestWhichBackupsAreKept(t *testing.T) {
	t.Parallel()
	zone := must(time.LoadLocation("Europe/Stockholm"))(t)
	var kept []time.Time // newest first
	for night := range 730 {
		kept = slices.Insert(kept, 0, time.Date(2025, 1, 1+night, 3, 0, 0, 0, zone))
		gone := db.Surplus(kept, zone)
		kept = slices.DeleteFunc(kept, func(at time.Time) bool { return slices.Contains(gone, at) })
	}
	var days []string
	for _, at := range kept {
		days = append(days, at.Format("2 Jan"))
	}
	want(t, "kept on 31 December 2026", strings.Join(days, ", "), "31 Dec, 30 Dec, 29 Dec, 28 Dec, 27 Dec, 26 Dec, 25 Dec, "+ // 7 days
		"20 Dec, 13 Dec, 6 Dec, "+ // the Sundays before; with today's week and that of the 27th these are 5 weeks
		"30 Nov, 31 Oct, 30 Sep, 31 Aug, 31 Jul, 30 Jun, 31 May, 30 Apr, 31 Mar, 28 Feb, 31 Jan") // with December 12 months
}

func TestBackupsOfTheLastDayAreAllKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	made := []time.Time{now, now.Add(-time.Hour), now.Add(-23 * time.Hour), now.Add(-25 * time.Hour), now.Add(-26 * time.Hour)}
	want(t, "removed", fmt.Sprint(db.Surplus(made, time.UTC)), fmt.Sprint(made[3:])) // 23 November already has one
	want(t, "removed of one", len(db.Surplus(made[:1], time.UTC)), 0)
	want(t, "removed of none", len(db.Surplus(nil, time.UTC)), 0)
}

// states describes the contents of a folder, newest first.
func states(t *testing.T, b db.Backups) string {
	t.Helper()
	var all []string
	for _, x := range must(b.All())(t) {
		state := "not proven"
		switch {
		case x.Name == "":
			state = "failed"
		case !x.ProvenAt.IsZero():
			state = "proven"
		}
		all = append(all, x.At.Format("2 15:04 ")+state)
	}
	return strings.Join(all, ", ")
}

func TestABackupIsProvenAndPrivate(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Acme(t)
	b := o.BackupsIn(filepath.Join(t.TempDir(), "backups"))
	want(t, "before", states(t, b), "")
	made := must(o.MakeBackup(t.Context(), b))(t)
	want(t, "after", states(t, b), "24 09:30 proven")
	want(t, "name", made.Name, "registry-20261124T093000Z.db")
	want(t, "organizations", made.Organizations, 1)
	want(t, "the folder's mode", must(os.Stat(b.Folder))(t).Mode().Perm(), os.FileMode(0o700))
	files := must(os.ReadDir(b.Folder))(t)
	want(t, "files", len(files), 2)
	for _, f := range files {
		want(t, "mode of "+f.Name(), must(f.Info())(t).Mode().Perm(), os.FileMode(0o600))
	}
	copied := must(db.Open(t.Context(), filepath.Join(b.Folder, made.Name), db.Options{ReadOnly: true}))(t)
	defer copied.Close()
	want(t, "rows of its history", must(copied.Verify(t.Context()))(t).Rows, made.History)
}

// TestAFailedBackupRemovesNone: however many fail, and however old the good ones are.
func TestAFailedBackupRemovesNone(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	b := o.BackupsIn(t.TempDir())
	must(o.MakeBackup(t.Context(), b))(t)
	db.Free(o.DB, 1<<20)
	for range 12 {
		o.Clock.Add(40 * 24 * time.Hour)
		made, err := o.MakeBackup(t.Context(), b)
		var room *db.NoRoom
		if !errors.As(err, &room) || !strings.Contains(made.Problem, "MB more") || strings.Contains(made.Problem, "\n") {
			t.Fatalf("%v; %q", err, made.Problem)
		}
	}
	all := must(b.All())(t)
	want(t, "backups and failures", len(all), 13)
	if oldest := all[12]; oldest.ProvenAt.IsZero() || oldest.Name == "" {
		t.Errorf("the good one is %+v", oldest)
	}
	db.Free(o.DB, 1<<40)
	o.Clock.Add(time.Hour)
	must(o.MakeBackup(t.Context(), b))(t)
	all = must(b.All())(t)
	want(t, "backups and failures that are remembered", len(all), 12)
	if all[0].ProvenAt.IsZero() || all[11].ProvenAt.IsZero() {
		t.Errorf("the good ones are %+v and %+v", all[0], all[11])
	}
}

// TestOnlyProvenBackupsCount: unverified files do not replace verified ones, and are not removed.
// Neither are other people's files.
func TestOnlyProvenBackupsCount(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	b := o.BackupsIn(t.TempDir())
	must(o.MakeBackup(t.Context(), b))(t) // 24 09:30
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(b.Folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("registry-20261124T100000Z.db", "half a copy")
	write("registry-20261124T110000Z.db", "another size than was proven")
	write("registry-20261124T110000Z.json", `{"size": 5, "proven_at": "2026-11-24T11:00:01Z"}`)
	write("registry-20261124T120000Z.db", "no proof but a scrawl")
	write("registry-20261124T120000Z.json", "{")
	write("registry-20261124T130000Z.json", `{"size": 5, "proven_at": "2026-11-24T13:00:01Z"}`) // its copy is missing
	for _, other := range []string{
		"registry-2-20261124T100000Z.db", "registry-20261124T100000Z.db.old", "registry-.db", "notes.txt", "other-20200101T000000Z.db",
	} {
		write(other, "somebody else's")
	}
	want(t, "states", states(t, b), "24 12:00 not proven, 24 11:00 not proven, 24 10:00 not proven, 24 09:30 proven")
	before := len(must(os.ReadDir(b.Folder))(t))
	o.Clock.Add(48 * time.Hour)
	must(o.MakeBackup(t.Context(), b))(t) // 26 09:30
	o.Clock.Add(time.Minute)
	must(o.MakeBackup(t.Context(), b))(t) // 26 09:31
	o.Clock.Add(25 * time.Hour)
	must(o.MakeBackup(t.Context(), b))(t) // 27 10:31
	want(t, "states", states(t, b), "27 10:31 proven, 26 09:31 proven, 24 12:00 not proven, 24 11:00 not proven, 24 10:00 not proven, 24 "+
		"09:30 proven")
	want(t, "files", len(must(os.ReadDir(b.Folder))(t)), before+4)
}

func TestDownloadingABackupIsRecorded(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	b := o.BackupsIn(t.TempDir())
	made := must(o.MakeBackup(t.Context(), b))(t)
	if _, err := o.OpenBackup(t.Context(), o.Tomas, b, made.Name); !errors.Is(err, db.ErrForbidden) {
		t.Errorf("without the permission: %v", err)
	}
	for _, keeper := range []db.Actor{{UserID: o.Tomas.UserID, May: []db.Permission{db.ManageSystem}}, {}} {
		if _, err := o.OpenBackup(t.Context(), keeper, b, made.Name); !errors.Is(err, db.ErrForbidden) {
			t.Errorf("who may not see everything: %v", err)
		}
	}
	for _, name := range []string{"", "registry-20261124T093001Z.db", "registry-20261124T093000Z.json", "../" + made.Name, "x"} {
		if _, err := o.OpenBackup(t.Context(), o.Ines, b, name); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	f := must(o.OpenBackup(t.Context(), o.Ines, b, made.Name))(t)
	defer f.Close()
	want(t, "bytes", int64(len(must(io.ReadAll(f))(t))), made.Size)
	want(t, "the history", fmt.Sprint(o.Column(t, "SELECT user_id || json_extract(metadata, '$.name') FROM audit_logs WHERE action = "+
		"'export_backup'")), "["+o.Ines.UserID+made.Name+"]")
}
