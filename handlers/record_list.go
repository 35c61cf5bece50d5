package handlers

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// mostRows is how many rows the page of a list shows at once. Further ones follow a cursor.
const mostRows = 10 * db.PageSize

// rowsAsked returns how many rows of a list an address asks for.
func rowsAsked(given url.Values) int { return rowsWithin(given, db.PageSize, mostRows) }

// rowsWithin returns the rows of an address, at least one page of them and at most so many.
func rowsWithin(given url.Values, page, most int) int {
	n, err := strconv.Atoi(given.Get("rows"))
	if err != nil {
		return page
	}
	return min(max(n, page), most)
}

// withRows returns the parameters of a list that shows n rows.
func withRows(p url.Values, n int) url.Values {
	if n = min(n, mostRows); n == db.PageSize {
		return p
	}
	return with(p, "rows", strconv.Itoa(n))
}

// rows reads the first n rows of a list, in pages.
func (k *recordKind) rows(c *gin.Context, d *db.DB, f db.Filter, n int) (all []db.Record, next string, err error) {
	for {
		f.Limit = min(n-len(all), db.MostListed)
		var page []db.Record
		if page, next, err = k.list(d, c.Request.Context(), who(c).Actor, f); err != nil {
			return nil, "", err
		}
		if all = append(all, page...); next == "" || len(all) >= n {
			return all, next, nil
		}
		f.After = next
	}
}

// loadMore sets the addresses that show more of a list than n rows. fromTop means that these are its first rows. The
// longer page opens at the first new row.
func loadMore(l *views.List, p url.Values, n int, next string, fromTop bool) {
	if old := n - db.PageSize; fromTop && old > 0 && old < len(l.Rows) {
		l.Rows[old].Anchor = rowAnchor(old)
	}
	if next == "" {
		return
	}
	after := with(p, "after", next)
	l.More = address(l.Path, with(after, "rows", strconv.Itoa(n+db.PageSize)))
	if l.MoreHref = address(l.Path, withRows(p, n+db.PageSize)) + "#" + rowAnchor(n); n >= mostRows || !fromTop {
		l.MoreHref = address(l.Path, after)
	}
}

// rowAnchor returns the id of the first row after n others.
func rowAnchor(n int) string { return fmt.Sprintf("row-%d", n+1) }

// recordTurn adds to a record's page the list that it was opened from: its filters, and the records
// before and after it.
func (s *Server) recordTurn(c *gin.Context, k *recordKind, page *views.Record, id string, l recordList) error {
	if l.query == "" {
		return nil
	}
	page.Heading.List.Href, page.Heading.Acts.Edit = l.href, l.on(k.base(id)+"/edit")
	if l.followed && c.GetHeader("HX-Request") != "" && c.Request.URL.Path == page.Base {
		c.Header("HX-Push-Url", l.on(page.Base)) // so that it is still known when the page is loaded again
	}
	before, after, err := s.db.Neighbors(c.Request.Context(), who(c).Actor, k.RecordKind, l.filter, id)
	if before.ID != "" {
		page.Heading.Before = &views.Ref{Name: before.Name, Href: l.on(k.base(before.ID))}
	}
	if after.ID != "" {
		page.Heading.After = &views.Ref{Name: after.Name, Href: l.on(k.base(after.ID))}
	}
	return err
}

// recordList is the list that a record was opened from.
type recordList struct {
	filter   db.Filter
	href     string
	query    string // its parameters, to be carried on; "" if it was opened elsewhere
	followed bool   // whether the visitor comes from its page
}

// on returns the address of a page that knows the list. Without a list it is the page's own.
func (l recordList) on(page string) string {
	if l.query == "" {
		return page
	}
	return appended(page, "list", l.query)
}

// withList returns the address of a part of a record's page with the list that the page itself knows.
func (s *Server) withList(c *gin.Context, address string) string {
	page, err := url.Parse(s.ownPath(c, "Referer"))
	if err != nil || !page.Query().Has("list") {
		return address
	}
	return appended(address, "list", page.Query().Get("list"))
}

// listBehind returns the list that a record was opened from, or that a new one (id "") is added to. The list is in the
// address or the form, or it is the page whose link was followed.
func (s *Server) listBehind(c *gin.Context, k *recordKind, id string) (recordList, error) {
	given, followed, ok := s.listOf(c, k, id)
	if !ok {
		return recordList{href: k.path()}, nil
	}
	f, p, err := s.listInput(c, k, given)
	f.After = ""
	p = withRows(p, rowsAsked(given))
	return recordList{f, address(k.path(), p), cmp.Or(p.Encode(), "view="+allRows), followed}, err
}

// listOf returns the parameters of the list that a record was opened from. followed says that the
// visitor comes from its page, whose address the browser sends along with a request for a link there.
func (s *Server) listOf(c *gin.Context, k *recordKind, id string) (given url.Values, followed, ok bool) {
	list, has := c.GetQuery("list")
	if typed := c.Request.PostForm; typed.Has("list") {
		list, has = typed.Get("list"), true
	}
	if has {
		given, _ = url.ParseQuery(list) // unreadable parts are ignored
		return given, false, true
	}
	from, err := url.Parse(s.ownPath(c, "Referer"))
	if err != nil {
		return nil, false, false
	}
	switch {
	case from.Path == k.path():
		return from.Query(), true, true
	case from.Path == k.base(id) || strings.HasPrefix(from.Path, k.base(id)+"/"): // a filter of its timeline, for example
		given, _ = url.ParseQuery(from.Query().Get("list"))
		return given, false, from.Query().Has("list")
	}
	return nil, false, false
}
