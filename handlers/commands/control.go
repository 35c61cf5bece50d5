package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clientregistry/db"
)

// For the backup command, a running server makes the copy itself: SQLite restarts a copy made by
// another process after each change. They talk HTTP over a socket beside the database, which only
// its owner can open.

// copied is the server's answer: where the copy is, and what makes it no backup, if anything. The
// server removes the copy when the connection closes, unless the command has moved it.
type copied struct {
	File  string `json:"file,omitempty"`
	Error string `json:"error,omitempty"`
}

// control answers the commands that run on this machine.
type control struct {
	db     *db.DB
	server *http.Server
	folder string // temporary folder of the socket, "" if it is beside the registry
	log    *slog.Logger
}

// socketPath is the longest path of a socket that every system allows.
const socketPath = 100

// listenToCommands starts answering commands and announces the socket. It stops when ctx is done.
// Errors are only logged, because people can be served without it.
func listenToCommands(ctx context.Context, d *db.DB, log *slog.Logger) *control {
	c := &control{db: d, log: log}
	listener, err := c.listen()
	if err == nil {
		err = d.Announce(listener.Addr().String())
	}
	if err != nil {
		log.Warn("commands cannot ask this server", "error", err)
		return c
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /backup", c.backup)
	c.server = &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelInfo),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go c.server.Serve(listener)
	return c
}

func (c *control) listen() (net.Listener, error) {
	path := c.db.Path() + ".sock"
	if len(path) > socketPath {
		var err error
		if c.folder, err = os.MkdirTemp("", "clientregistry-"); err != nil {
			return nil, err
		}
		path = filepath.Join(c.folder, "sock")
	}
	// We hold the lock, so an existing socket belongs to a killed server.
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSocket {
		os.Remove(path)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// backup makes a copy in the folder that the command names, or beside the registry if the server
// cannot write there. It keeps the copy while the command is connected.
func (c *control) backup(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	made, err := c.db.MakeCopy(ctx, r.PostFormValue("folder"))
	if unwritable := (*fs.PathError)(nil); errors.As(err, &unwritable) {
		made, err = c.db.MakeCopy(ctx, filepath.Dir(c.db.Path()))
	}
	answer := copied{}
	if err != nil {
		answer.Error = err.Error()
	}
	if db.IsDamaged(err) {
		made, err = c.db.CopyAsItIs(ctx, r.PostFormValue("folder"))
	}
	if err == nil {
		defer made.Drop()
		answer.File = made.File()
	}
	w.Header().Set("Content-Type", "application/json")
	if json.NewEncoder(w).Encode(answer) != nil || http.NewResponseController(w).Flush() != nil || err != nil {
		return
	}
	<-ctx.Done()
}

// backupByServer asks the registry's server for a copy and moves it to its name. It returns false
// if no server answers.
func backupByServer(ctx context.Context, file, to string) (bool, error) {
	address := db.Announced(file)
	if address == "" {
		return false, nil
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", address)
	}}}
	defer client.CloseIdleConnections()
	form := url.Values{"folder": {filepath.Dir(to)}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://registry/backup", strings.NewReader(form))
	if err != nil {
		return false, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if dial := (*net.OpError)(nil); errors.As(err, &dial) && dial.Op == "dial" {
		return false, nil
	}
	if err != nil {
		return true, fmt.Errorf("the server ended while it made the copy: %w", err)
	}
	defer response.Body.Close()
	var answer copied
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return true, fmt.Errorf("the server ended while it made the copy: %w", err)
	}
	if answer.Error != "" && answer.File != "" {
		return true, db.SavedAsItIs(to, errors.New(answer.Error), func(to string) error { return db.SaveCopy(answer.File, to) })
	}
	if answer.Error != "" {
		return true, errors.New(answer.Error)
	}
	return true, db.SaveCopy(answer.File, to)
}

// end cancels what is running and waits for it.
func (c *control) end() {
	if c.server != nil {
		if err := c.db.Announce(""); err != nil {
			c.log.Warn("commands may look for this server", "error", err)
		}
		last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		c.server.Shutdown(last)
	}
	if c.folder != "" {
		os.RemoveAll(c.folder)
	}
}
