package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// sendVersion sends one record with its ETag, or 304 if the program already has this version.
func (a *API) sendVersion(c *gin.Context, status, version int, body []byte) {
	sum := sha256.Sum256(body)
	tag := `"` + strconv.Itoa(version) + "-" + hex.EncodeToString(sum[:6]) + `"`
	c.Header("ETag", tag)
	if c.Request.Method == http.MethodGet && hasTag(c.GetHeader("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	a.send(c, status, body)
}

// hasTag reports whether a list of entity tags has this one.
func hasTag(list, tag string) bool {
	for _, one := range strings.Split(list, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// basedOn returns the version of If-Match, or 0 if any will do.
func basedOn(c *gin.Context) (int, error) {
	given, sent := c.Request.Header["If-Match"]
	if !sent {
		return 0, nil
	}
	tag := strings.TrimPrefix(strings.TrimSpace(strings.Join(given, ", ")), "W/")
	if tag == "*" {
		return 0, nil
	}
	inside, opened := strings.CutPrefix(tag, `"`)
	inside, closed := strings.CutSuffix(inside, `"`)
	number, _, _ := strings.Cut(inside, "-")
	version, err := strconv.Atoi(number)
	if !opened || !closed || err != nil || version < 1 || number != strconv.Itoa(version) {
		return 0, middleware.Unreadable(`If-Match takes an ETag as it was answered, in quotes, like "3-0123456789ab" or "3"`)
	}
	return version, nil
}

// change runs do with the version for the store: exactly that of If-Match or, without it, whichever
// is stored then. read returns the stored version, and what a refusal shows of it.
func change(c *gin.Context, read func() (version int, current []byte, err error), do func(version int) error) error {
	if err := refuseBody(c); err != nil {
		return err
	}
	based, err := basedOn(c)
	if err != nil {
		return err
	}
	stored, current, err := read()
	if err != nil {
		return err
	}
	version := db.Latest
	if based > 0 {
		version = db.Exactly(based)
	}
	if based > 0 && based != stored {
		return &stale{&db.Conflict{}, current}
	}
	err = do(version)
	if meanwhile := (*db.Conflict)(nil); errors.As(err, &meanwhile) {
		if _, current, err = read(); err == nil {
			return &stale{meanwhile, current}
		}
	}
	return err
}
