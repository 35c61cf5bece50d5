package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// Backups is the folder of a registry's scheduled backups. The folder is the only record of them,
// so that restoring or moving a registry causes no confusion. A backup is
// registry-20261124T020000Z.db, named by its time, with a .json beside it that says when it was
// verified and what it contains. A failed one has only the .json, which says why.
type Backups struct {
	Folder string
	name   string // file name of the registry without its ending, with which all names begin
}

// BackupsIn returns the backups in a folder of the registry at path. "" means the folder named
// backups beside it.
func BackupsIn(folder, path string) Backups {
	if real, err := sqlite.Resolve(path); err == nil {
		path = real
	}
	if folder == "" {
		folder = filepath.Join(filepath.Dir(path), "backups")
	}
	return Backups{folder, strings.TrimSuffix(filepath.Base(path), ".db")}
}

// BackupsIn returns the backups of this registry in a folder.
func (d *DB) BackupsIn(folder string) Backups { return BackupsIn(folder, d.path) }

// Ready returns why the folder cannot be made or written, or nil. It leaves none that was not there.
func (b Backups) Ready() error {
	if _, err := os.Stat(b.Folder); errors.Is(err, os.ErrNotExist) {
		defer os.Remove(b.Folder)
	}
	if err := os.MkdirAll(b.Folder, 0o700); err != nil {
		return err
	}
	part, err := createPart(b.Folder)
	if err == nil {
		err = dropPart(part)
	}
	return err
}

// Backup is a scheduled backup, or a failed attempt.
type Backup struct {
	Name string    `json:"-"` // file name, or "" if it failed
	At   time.Time `json:"-"`
	Size int64     `json:"size"` // bytes
	// ProvenAt is when it was verified; zero if it was not, or the file is a different one.
	ProvenAt time.Time `json:"proven_at,omitzero"`
	Problem  string    `json:"problem,omitempty"` // why it failed
	Counts
}

const backupTime = "20060102T150405Z"

func (b Backups) file(at time.Time) string {
	return filepath.Join(b.Folder, b.name+"-"+at.UTC().Format(backupTime))
}

// timeOf returns the time in a backup's file name, or zero for other files.
func (b Backups) timeOf(name, suffix string) time.Time {
	stamp, ours := strings.CutPrefix(name, b.name+"-")
	stamp, right := strings.CutSuffix(stamp, suffix)
	at, err := time.Parse(backupTime, stamp)
	if !ours || !right || err != nil {
		return time.Time{}
	}
	return at
}

// All lists the backups, newest first. A missing folder has none.
func (b Backups) All() ([]Backup, error) {
	files, err := os.ReadDir(b.Folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("cannot read the folder of backups %s: %w", b.Folder, err)
	}
	var all []Backup
	for _, f := range files {
		if at := b.timeOf(f.Name(), ".db"); !at.IsZero() && f.Type().IsRegular() {
			all = append(all, b.read(at, f))
		} else if at := b.timeOf(f.Name(), ".json"); !at.IsZero() {
			if said := b.readNote(at); said.Problem != "" {
				all = append(all, Backup{At: at, Problem: said.Problem})
			}
		}
	}
	slices.SortFunc(all, func(x, y Backup) int { return y.At.Compare(x.At) })
	return all, nil
}

// read returns a backup. Its verification counts only if the file's size matches.
func (b Backups) read(at time.Time, f os.DirEntry) Backup {
	said := b.readNote(at)
	size := int64(-1)
	if info, err := f.Info(); err == nil {
		size = info.Size()
	}
	if said.Problem != "" || said.Size != size {
		return Backup{Name: f.Name(), At: at, Size: max(size, 0)}
	}
	said.Name, said.At = f.Name(), at
	return said
}

// readNote reads a backup's .json, or returns the zero Backup if that fails.
func (b Backups) readNote(at time.Time) (x Backup) {
	content, err := os.ReadFile(b.file(at) + ".json")
	if err != nil || json.Unmarshal(content, &x) != nil {
		return Backup{}
	}
	return x
}

// writeNote writes a backup's .json.
func (b Backups) writeNote(x Backup) error {
	content, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return err
	}
	part, err := createPart(b.Folder)
	if err != nil {
		return err
	}
	defer dropPart(part)
	if _, err := part.Write(append(content, '\n')); err != nil {
		return err
	}
	return sqlite.PutInPlace(part.Name(), b.file(x.At)+".json")
}

// MakeBackup adds a verified backup to the folder, and then removes those no longer needed. If it
// fails, it removes nothing and notes the reason in the folder.
func (d *DB) MakeBackup(ctx context.Context, b Backups) (Backup, error) {
	made := Backup{At: d.now().UTC().Truncate(time.Second)}
	err := os.MkdirAll(b.Folder, 0o700)
	if err == nil {
		made, err = d.makeBackup(ctx, b, made)
	}
	if err != nil {
		if ctx.Err() == nil { // else the next start makes up for it
			made.Problem = clip(explain(err).Error(), 1000)
			_ = b.writeNote(made) // if this fails too, the caller still gets the error
		}
		return made, fmt.Errorf("no backup was made in %s: %w", b.Folder, err)
	}
	return made, b.tidy()
}

func (d *DB) makeBackup(ctx context.Context, b Backups, made Backup) (Backup, error) {
	if _, err := os.Lstat(b.file(made.At) + ".db"); err == nil {
		return made, errors.New("a backup of this second exists already")
	}
	c, err := d.MakeCopy(ctx, b.Folder)
	if err != nil {
		return made, err
	}
	defer c.Drop()
	proven := made
	proven.Counts, proven.Size, proven.ProvenAt = c.Counts, c.Size, d.now().UTC()
	if err := b.writeNote(proven); err != nil { // first, because a backup without it does not count
		return made, err
	}
	proven.Name = filepath.Base(b.file(made.At)) + ".db"
	return proven, c.Save(b.file(made.At) + ".db")
}

// In addition to all backups of the last day, these are kept: the newest of each of so many recent
// days, weeks and months.
const (
	daysKept   = 7
	weeksKept  = 5
	monthsKept = 12
)

// noticesKept is how many failures stay on record.
const noticesKept = 10

// tidy removes verified backups that are no longer needed, and notes of backups that are gone. It
// leaves unverified files alone.
func (b Backups) tidy() error {
	all, err := b.All()
	if err != nil {
		return err
	}
	var proven []time.Time
	var errs []error
	failures := 0
	for _, x := range all {
		switch {
		case !x.ProvenAt.IsZero():
			proven = append(proven, x.At)
		case x.Problem != "":
			if failures++; failures > noticesKept {
				errs = append(errs, os.Remove(b.file(x.At)+".json"))
			}
		}
	}
	for _, at := range surplusBackups(proven, time.Local) {
		errs = append(errs, os.Remove(b.file(at)+".db"), os.Remove(b.file(at)+".json"))
	}
	return errors.Join(errs...)
}

// surplusBackups returns which of the backup times, newest first, are no longer needed. zone
// decides what a day, a week and a month are.
func surplusBackups(made []time.Time, zone *time.Location) (out []time.Time) {
	days, weeks, months := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for n, at := range made {
		local := at.In(zone)
		year, week := local.ISOWeek()
		kept := n == 0 || at.After(made[0].Add(-24*time.Hour))
		for _, period := range []struct {
			seen map[string]bool
			most int
			name string
		}{
			{days, daysKept, local.Format("2006-01-02")}, {weeks, weeksKept, fmt.Sprint(year, week)}, {months, monthsKept, local.Format("2006-01")},
		} {
			if !period.seen[period.name] && len(period.seen) < period.most {
				period.seen[period.name], kept = true, true
			}
		}
		if !kept {
			out = append(out, at)
		}
	}
	return out
}

// OpenBackup opens a backup by its name and records the download. It returns ErrNotFound if it does
// not exist.
func (d *DB) OpenBackup(ctx context.Context, by Actor, b Backups, name string) (*os.File, error) {
	if err := DownloadBackups.Refuse(by); err != nil {
		return nil, err
	}
	if b.timeOf(name, ".db").IsZero() {
		return nil, ErrNotFound
	}
	f, err := os.Open(filepath.Join(b.Folder, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotFound
	}
	if err == nil {
		err = d.write(ctx, by, DownloadBackups, func(t *tx) error {
			return t.record("export_backup", "export", "", details{"name": name, "size": fmt.Sprint(info.Size())})
		})
		if isUnrecordable(err) { // the download may be the remedy
			err = nil
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// AskForBackup records that the actor wants a backup now.
func (d *DB) AskForBackup(ctx context.Context, by Actor) error {
	err := d.write(ctx, by, RunRegistry, func(t *tx) error { return t.record("make_backup", "system", "", nil) })
	if isUnrecordable(err) { // the backup may be the remedy
		return nil
	}
	return err
}

// Created returns when the registry was created.
func (d *DB) Created(ctx context.Context) (at time.Time, err error) {
	var stamp string
	err = d.reader.QuickQueryRow(ctx, "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', min(tstamp)) FROM goose_db_version").Scan(&stamp)
	if err != nil {
		return at, err
	}
	return time.Parse(time.RFC3339, stamp)
}
