package db

import (
	"context"
	"errors"
	"strings"
	"testing"

	"clientregistry/db/secrets"
)

func TestAPasswordIsTakenWhole(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	long := strings.Repeat("é ", 63) + "Ab"
	hash, err := secrets.HashPassword(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateUser(t.Context(), System, NewUser{Email: "a@b.example", FullName: "A", Role: "Viewer", Hash: hash}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn(t.Context(), Actor{}, "a@b.example", long); err != nil {
		t.Error(err)
	}
	for _, other := range []string{long[:len(long)-1], long + " ", strings.ToLower(long), strings.ReplaceAll(long, " ", ""), " " + long} {
		if _, err := d.SignIn(t.Context(), Actor{}, "a@b.example", other); !errors.Is(err, ErrSignIn) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

// TestSigningInCostsTheSameWhetherTheAccountExists: one password is checked in either case, which
// takes the same time for all hashes.
func TestSigningInCostsTheSameWhetherTheAccountExists(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	hash, err := secrets.HashPassword(t.Context(), "right password")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []NewUser{
		{Email: "open@a.example", Hash: hash},
		{Email: "closed@a.example", Hash: hash},
		{Email: "invited@a.example"},
		{Email: "odd@a.example", Hash: "$argon2id$v=19$m=1,t=0,p=0$$"},
	} {
		n.FullName, n.Role = "X", "Viewer"
		if _, err := d.CreateUser(t.Context(), System, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.writer.ExecContext(t.Context(), "UPDATE users SET status = 'disabled' WHERE email = 'closed@a.example'"); err != nil {
		t.Fatal(err)
	}
	var count int
	d.checkPassword = func(ctx context.Context, hash, password string) (matches, outdated bool, err error) {
		count++
		return secrets.CheckPassword(ctx, hash, password)
	}
	for _, c := range []struct{ email, password string }{
		{"open@a.example", "wrong"},
		{"nobody@a.example", "wrong"},
		{"closed@a.example", "right password"},
		{"closed@a.example", "wrong"},
		{"invited@a.example", ""},
		{"odd@a.example", ""},
		{"", ""},
		{"a\x00\xff", "x"},
	} {
		count = 0
		if _, err := d.SignIn(context.Background(), Actor{}, c.email, c.password); !errors.Is(err, ErrSignIn) {
			t.Errorf("%q: %v", c.email, err)
		}
		if count != 1 {
			t.Errorf("%q: %d passwords checked", c.email, count)
		}
	}
}
