// Package commands is the command line. Each command is a few lines that call db or handlers.
package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
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
		fmt.Fprintf(stderr, "clientregistry: %s\n", strings.ReplaceAll(messageOf(err), "\n", "; "))
		return 1
	}
	return 0
}

// flagOf is the flag that a column's value was typed in, where it has another name.
var flagOf = map[string]string{"full_name": "name", "expires_on": "expires", "time_zone": "time-zone"}

// messageOf returns the text of an error. What was typed and refused is named by its flag.
func messageOf(err error) string {
	var refused *db.Invalid
	if !errors.As(err, &refused) {
		return err.Error()
	}
	typed := &db.Invalid{Fields: map[string]string{}}
	for column, message := range refused.Fields {
		typed.Fields["--"+cmp.Or(flagOf[column], column)] = message
	}
	return strings.TrimPrefix(typed.Error(), "invalid: ")
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

	WebhookAllow []network `help:"Networks that webhooks may reach although they are not public; repeat it for each." placeholder:"CIDR"`

	PhoneRegion string `help:"Country of phone numbers without a country code, like DE. The default is the one chosen at the setup." placeholder:"CODE"`

	APIRate int `help:"How many requests a second a program may make with one token." name:"api-rate" default:"50" placeholder:"NUMBER"`
}

// network is a network that a flag names, like 10.1.0.0/16.
type network struct{ netip.Prefix }

// UnmarshalText reads a network, and says how to write one.
func (n *network) UnmarshalText(typed []byte) (err error) {
	if n.Prefix, err = netip.ParsePrefix(string(typed)); err != nil {
		return fmt.Errorf("%q is not a network; write it like 10.1.0.0/16, or like 127.0.0.1/32 for one address", typed)
	}
	return nil
}

// Validate refuses an address that nothing can listen on, sessions that could not begin, and a base URL that cannot
// be linked to.
func (cmd *serveCmd) Validate() error {
	if _, _, err := net.SplitHostPort(cmd.Addr); err != nil {
		return fmt.Errorf("--addr: %q is not an address and a port; write it like 127.0.0.1:8080", cmd.Addr)
	}
	for _, proxy := range cmd.TrustedProxies {
		_, err1 := netip.ParseAddr(proxy)
		if _, err2 := netip.ParsePrefix(proxy); err1 != nil && err2 != nil {
			return fmt.Errorf("--trusted-proxies: %q is not an address; write it like 10.1.0.2, or like 10.1.0.0/16 for a network", proxy)
		}
	}
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
	var allow []netip.Prefix
	for _, n := range cmd.WebhookAllow {
		allow = append(allow, n.Prefix)
	}
	d, err := db.Open(e.ctx, e.file, db.Options{
		Exclusive: true, Create: true, Check: true,
		SessionIdle: cmd.SessionIdle, SessionMax: cmd.SessionMax, PhoneRegion: cmd.PhoneRegion, WebhookAllow: allow,
	})
	if err != nil {
		return err
	}
	defer d.Close()
	listener, err := net.Listen("tcp", cmd.Addr)
	if err != nil {
		return cannotListen(cmd.Addr, err)
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
	if b := j.Backups(); b != nil {
		if err := b.Ready(); err != nil { // people can work meanwhile
			log.Error("no backups can be made: let the program write in their folder, or choose another --backup-dir",
				"folder", b.Folder, "error", err)
		}
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

// cannotListen says why an address cannot be listened on, and what to do.
func cannotListen(addr string, err error) error {
	do := "choose another --addr"
	if errors.Is(err, syscall.EADDRINUSE) {
		do = "stop what uses it, or choose another --addr"
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) { // the rest repeats the address
		err = op.Err
	}
	return fmt.Errorf("cannot listen on %s: %w; %s", addr, err, do)
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

type versionCmd struct{}

// Run prints the version, the commit it was built from and SQLite's version.
func (versionCmd) Run(e *env) error {
	version, commit := handlers.Version()
	fmt.Fprintf(e.stdout, "clientregistry %s\ncommit %s\nSQLite %s\n", version, commit, db.SQLiteVersion())
	return nil
}
