package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"clientregistry/db/sqlite"
)

// Copy is a verified copy of the registry: its integrity and audit chain were checked, and its rows
// counted. It is a temporary file until Save; Drop must be called in the end.
type Copy struct {
	Counts
	Size int64
	part *os.File
}

// File returns the path of the temporary file.
func (c *Copy) File() string { return c.part.Name() }

// Save gives the copy its final name, which must not be taken.
func (c *Copy) Save(to string) error { return sqlite.NameFile(c.part.Name(), to) }

// Drop releases the copy, and removes it if it was not saved.
func (c *Copy) Drop() { dropPart(c.part) }

// Backup writes a verified copy of the registry to a new file that only its owner may read. A
// server may keep running meanwhile. The name appears only when the file is complete; it is an
// error if it exists.
func (d *DB) Backup(ctx context.Context, to string) error {
	if err := MayBackUpTo(to); err != nil {
		return err
	}
	c, err := d.MakeCopy(ctx, filepath.Dir(to))
	if IsDamaged(err) {
		return d.saveAsItIs(ctx, to, err)
	}
	if err != nil {
		return err
	}
	defer c.Drop()
	return c.Save(to)
}

func (d *DB) saveAsItIs(ctx context.Context, to string, damage error) error {
	c, err := d.CopyAsItIs(ctx, filepath.Dir(to))
	if err != nil {
		return errors.Join(damage, err)
	}
	defer c.Drop()
	return SavedAsItIs(to, damage, c.Save)
}

// SavedAsItIs saves a copy of a damaged registry under a name that no backup has, and returns an
// error that says what it is.
func SavedAsItIs(to string, damage error, save func(to string) error) error {
	to += ".damaged"
	if err := save(to); err != nil {
		return errors.Join(damage, err)
	}
	return fmt.Errorf("%w; a copy of the registry as it is was put at %s, which can be read but not restored", damage, to)
}

// MayBackUpTo returns an error if a file exists, or its folder does not.
func MayBackUpTo(to string) error {
	if info, err := os.Stat(filepath.Dir(to)); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot write the backup: there is no folder %s; make it first, or choose another", filepath.Dir(to))
	} else if err == nil && !info.IsDir() {
		return fmt.Errorf("cannot write the backup: %s is not a folder; choose another", filepath.Dir(to))
	}
	if _, err := os.Lstat(to); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s exists already; give the backup another name", to)
	}
	return nil
}

// SaveCopy renames a copy that another process made, even to another disk.
func SaveCopy(from, to string) error {
	return moveFile(from, to)
}

// MakeCopy makes a verified copy in a folder. It delays writes by a few milliseconds at most.
func (d *DB) MakeCopy(ctx context.Context, folder string) (*Copy, error) {
	RemoveParts(folder)
	if err := d.checkRoom(ctx, folder); err != nil {
		return nil, err
	}
	const tries = 3 // another process may write between the copy's last step and the count
	for n := 1; ; n++ {
		c, err := d.makeCopy(ctx, folder, true)
		if differs := (*copyDiffers)(nil); !errors.As(err, &differs) || n == tries {
			return c, explain(err)
		}
	}
}

// CopyAsItIs copies a damaged registry without verifying it, so that somebody can read or repair
// it.
func (d *DB) CopyAsItIs(ctx context.Context, folder string) (*Copy, error) {
	return d.makeCopy(ctx, folder, false)
}

func (d *DB) makeCopy(ctx context.Context, folder string, prove bool) (_ *Copy, err error) {
	part, err := createPart(folder)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			dropPart(part)
		}
	}()
	live, err := d.copyTo(ctx, part)
	if !prove && IsDamaged(err) { // the damage prevents counting
		live, err = &Counts{}, nil
	}
	if err != nil {
		return nil, err
	}
	if live == nil {
		return nil, errors.New("the registry has not been set up")
	}
	if prove {
		if err := proveCopy(ctx, part.Name(), *live); err != nil {
			return nil, err
		}
	}
	info, err := part.Stat()
	if err != nil {
		return nil, err
	}
	return &Copy{Counts: *live, Size: info.Size(), part: part}, part.Sync()
}

// copyDiffers means that a copy does not contain what the registry does.
type copyDiffers struct {
	live   Counts
	copied *Counts
}

func (e *copyDiffers) Error() string {
	return fmt.Sprintf("the copy does not match the registry: it has %+v, not %+v", e.copied, e.live)
}

// proveCopy opens a copy, verifies it, and compares it with the registry's counts.
func proveCopy(ctx context.Context, path string, live Counts) error {
	p := sqlite.Open(path, sqlite.Shared, 1)
	defer p.End()
	d := &DB{path: path, reader: p, writer: p}
	end, err := d.checkFile(ctx, true)
	if err != nil {
		return fmt.Errorf("the copy is not sound: %w", err)
	}
	found, err := countAll(ctx, p)
	if err != nil {
		return err
	}
	if found == nil || *found != live || end != (chainEnd{live.History, live.Hash}) {
		return &copyDiffers{live, found}
	}
	return nil
}

// NoRoom means that a copy does not fit on a disk.
type NoRoom struct {
	Folder  string
	Missing int64 // bytes
}

func (e *NoRoom) Error() string {
	return fmt.Sprintf("there is not enough room in %s: %d MB more are needed; make room there, or choose another folder",
		e.Folder, e.Missing>>20+1)
}

// checkRoom returns NoRoom if a copy would not fit. On the registry's own disk it also reserves
// what the registry needs to keep working.
func (d *DB) checkRoom(ctx context.Context, folder string) error {
	space := sqlite.FreeSpace
	if d.inTests.free != nil {
		space = d.inTests.free
	}
	free, known := space(folder)
	if !known {
		return nil
	}
	needed, err := d.writer.Size(ctx)
	if err != nil {
		return err
	}
	needed += 1 << 20
	if sqlite.SameDisk(folder, d.path) {
		needed += 64 << 20
	}
	if free < needed {
		return &NoRoom{folder, needed - free}
	}
	return nil
}

// copyBefore copies the registry before an upgrade. Nobody else uses it yet, and the upgrade checks
// it itself.
func (d *DB) copyBefore(ctx context.Context, to string) error {
	folder := filepath.Dir(to)
	RemoveParts(folder)
	if err := d.checkRoom(ctx, folder); err != nil {
		return err
	}
	part, err := createPart(folder)
	if err != nil {
		return err
	}
	defer dropPart(part)
	if err := sqlite.CopyIdle(ctx, d.writer, d.file, part); err != nil {
		return err
	}
	return sqlite.PutInPlace(part.Name(), to)
}
