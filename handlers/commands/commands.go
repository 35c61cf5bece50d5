// Package commands is the command line. Each command is a few lines that call db or handlers.
package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/demo"
	"clientregistry/handlers"
	"clientregistry/handlers/api"
	"clientregistry/handlers/jobs"
)

// cli is the command line. Each flag also has an environment variable CLIENTREGISTRY_….
type cli struct {
	DB string `help:"The registry's file." default:"clientregistry.db" name:"db" placeholder:"FILE"`

	Serve   serveCmd   `cmd:"" default:"withargs" help:"Serve the registry (this is what happens without a command)."`
	User    userCmd    `cmd:"" help:"Manage users."`
	Token   tokenCmd   `cmd:"" help:"Manage the tokens of programs."`
	Demo    demoCmd    `cmd:"" help:"Fill an empty registry with sample data."`
	Backup  backupCmd  `cmd:"" help:"Copy the registry, even while the server runs."`
	Backups backupsCmd `cmd:"" help:"List the backups that the server makes by itself."`
	Restore restoreCmd `cmd:"" help:"Restore a copy. Stop the server first; the old file is kept, and everybody is signed out."`
	Verify  verifyCmd  `cmd:"" help:"Check the file, its foreign keys and the chain of its history."`
	Version versionCmd `cmd:"" help:"Show the version."`
}

// env is what commands need besides their flags.
type env struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	file           string
}

// Run executes the arguments and returns the exit code: 0 for success, 1 for failure, 2 for wrong
// usage.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("clientregistry"),
		kong.Description("A client registry for small teams: one executable, one file, opened in a browser."),
		kong.DefaultEnvars("CLIENTREGISTRY"), kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }))
	if err != nil {
		fmt.Fprintln(stderr, "clientregistry:", err)
		return 1
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help was handled
		return exit
	}
	if err != nil {
		fmt.Fprintf(stderr, "clientregistry: %v; see clientregistry --help\n", err)
		return 2
	}
	if err := command.Run(&env{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, file: c.DB}); err != nil {
		fmt.Fprintf(stderr, "clientregistry: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		return 1
	}
	return 0
}

type serveCmd struct {
	Addr           string   `help:"Address to listen on." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	BaseURL        string   `help:"Address that people type, if it differs: https behind a proxy, for example." name:"base-url" placeholder:"URL"`
	TrustedProxies []string `help:"Proxies whose X-Forwarded-For header is trusted." placeholder:"ADDRESS"`
	LogFormat      string   `help:"text or json." enum:"text,json" default:"text"`

	BackupDir string         `help:"Folder of the nightly backups; off makes none. The default is backups, beside the registry." placeholder:"FOLDER"`
	BackupAt  jobs.DailyTime `help:"When the nightly backup is made, in this machine's time." default:"03:00" placeholder:"HH:MM"`

	SessionIdle time.Duration `help:"How long people stay signed in without activity." default:"8h" placeholder:"TIME"`
	SessionMax  time.Duration `help:"The longest that people stay signed in." default:"72h" placeholder:"TIME"`

	WebhookAllow []netip.Prefix `help:"Networks that webhooks may reach although they are not public; repeat it for each." placeholder:"CIDR"`

	PhoneRegion string `help:"Country of phone numbers without a country code, like DE. The default is the one chosen at the setup." placeholder:"CODE"`

	APIRate int `help:"How many requests a second a program may make with one token." name:"api-rate" default:"50" placeholder:"NUMBER"`
}

// Validate refuses sessions that could not begin, and a base URL that cannot be linked to.
func (cmd *serveCmd) Validate() error {
	if cmd.BaseURL != "" {
		if _, err := handlers.ParseBaseURL(cmd.BaseURL); err != nil {
			return fmt.Errorf("--base-url: %w", err)
		}
	}
	if cmd.PhoneRegion != "" && !db.IsPhoneRegion(cmd.PhoneRegion) {
		return fmt.Errorf("--phone-region %s is not a country; write its two letters, like DE", cmd.PhoneRegion)
	}
	if cmd.APIRate < 1 {
		return errors.New("--api-rate is at least 1")
	}
	if cmd.SessionIdle < time.Minute || cmd.SessionMax < cmd.SessionIdle {
		return errors.New("--session-idle is at least 1m, and --session-max at least as long")
	}
	return nil
}

// Run serves until ctx is done, then gives running requests 10 s to finish. A start that is
// interrupted is no failure.
func (cmd *serveCmd) Run(e *env) error {
	serving := false
	err := cmd.run(e, &serving)
	if !serving && e.ctx.Err() != nil {
		return nil
	}
	return err
}

func (cmd *serveCmd) run(e *env, serving *bool) error {
	gin.SetMode(gin.ReleaseMode)
	d, err := db.Open(e.ctx, e.file, db.Options{
		Exclusive: true, Create: true, Check: true,
		SessionIdle: cmd.SessionIdle, SessionMax: cmd.SessionMax, PhoneRegion: cmd.PhoneRegion, WebhookAllow: cmd.WebhookAllow,
	})
	if err != nil {
		return err
	}
	defer d.Close()
	listener, err := net.Listen("tcp", cmd.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; stop what uses it, or choose another --addr", cmd.Addr, err)
	}
	if cmd.BaseURL == "" {
		cmd.BaseURL = "http://" + openAddress(listener.Addr().String())
	}
	log := slog.New(logHandler(cmd.LogFormat, e.stderr))
	ctx, stop := context.WithCancel(e.ctx)
	j := jobs.New(ctx, d, jobs.Options{
		BackupDir: cmd.backupDir(e.file), BackupAt: cmd.BackupAt, EventData: api.EventData(d), Log: log,
	})
	defer j.Wait()
	defer stop()
	s, err := handlers.New(d, j, handlers.Options{BaseURL: cmd.BaseURL, TrustedProxies: cmd.TrustedProxies, APIRate: cmd.APIRate, Log: log})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer listenToCommands(e.ctx, d, log).end()
	if d.Made() {
		log.Info("there was no registry; a new one was made", "file", e.file)
	}
	s.ClockIsOff(e.ctx)
	if h := d.Health(); h.Damage != "" {
		log.Error("the file is damaged; nothing is written to it: copy it out with backup, then restore a backup", "found", h.Damage)
	}
	if err := d.CheckKey(e.ctx); err != nil {
		log.Warn("second factors or webhooks cannot be used", "error", err)
	}
	has, err := d.HasUsers(e.ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if has {
		fmt.Fprintf(e.stdout, "Client Registry is at %s\n", cmd.BaseURL)
	} else {
		fmt.Fprintf(e.stdout, "Client Registry is at %s (this link makes the first administrator; it works once, for an hour)\n", s.SetupLink())
	}
	jobs.SpareMemory()
	j.Start()
	defer s.End()
	*serving = true
	return serve(e.ctx, listener, s, log)
}

// backupDir returns the folder for backups, "" if none are made.
func (cmd *serveCmd) backupDir(file string) string {
	if cmd.BackupDir == "off" {
		return ""
	}
	return db.BackupsIn(cmd.BackupDir, file).Folder
}

// openAddress returns the address to open in a browser on this machine.
func openAddress(listens string) string {
	host, port, err := net.SplitHostPort(listens)
	ip := net.ParseIP(host)
	switch {
	case err != nil || !ip.IsUnspecified():
		return listens
	case ip.To4() != nil:
		return "127.0.0.1:" + port
	}
	return "localhost:" + port
}

func serve(ctx context.Context, listener net.Listener, s *handlers.Server, log *slog.Logger) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: handlers.WriteTimeout,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelInfo),
	}
	server.RegisterOnShutdown(s.End)
	listener = s.CoverOwnAnswers(server, listener)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return server.Shutdown(last)
}

func logHandler(format string, w io.Writer) slog.Handler {
	if format == "json" {
		return slog.NewJSONHandler(w, nil)
	}
	return slog.NewTextHandler(w, nil)
}

type demoCmd struct {
	Size string `help:"s (1,000 organizations), m (50,000) or l (500,000)." enum:"s,m,l" default:"s"`
	Seed uint64 `help:"Seed of the sample: the same number makes the same data." default:"1"`
}

// Run fills the registry with sample data and prints its progress.
func (cmd *demoCmd) Run(e *env) error {
	d, err := e.open(db.Options{Exclusive: true, Create: true})
	if err != nil {
		return err
	}
	defer d.Close()
	shown := -1
	err = demo.Fill(e.ctx, d, db.System, cmd.Size, cmd.Seed, func(done, total int) {
		if percent := done * 100 / max(total, 1); percent/10 > shown {
			shown = percent / 10
			fmt.Fprintf(e.stderr, "%d %%\n", percent)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "Filled %s with sample data of size %s. Its people cannot sign in; create an account for yourself with user add.\n",
		e.file, cmd.Size)
	return nil
}

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
		return fmt.Errorf("cannot write the backup %s: %w", cmd.File, err)
	}
	fmt.Fprintf(e.stdout, "Copied %s to %s.\n", e.file, cmd.File)
	return nil
}

// backupAlone copies the registry if no server can.
func backupAlone(e *env, to string) error {
	return e.read(func(d *db.DB) error { return d.Backup(e.ctx, to) })
}

type backupsCmd struct {
	Dir string `help:"Their folder. The default is backups, beside the registry." env:"CLIENTREGISTRY_BACKUP_DIR" placeholder:"FOLDER"`
}

// Run lists the backups, newest first: time, size, whether it is proven, and file.
func (cmd *backupsCmd) Run(e *env) error {
	b := db.BackupsIn(cmd.Dir, e.file)
	all, err := b.All()
	if err != nil {
		return err
	}
	db.RemoveParts(b.Folder)
	const layout = "2006-01-02 15:04:05"
	for _, x := range all {
		if x.Name == "" {
			continue
		}
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
	row, err := d.RowOfHash(e.ctx, strings.ToLower(strings.TrimSpace(cmd.Hash)))
	if errors.Is(err, db.ErrNotFound) {
		return errors.New("no row of the history carries the hash you noted: rows were cut off or rewritten since; compare with a backup")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "The hash you noted is that of row %d.\n", row)
	return sayLost(e, d)
}

type versionCmd struct{}

// Run prints the version, the commit it was built from and SQLite's version.
func (versionCmd) Run(e *env) error {
	version, commit := handlers.Version()
	fmt.Fprintf(e.stdout, "clientregistry %s\ncommit %s\nSQLite %s\n", version, commit, db.SQLiteVersion())
	return nil
}
