package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/mattn/go-sqlite3"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
)

// A full disk or damaged file is answered with its status and plain words, never with an internal
// error text.
func TestWhatADiskRefusesIsTold(t *testing.T) {
	t.Parallel()
	sqlite := func(code sqlite3.ErrNo, no syscall.Errno) error {
		return fmt.Errorf("save: %w", sqlite3.Error{Code: code, SystemErrno: no})
	}
	for _, x := range []struct {
		method string
		err    error
		status int
		text   string
		to     string // shown to administrators
	}{
		{"POST", sqlite(sqlite3.ErrFull, 0), 507, "is full", "Free some space"},
		{"GET", sqlite(sqlite3.ErrIoErr, syscall.ENOSPC), 507, "is full", "Free some space"},
		{"POST", sqlite(sqlite3.ErrReadonly, 0), 507, "cannot be written", "file and folder writable"},
		{"POST", sqlite(sqlite3.ErrCantOpen, syscall.EROFS), 507, "cannot be written", "file and folder writable"},
		{"POST", &db.Damaged{Found: "Tree 7"}, 503, "is damaged. Nothing was changed", "then restore a backup"},
		{"GET", &db.Damaged{Found: "Tree 7"}, 503, "is damaged. Nothing was changed", "then restore a backup"},
		{"POST", sqlite(sqlite3.ErrCorrupt, 0), 503, "is damaged. Nothing was changed", "then restore a backup"},
		{"GET", sqlite(sqlite3.ErrCorrupt, 0), 503, "damaged where this is stored", "then restore a backup"},
		{"GET", sqlite(sqlite3.ErrIoErr, syscall.EIO), 503, "cannot be read", "its disk is connected"},
		{"POST", sqlite(sqlite3.ErrCantOpen, syscall.EMFILE), 503, "cannot be read", "its disk is connected"},
	} {
		for _, may := range [][]db.Permission{nil, {db.ManageSystem}} {
			c, _ := gin.CreateTestContext(httptest.NewRecorder())
			c.Request = httptest.NewRequest(x.method, "/organizations", nil)
			c.Set("visitor", &Visitor{Actor: db.Actor{May: may}})
			a, is := describeDisk(c, x.err)
			todo := "Tell an administrator."
			if may != nil {
				todo = x.to
			}
			if !is || a.Status != x.status || !strings.Contains(a.Message, x.text) ||
				!strings.Contains(a.Message, todo) || len([]rune(a.Message)) > 200 {
				t.Errorf("%s %v: %+v, want %d, %q and %q within 200 characters", x.method, x.err, a, x.status, x.text, todo)
			}
			if strings.Contains(a.Message, "save:") || strings.Contains(a.Message, "Tree") {
				t.Errorf("%q tells what is internal", a.Message)
			}
		}
	}
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest("POST", "/", nil)
	for _, err := range []error{sqlite(sqlite3.ErrFull, 0), sqlite(sqlite3.ErrReadonly, 0), &db.Damaged{Found: "Tree 7"}} {
		if a, _ := describeDisk(c, err); strings.Contains(a.Message, "can still read") || !strings.Contains(a.Message, "you cannot sign in") {
			t.Errorf("whoever is not signed in is told %q", a.Message)
		}
	}
	if a, is := describeDisk(c, errors.New("a bug")); is {
		t.Errorf("a bug is told as %+v", a)
	}
}

// TestEveryErrorHasItsAnswer: a status, a text, and when to retry if that helps.
func TestEveryErrorHasItsAnswer(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	s := New(d, Options{BaseURL: &url.URL{Scheme: "https", Host: "registry.example"}})
	for _, x := range []struct {
		err    error
		status int
		text   string
		retry  string
	}{
		{ErrNoSession, 401, "Sign in first", ""},
		{ErrMustEnrol, 403, "second factor", ""},
		{db.Missing{Permission: db.EditClient}, 403, "Missing permission: EditClient", ""},
		{db.ErrForbidden, 403, "Nothing was changed", ""},
		{db.ErrNotFound, 404, "you may not see it", ""},
		{ErrMethod, 405, "does not accept", ""},
		{&db.Conflict{By: "Lea"}, 409, "Lea changed this", ""},
		{&db.Conflict{}, 409, "Somebody changed this", ""},
		{&db.Repeated{}, 409, "already sent with different content", ""},
		{&http.MaxBytesError{Limit: maxBody}, 413, "larger than 1 MB", ""},
		{ErrType, 415, "as a form", ""},
		{ErrForm, 400, "could not be read", ""},
		{&db.Invalid{Fields: map[string]string{"website": "Enter an address"}}, 422, "Enter an address. Nothing was changed", ""},
		{secrets.ErrBusy, 429, "Wait a few seconds", "5"},
		{&db.KeyLost{File: "x.key"}, 503, "its log says which", "60"},
		{errors.New("a bug"), 500, "Try again", ""},
	} {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequest("POST", "/", nil)
		a := s.Describe(c, fmt.Errorf("save: %w", x.err))
		if a.Status != x.status || !strings.Contains(a.Message, x.text) || a.Heading == "" || a.RetryAfter != x.retry {
			t.Errorf("%v: %+v, want %d and %q", x.err, a, x.status, x.text)
		}
		if (a.Fields["website"] != "") != (x.status == 422) {
			t.Errorf("%v: its fields are %v", x.err, a.Fields)
		}
		if strings.Contains(a.Message, "save:") || strings.Contains(a.Message, "x.key") {
			t.Errorf("%q tells what is internal", a.Message)
		}
	}
}
