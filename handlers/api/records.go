package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// kind is what differs between organizations and contacts.
type kind struct {
	*db.RecordKind
	read             func(d *db.DB, ctx context.Context, by db.Actor, id string) (db.Record, error)
	list             func(*db.DB, context.Context, db.Actor, db.Filter) ([]db.Record, string, error)
	create           func(d *db.DB, ctx context.Context, by db.Actor, typed db.Fields, requestID string) (db.Record, error)
	update           func(d *db.DB, ctx context.Context, by db.Actor, id string, version int, typed db.Fields) (db.Record, error)
	archive, restore func(d *db.DB, ctx context.Context, by db.Actor, id string, version int) (db.Record, error)
	linked           func(d *db.DB, ctx context.Context, by db.Actor, id string) ([]db.LinkedRecord, error)
}

var organizations = &kind{
	RecordKind: db.OrganizationKind, read: (*db.DB).Organization, list: (*db.DB).Organizations,
	create: (*db.DB).CreateOrganization, update: (*db.DB).UpdateOrganization,
	archive: (*db.DB).ArchiveOrganization, restore: (*db.DB).RestoreOrganization,
	linked: (*db.DB).LinkedContacts,
}

var contacts = &kind{
	RecordKind: db.ContactKind, read: (*db.DB).Contact, list: (*db.DB).Contacts,
	create: (*db.DB).CreateContact, update: (*db.DB).UpdateContact,
	archive: (*db.DB).ArchiveContact, restore: (*db.DB).RestoreContact,
	linked: (*db.DB).LinkedOrganizations,
}

const root = "/api/crm/"

// kindOf returns the kind of record that a path is about.
func kindOf(c *gin.Context) *kind {
	if strings.HasPrefix(c.FullPath(), root+contacts.Plural) {
		return contacts
	}
	return organizations
}

// recordIndex answers with a page of a list, and the address of the next one.
func (a *API) recordIndex(c *gin.Context) error {
	k := kindOf(c)
	f, given, err := a.listFilter(c, k)
	if err != nil {
		return err
	}
	page, next, err := k.list(a.db, c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return err
	}
	if next != "" {
		a.linkNext(c, given, next)
	}
	w := writer{make([]byte, 0, usualRecord*(len(page)+1))}
	by := &who(c).Actor
	w.array(func() {
		for i := range page {
			w.record(&page[i], by)
		}
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}

// linkNext names the address of the next page (RFC 8288).
func (a *API) linkNext(c *gin.Context, given url.Values, cursor string) {
	given.Set("after", cursor)
	next := a.base.JoinPath(c.Request.URL.Path)
	next.RawQuery = given.Encode()
	c.Header("Link", "<"+next.String()+`>; rel="next"`)
}

// record reads the record that the address names.
func (a *API) record(c *gin.Context) (*kind, db.Record, error) {
	k := kindOf(c)
	id, err := id(c, "id")
	if err != nil {
		return k, db.Record{}, err
	}
	r, err := k.read(a.db, c.Request.Context(), who(c).Actor, id)
	return k, r, err
}

// recordShow answers with a record, its links and its latest interactions.
func (a *API) recordShow(c *gin.Context) error {
	k, r, err := a.record(c)
	if err != nil {
		return err
	}
	links, err := a.linksOf(c, k, r.ID)
	if err != nil {
		return err
	}
	by := who(c).Actor
	f := db.InteractionFilter{OrganizationID: r.ID}
	if k == contacts {
		f = db.InteractionFilter{ContactID: r.ID}
	}
	var latest []db.Interaction
	if by.Can(db.ViewInteraction) {
		if latest, _, err = a.db.Interactions(c.Request.Context(), by, f); err != nil {
			return err
		}
	}
	w := writer{make([]byte, 0, usualRecord*(len(latest)+2)+len(links))}
	w.object(func() {
		w.key(k.Noun)
		w.record(&r, &by)
		w.key(k.otherEnd().Plural)
		w.raw(links)
		if by.Can(db.ViewInteraction) {
			w.key("interactions")
			w.array(func() {
				for i := range latest {
					w.interaction(&latest[i])
				}
			})
		}
	})
	a.sendVersion(c, http.StatusOK, r.Version, w.b)
	return nil
}

// ofProgram completes a new record. One that nobody owns would at once be out of the sight of a
// program that sees only its owner's clients, so the owner gets it.
func ofProgram(by db.Actor, values db.Fields) db.Fields {
	if _, chosen := values["owner_user_id"]; by.OwnOnly && !chosen {
		values["owner_user_id"] = by.UserID
	}
	return values
}

func (a *API) recordCreate(c *gin.Context) error {
	k, by := kindOf(c), who(c).Actor
	body, err := readBody(c)
	if err != nil {
		return err
	}
	values, err := typed(body, k.Fields)
	if err != nil {
		return err
	}
	r, err := k.create(a.db, c.Request.Context(), by, ofProgram(by, values), "")
	if err != nil {
		return err
	}
	a.sendNewRecord(c, r)
	return nil
}

func (a *API) sendNewRecord(c *gin.Context, r db.Record) {
	c.Header("Location", root+r.Kind.Plural+"/"+r.ID)
	a.sendRecord(c, http.StatusCreated, r)
}

// recordAgain answers a repeated request.
func (a *API) recordAgain(c *gin.Context, made string) error {
	if made == "" {
		_, r, err := a.record(c)
		if err != nil {
			return err
		}
		a.sendRecord(c, http.StatusOK, r)
		return nil
	}
	r, err := kindOf(c).read(a.db, c.Request.Context(), who(c).Actor, made)
	if err != nil {
		return err
	}
	a.sendNewRecord(c, r)
	return nil
}

func (a *API) sendRecord(c *gin.Context, status int, r db.Record) {
	var w writer
	w.record(&r, &who(c).Actor)
	a.sendVersion(c, status, r.Version, w.b)
}

func (a *API) recordUpdate(c *gin.Context) error {
	k := kindOf(c)
	body, err := readBody(c)
	if err != nil {
		return err
	}
	values, err := typed(body, k.Fields)
	if err != nil {
		return err
	}
	values[db.AsNew] = "1" // null means the same as in a new record
	return a.recordChange(c, func(id string, version int) (db.Record, error) {
		return k.update(a.db, c.Request.Context(), who(c).Actor, id, version, values)
	})
}

func (a *API) recordArchive(c *gin.Context) error {
	k := kindOf(c)
	return a.recordChange(c, func(id string, version int) (db.Record, error) {
		return k.archive(a.db, c.Request.Context(), who(c).Actor, id, version)
	})
}

func (a *API) recordRestore(c *gin.Context) error {
	k := kindOf(c)
	return a.recordChange(c, func(id string, version int) (db.Record, error) {
		return k.restore(a.db, c.Request.Context(), who(c).Actor, id, version)
	})
}

// recordChange changes the record that the address names and answers with it.
func (a *API) recordChange(c *gin.Context, do func(id string, version int) (db.Record, error)) error {
	var r db.Record
	read := func() (int, []byte, error) {
		var err error
		_, r, err = a.record(c)
		var w writer
		if err == nil {
			w.record(&r, &who(c).Actor)
		}
		return r.Version, w.b, err
	}
	err := change(c, read, func(version int) (err error) {
		r, err = do(r.ID, version)
		return err
	})
	if err != nil {
		return err
	}
	a.sendRecord(c, http.StatusOK, r)
	return nil
}
