package handlers

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/mattn/go-sqlite3"

	"clientregistry/db"
)

// What a disk or a damaged file refuses is told by its status and in words for
// who reads them; an internal text is never among them.
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
		to     string // administrators
	}{
		{"POST", sqlite(sqlite3.ErrFull, 0), 507, "is full", "Make room"},
		{"GET", sqlite(sqlite3.ErrIoErr, syscall.ENOSPC), 507, "is full", "Make room"},
		{"POST", sqlite(sqlite3.ErrReadonly, 0), 507, "takes no changes", "folder be written"},
		{"POST", sqlite(sqlite3.ErrCantOpen, syscall.EROFS), 507, "takes no changes", "folder be written"},
		{"POST", &db.Damaged{Found: "Tree 7"}, 503, "is damaged. Nothing was changed", "then restore a backup"},
		{"GET", &db.Damaged{Found: "Tree 7"}, 503, "is damaged. Nothing was changed", "then restore a backup"},
		{"POST", sqlite(sqlite3.ErrCorrupt, 0), 503, "is damaged. Nothing was changed", "then restore a backup"},
		{"GET", sqlite(sqlite3.ErrCorrupt, 0), 503, "damaged where this is stored", "then restore a backup"},
		{"GET", sqlite(sqlite3.ErrIoErr, syscall.EIO), 503, "cannot be read", "its disk is there"},
		{"POST", sqlite(sqlite3.ErrCantOpen, syscall.EMFILE), 503, "cannot be read", "its disk is there"},
	} {
		for _, may := range [][]db.Permission{nil, {db.ManageSystem}} {
			c, _ := gin.CreateTestContext(httptest.NewRecorder())
			c.Request = httptest.NewRequest(x.method, "/organizations", nil)
			c.Set("visitor", &visitor{Actor: db.Actor{May: may}})
			f, is := diskFailure(c, x.err)
			todo := "Tell an administrator."
			if may != nil {
				todo = x.to
			}
			if !is || f.status != x.status || !strings.Contains(f.message, x.text) || !strings.Contains(f.message, todo) || len([]rune(f.message)) > 200 {
				t.Errorf("%s %v: %+v, want %d, %q and %q within 200 characters", x.method, x.err, f, x.status, x.text, todo)
			}
			if strings.Contains(f.message, "save:") || strings.Contains(f.message, "Tree") {
				t.Errorf("%q tells what is internal", f.message)
			}
		}
	}
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest("POST", "/", nil)
	if f, is := diskFailure(c, errors.New("a bug")); is {
		t.Errorf("a bug is told as %+v", f)
	}
}
