package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// longestWait is how long a program may wait for a change: less than an answer may take to write.
const longestWait = 25 * time.Second

// betweenReads is how long a waiting program pauses after a commit before it reads again. Otherwise,
// in a burst of commits, many programs would each read after every one.
const betweenReads = 250 * time.Millisecond

// changeIndex answers with the changes after a cursor that the program may see. With Prefer: wait it
// waits for the first one. It learns at once of commits of this process; those of others, such as
// the command line, are read at the end of the wait, if not before. Rights are read again each time.
func (a *API) changeIndex(c *gin.Context) error {
	after, most := "", db.MostListed
	_, err := readParameters(c, []string{"after", "limit"}, func(r reader, name, value string) {
		if name == "after" {
			after = value
		} else {
			most = r.limit()
		}
	})
	if err != nil {
		return err
	}
	wait, wished := waitOf(c.Request.Header)
	if wished = wished && after != "" && !middleware.IsHead(c); !wished {
		wait = 0
	}
	waiting, cancel := context.WithTimeout(c.Request.Context(), wait)
	defer cancel()
	defer context.AfterFunc(a.ending, cancel)()
	for {
		committed, over := a.db.NextCommit(), waiting.Err() != nil
		feed, err := a.db.ChangeFeed(c.Request.Context(), who(c).Actor, after, most)
		if err != nil {
			return err
		}
		if after = feed.Cursor; over || feed.More || len(feed.Entries) > 0 {
			if wished {
				c.Header("Preference-Applied", "wait="+strconv.Itoa(int(wait/time.Second)))
			}
			a.sendFeed(c, feed)
			return nil
		}
		waitForCommit(waiting, committed)
		if err := a.readmit(c, viewClients); err != nil {
			return err
		}
	}
}

// waitForCommit returns after a commit and betweenReads, or when ctx is done.
func waitForCommit(ctx context.Context, committed <-chan struct{}) {
	earliest := time.Now().Add(betweenReads)
	select {
	case <-committed:
	case <-ctx.Done():
		return
	}
	select {
	case <-time.After(time.Until(earliest)):
	case <-ctx.Done():
	}
}

// readmit reads the token and its owner's rights again, and returns nil if they still allow the route.
func (a *API) readmit(c *gin.Context, access middleware.Access) error {
	if err := a.ReadProgram(c); err != nil {
		return err
	}
	if who(c) == nil {
		return middleware.ErrNoToken
	}
	return access.Check(who(c))
}

// waitOf returns how long a program prefers to wait (RFC 7240), at most longestWait.
func waitOf(h http.Header) (wait time.Duration, wished bool) {
	for _, preference := range strings.Split(strings.Join(h.Values("Prefer"), ","), ",") {
		name, value, _ := strings.Cut(preference, "=")
		value, _, _ = strings.Cut(value, ";")
		seconds, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(value), `"`), 10, 64)
		if strings.EqualFold(strings.TrimSpace(name), "wait") && (err == nil || errors.Is(err, strconv.ErrRange)) {
			return min(time.Duration(min(seconds, 3600))*time.Second, longestWait), true
		}
	}
	return 0, false
}

func (a *API) sendFeed(c *gin.Context, feed db.Feed) {
	var w writer
	w.object(func() {
		w.key("changes")
		w.array(func() {
			for i := range feed.Entries {
				w.feedEntry(feed.Entries[i])
			}
		})
		w.string("cursor", feed.Cursor)
	})
	a.send(c, http.StatusOK, w.b)
}

// feedEntry writes a change. Of a record that left the program's sight, it has only the target.
func (w *writer) feedEntry(e db.FeedEntry) {
	w.object(func() {
		w.string("action", e.Action)
		w.string("target_type", e.TargetType)
		w.string("target_id", e.TargetID)
		if e.Action == db.LeftSight {
			return
		}
		w.text("organization_id", e.OrganizationID)
		w.text("contact_id", e.ContactID)
		w.time("at", e.At)
	})
}
