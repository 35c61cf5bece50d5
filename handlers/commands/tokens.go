package commands

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db"
)

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Create a token, with which a program uses the JSON API as a user. It is printed once."`
	List   tokenListCmd   `cmd:"" help:"List the tokens of all users."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token at once."`
}

type tokenAddCmd struct {
	Email      string   `required:"" help:"The email of the user whom the program acts for." placeholder:"EMAIL"`
	Name       string   `required:"" help:"The program that the token is for." placeholder:"NAME"`
	Permission []string `help:"What it may do, like ViewClient; repeat it for more. Default: all that the user may." placeholder:"PERMISSION"`
	Expires    string   `help:"The last day on which it works, at most 2 years ahead, or never. The default is 90 days." placeholder:"DAY"`
}

// Validate refuses a permission that does not exist, and names those that do.
func (cmd *tokenAddCmd) Validate() error {
	var names []string
	for _, p := range db.Permissions {
		if p.Offered() {
			names = append(names, string(p))
		}
	}
	for _, p := range cmd.Permission {
		if !slices.Contains(db.Permissions, db.Permission(p)) {
			return fmt.Errorf("--permission: there is no permission %q; there are %s", p, strings.Join(names, ", "))
		}
	}
	return nil
}

// Run creates a token and prints it on a line of its own.
func (cmd *tokenAddCmd) Run(e *env) error {
	n := db.NewToken{Name: cmd.Name, ExpiresOn: cmd.Expires}
	if cmd.Expires == "never" {
		n.ExpiresOn, n.Never = "", true
	}
	for _, p := range cmd.Permission {
		n.Permissions = append(n.Permissions, db.Permission(p))
	}
	return e.with(db.Options{}, func(d *db.DB) error {
		a, err := d.AccountByEmail(e.ctx, db.System, cmd.Email)
		if errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("nobody has the email %s; see clientregistry user list", cmd.Email)
		}
		if err != nil {
			return err
		}
		k, secret, err := d.CreateTokenFor(e.ctx, db.System, a.ID, n)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, secret)
		fmt.Fprintf(e.stderr, "The token of %s ends %s. It is not shown again; its id is %s.\n", a.FullName, timeOr(k.ExpiresAt, "never"), k.ID)
		return nil
	})
}

type tokenListCmd struct{}

// Run prints one line per token: id, first characters, name, owner's email, permissions, expiry,
// last use, revoked.
func (tokenListCmd) Run(e *env) error {
	return e.read(func(d *db.DB) error {
		if err := d.IsCurrent(e.ctx); err != nil {
			return err
		}
		all, err := d.AllTokens(e.ctx, db.System)
		for _, k := range all {
			var may []string
			for _, p := range k.Permissions {
				may = append(may, string(p))
			}
			fmt.Fprintf(e.stdout, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Start, k.Name, k.Owner.Email, strings.Join(may, ","),
				timeOr(k.ExpiresAt, "never"), timeOr(k.LastUsedAt, "never used"), timeOr(k.RevokedAt, ""))
		}
		return err
	})
}

// timeOr formats a time, or returns none for the zero time.
func timeOr(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

type tokenRevokeCmd struct {
	ID string `arg:"" help:"The id of the token, see token list." name:"id"`
}

// Run revokes a token. Programs that use it are refused from the next request on.
func (cmd *tokenRevokeCmd) Run(e *env) error {
	return e.with(db.Options{}, func(d *db.DB) error {
		err := d.RevokeToken(e.ctx, db.System, cmd.ID)
		if errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("there is no token %s; see clientregistry token list", cmd.ID)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, "The token is revoked.")
		return nil
	})
}
