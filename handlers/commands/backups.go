package commands

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
)

type backupCmd struct {
	File string `arg:"" help:"The new file." placeholder:"FILE"`
}

// Run copies the registry to a new file.
func (cmd *backupCmd) Run(e *env) error {
	to, err := filepath.Abs(cmd.File)
	if err != nil {
		return err
	}
	if err := db.MayBackUpTo(to); err != nil {
		return err
	}
	asked, err := backupByServer(e.ctx, e.file, to)
	if !asked && err == nil {
		err = backupAlone(e, to)
	}
	if err != nil {
		return fmt.Errorf("cannot write the backup %s: %w", cmd.File, withoutPart(err))
	}
	fmt.Fprintf(e.stdout, "Copied %s to %s.\n", e.file, cmd.File)
	return nil
}

// withoutPart leaves out the temporary name of a copy that could not be written or moved.
func withoutPart(err error) error {
	var move *os.LinkError
	var file *fs.PathError
	switch {
	case errors.As(err, &move):
		return move.Err
	case errors.As(err, &file) && strings.HasSuffix(file.Path, ".part"):
		return file.Err
	}
	return err
}

// backupAlone copies the registry if no server can.
func backupAlone(e *env, to string) error {
	return e.read(func(d *db.DB) error { return d.Backup(e.ctx, to) })
}

type backupsCmd struct {
	Dir string `help:"Their folder. The default is backups, beside the registry." aliases:"backup-dir" env:"CLIENTREGISTRY_BACKUP_DIR" placeholder:"FOLDER"`
}

// Run lists the backups, newest first: time, size, whether it is proven, and file. That there are none is no line of
// the list, so it goes to standard error.
func (cmd *backupsCmd) Run(e *env) error {
	if cmd.Dir == "off" {
		fmt.Fprintln(e.stderr, "The server makes none: --backup-dir is off.")
		return nil
	}
	b := db.BackupsIn(cmd.Dir, e.file)
	all, err := b.All()
	if err != nil {
		return err
	}
	db.RemoveParts(b.Folder)
	all = slices.DeleteFunc(all, func(x db.Backup) bool { return x.Name == "" })
	if len(all) == 0 {
		fmt.Fprintf(e.stderr, "There are no backups of %s in %s. If the server makes them elsewhere, add its --backup-dir.\n", e.file, b.Folder)
	}
	const layout = "2006-01-02 15:04:05"
	for _, x := range all {
		state := "not proven"
		if !x.ProvenAt.IsZero() {
			state = "proven " + x.ProvenAt.Local().Format(layout)
		}
		fmt.Fprintf(e.stdout, "%s\t%s\t%s\t%s\n", x.At.Local().Format(layout), handlers.Bytes(x.Size), state, filepath.Join(b.Folder, x.Name))
	}
	return nil
}

type restoreCmd struct {
	File string `arg:"" help:"The copy to put in place." placeholder:"FILE"`
}

// Run replaces the registry with a copy.
func (cmd *restoreCmd) Run(e *env) error {
	done, err := db.Restore(e.ctx, cmd.File, e.file, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "Restored %s from %s, as of %s (row %d of its history).\n",
		e.file, cmd.File, done.AsOf.UTC().Format("2 Jan 2006 15:04 UTC"), done.Rows)
	fmt.Fprintf(e.stdout, "%s signed out; earlier invitation and password links no longer work.\n", people(done.SignedOut))
	if done.Stopped > 0 {
		fmt.Fprintf(e.stdout, "Webhooks that were on and are off now: %d. Switch on those that are still wanted.\n", done.Stopped)
	}
	if done.SetAside != "" {
		fmt.Fprintf(e.stdout, "What was there is kept as %s.\n", done.SetAside)
	}
	return e.read(func(d *db.DB) error { return sayLost(e, d) })
}

func people(n int64) string {
	if n == 1 {
		return "1 person was"
	}
	return fmt.Sprintf("%d people were", n)
}

// sayLost prints a line if the key of the second factors is missing. The rest of the registry works
// without it.
func sayLost(e *env, d *db.DB) error {
	err := d.CheckKey(e.ctx)
	if lost := (*db.KeyLost)(nil); errors.As(err, &lost) {
		fmt.Fprintf(e.stdout, "%v.\n", lost)
		return nil
	}
	return err
}

type verifyCmd struct {
	Hash string `help:"A row's hash, noted earlier, that must still be in the history." placeholder:"HASH"`
}

// Validate refuses what is no hash, which no row could have.
func (cmd *verifyCmd) Validate() error {
	cmd.Hash = strings.ToLower(strings.TrimSpace(cmd.Hash))
	if sum, err := hex.DecodeString(cmd.Hash); cmd.Hash != "" && (err != nil || len(sum) != sha256.Size) {
		return fmt.Errorf("--hash: %q is not a hash; write all %d characters that verify printed", cmd.Hash, hex.EncodedLen(sha256.Size))
	}
	return nil
}

// Run checks the registry. Its error names the first problem.
func (cmd *verifyCmd) Run(e *env) error {
	return e.read(func(d *db.DB) error { return cmd.verify(e, d) })
}

func (cmd *verifyCmd) verify(e *env, d *db.DB) error {
	v, err := d.Verify(e.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s is sound: file, foreign keys, and %d rows of history.\nThe newest row's hash, to note elsewhere: %s\n",
		e.file, v.Rows, v.Hash)
	if cmd.Hash == "" {
		return sayLost(e, d)
	}
	row, err := d.RowOfHash(e.ctx, cmd.Hash)
	if errors.Is(err, db.ErrNotFound) {
		return errors.New("no row of the history carries the hash you noted: rows were cut off or rewritten since; compare with a backup")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "The hash you noted is that of row %d.\n", row)
	return sayLost(e, d)
}
