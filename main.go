// Command clientregistry is a client registry for a small team: organizations, contacts and what
// was said with them, in one executable with one database file, used in a browser.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // users' time zones, also where the system has none

	"clientregistry/handlers/commands"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := commands.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
