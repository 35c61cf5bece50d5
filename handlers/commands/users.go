package commands

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"clientregistry/db"
	"clientregistry/db/secrets"
	"clientregistry/handlers"
)

type userCmd struct {
	Add           userAddCmd           `cmd:"" help:"Create a user who may sign in at once."`
	List          userListCmd          `cmd:"" help:"List the users."`
	ResetPassword userResetPasswordCmd `cmd:"" help:"Give a user a new password; it ends their sessions and lifts a lock."`
	ResetMFA      userResetMFACmd      `cmd:"" name:"reset-mfa" help:"Remove the second factor of a user who lost it; it ends their sessions."`
	Unlock        userUnlockCmd        `cmd:"" help:"Unlock a user or an address."`
	AddRole       userAddRoleCmd       `cmd:"" help:"Give a user one more role."`
}

type userAddCmd struct {
	Email         string `required:"" help:"The email they sign in with." placeholder:"EMAIL"`
	Name          string `required:"" help:"Their full name." placeholder:"NAME"`
	Role          string `required:"" help:"Administrator, Manager, Viewer, or one of your own." placeholder:"ROLE"`
	TimeZone      string `help:"Their time zone, like Europe/Stockholm; without it, what their browser says when they first sign in." placeholder:"ZONE"`
	PasswordStdin bool   `help:"Read the password from standard input even on a terminal."`
}

// Run creates a user with a password that is typed or piped in.
func (cmd *userAddCmd) Run(e *env) error {
	hash, err := newPassword(e, cmd.PasswordStdin, cmd.Email)
	if err != nil {
		return err
	}
	d, err := e.open(db.Options{Create: true})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := e.roleIsThere(d, cmd.Role); err != nil {
		return err
	}
	u, err := d.CreateUser(e.ctx, db.System, db.NewUser{
		Email: cmd.Email, FullName: cmd.Name, Role: cmd.Role, TimeZone: cmd.TimeZone, Hash: hash,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s may sign in as %s (%s).\n", u.FullName, u.Email, cmd.Role)
	return nil
}

// newPassword reads a password and returns its hash. On a terminal the input is hidden, else the
// first line is read.
func newPassword(e *env, stdin bool, email string) (hash string, err error) {
	var password string
	if f, ok := e.stdin.(*os.File); ok && !stdin && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(e.stderr, "Password: ")
		typed, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(e.stderr)
		if err != nil {
			return "", err
		}
		password = string(typed)
	} else {
		line, err := bufio.NewReader(io.LimitReader(e.stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		password = strings.TrimRight(line, "\r\n")
	}
	if why := handlers.RefusePassword(password, email); why != "" {
		return "", fmt.Errorf("password: %s", why)
	}
	return secrets.HashPassword(e.ctx, password)
}

type userListCmd struct{}

// Run prints one line per user: email, name, state, roles.
func (userListCmd) Run(e *env) error {
	return e.read(func(d *db.DB) error {
		if err := d.IsCurrent(e.ctx); err != nil {
			return err
		}
		all, err := d.Accounts(e.ctx, db.System)
		for _, a := range all {
			fmt.Fprintf(e.stdout, "%s\t%s\t%s\t%s\n", a.Email, a.FullName, a.State(time.Now()), strings.Join(a.Roles, ", "))
		}
		return err
	})
}

type userResetPasswordCmd struct {
	Email         string `required:"" help:"The email of the user who gets a new password." placeholder:"EMAIL"`
	PasswordStdin bool   `help:"Read the password from standard input even on a terminal."`
}

// Run gives the user a password that is typed or piped in.
func (cmd *userResetPasswordCmd) Run(e *env) error {
	hash, err := newPassword(e, cmd.PasswordStdin, cmd.Email)
	if err != nil {
		return err
	}
	return e.change(cmd.Email, "may sign in with the new password", func(d *db.DB, id string) error {
		return d.SetPassword(e.ctx, db.System, id, hash)
	})
}

type userResetMFACmd struct {
	Email string `required:"" help:"The email of the user who lost it." placeholder:"EMAIL"`
}

// Run removes the user's second factor.
func (cmd *userResetMFACmd) Run(e *env) error {
	return e.change(cmd.Email, "has no second factor now and signs in with the password", func(d *db.DB, id string) error {
		return d.ResetSecondFactor(e.ctx, db.System, id)
	})
}

type userUnlockCmd struct {
	Email   string `required:"" xor:"whom" help:"The email of the user to unlock." placeholder:"EMAIL"`
	Address string `required:"" xor:"whom" help:"The address to unlock, for all who sign in from it." placeholder:"ADDRESS"`
}

// Run unlocks an account or an address.
func (cmd *userUnlockCmd) Run(e *env) error {
	if cmd.Address != "" {
		return cmd.unlockAddress(e)
	}
	return e.change(cmd.Email, "may try again", func(d *db.DB, id string) error { return d.Unlock(e.ctx, db.System, id) })
}

func (cmd *userUnlockCmd) unlockAddress(e *env) error {
	_, err := netip.ParseAddr(cmd.Address)
	network, _ := netip.ParsePrefix(cmd.Address) // the users' page names IPv6 addresses by their /64
	if err != nil && network.Bits() != 64 {
		return fmt.Errorf("%q is not an address; write it like 192.0.2.1 or 2001:db8::1", cmd.Address)
	}
	return e.with(db.Options{}, func(d *db.DB) error {
		if err := d.UnlockAddress(e.ctx, db.System, cmd.Address); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "Sign-ins from %s are unlocked.\n", cmd.Address)
		return nil
	})
}

type userAddRoleCmd struct {
	Email string `required:"" help:"The email of the user who gets the role." placeholder:"EMAIL"`
	Role  string `required:"" help:"Administrator, Manager, Viewer, or one of your own." placeholder:"ROLE"`
}

// Run adds a role to the user's roles.
func (cmd *userAddRoleCmd) Run(e *env) error {
	return e.change(cmd.Email, "is "+cmd.Role+" now", func(d *db.DB, id string) error {
		if err := e.roleIsThere(d, cmd.Role); err != nil {
			return err
		}
		return d.AddRole(e.ctx, db.System, id, cmd.Role)
	})
}

// roleIsThere returns an error that names the roles if this one does not exist.
func (e *env) roleIsThere(d *db.DB, role string) error {
	roles, err := d.Roles(e.ctx, db.System)
	var slugs []string
	for _, x := range roles {
		slugs = append(slugs, x.Slug)
	}
	if err == nil && !slices.Contains(slugs, role) {
		return fmt.Errorf("--role: there is no role %q; there are %s", role, strings.Join(slugs, ", "))
	}
	return err
}

// open opens the registry, and prints a line if it created it.
func (e *env) open(o db.Options) (*db.DB, error) {
	d, err := db.Open(e.ctx, e.file, o)
	if err == nil && d.Made() {
		fmt.Fprintf(e.stderr, "There was no registry %s; a new one was made.\n", e.file)
	}
	return d, err
}

// read runs do on a registry that may be in use, on a full disk, or read-only.
func (e *env) read(do func(*db.DB) error) error { return e.with(db.Options{ReadOnly: true}, do) }

func (e *env) with(o db.Options, do func(*db.DB) error) error {
	d, err := e.open(o)
	if err != nil {
		return err
	}
	defer d.Close()
	return do(d)
}

// change runs do on the user with this email, then prints done.
func (e *env) change(email, done string, do func(d *db.DB, id string) error) error {
	return e.with(db.Options{}, func(d *db.DB) error {
		a, err := d.AccountByEmail(e.ctx, db.System, email)
		if errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("nobody has the email %s; see clientregistry user list", email)
		}
		if err != nil {
			return err
		}
		if err := do(d, a.ID); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s %s.\n", a.FullName, done)
		return nil
	})
}
