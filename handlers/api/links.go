package api

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// otherEnd returns the kind of record at the other end of a link.
func (k *kind) otherEnd() *kind {
	if k == contacts {
		return organizations
	}
	return contacts
}

// otherID returns the column of the other end's ID.
func (k *kind) otherID() string { return k.otherEnd().Noun + "_id" }

// ends returns the IDs of a link's organization and contact. own is that of the record in the path.
func (k *kind) ends(own, other string) (organizationID, contactID string) {
	if k == contacts {
		return other, own
	}
	return own, other
}

// other returns the ID of a link's other end.
func (k *kind) other(l db.Link) string {
	if k == contacts {
		return l.OrganizationID
	}
	return l.ContactID
}

// linkIndex lists the links of a record.
func (a *API) linkIndex(c *gin.Context) error {
	k, r, err := a.record(c)
	if err != nil {
		return err
	}
	all, err := a.linksOf(c, k, r.ID)
	if err != nil {
		return err
	}
	a.send(c, http.StatusOK, all)
	return nil
}

// linksOf returns the links of a record as JSON.
func (a *API) linksOf(c *gin.Context, k *kind, id string) ([]byte, error) {
	links, err := k.linked(a.db, c.Request.Context(), who(c).Actor, id)
	var w writer
	w.array(func() {
		for i := range links {
			w.link(&links[i].Link, &links[i].Other, &who(c).Actor)
		}
	})
	return w.b, err
}

// linkJSON returns one link as JSON.
func (a *API) linkJSON(c *gin.Context, k *kind, l db.Link) ([]byte, error) {
	other, err := k.otherEnd().read(a.db, c.Request.Context(), who(c).Actor, k.other(l))
	if errors.Is(err, db.ErrNotFound) {
		other, err = db.Record{Kind: k.otherEnd().RecordKind, ID: k.other(l), OutOfSight: true}, nil
	}
	var w writer
	w.link(&l, &other, &who(c).Actor)
	return w.b, err
}

// linkCreate links the record of the address to an existing record, or to a new one.
func (a *API) linkCreate(c *gin.Context) error {
	k, r, err := a.record(c)
	if err != nil {
		return err
	}
	body, err := readBody(c)
	if err != nil {
		return err
	}
	n, err := k.newLink(r.ID, who(c).Actor, body)
	if err != nil {
		return err
	}
	l, err := a.db.LinkContact(c.Request.Context(), who(c).Actor, n)
	var refused *db.Invalid
	switch {
	case errors.As(err, &refused) && refused.Linked != nil:
		current, also := a.linkJSON(c, k, *refused.Linked)
		if also != nil {
			return also
		}
		return &stale{err, current}
	case errors.Is(err, db.ErrNotFound):
		return &db.Invalid{Fields: map[string]string{k.otherID(): "There is no such " + k.otherEnd().Noun}}
	case err != nil:
		return err
	}
	return a.sendNewLink(c, k, l)
}

// sendNewLink answers with a link and where it is listed, because it cannot be read on its own.
func (a *API) sendNewLink(c *gin.Context, k *kind, l db.Link) error {
	c.Header("Location", root+k.Plural+"/"+k.otherEnd().other(l)+"/"+k.otherEnd().Plural)
	return a.sendLink(c, http.StatusCreated, k, l)
}

// linkAgain answers a repeated request with the link that it made.
func (a *API) linkAgain(c *gin.Context, made string) error {
	organizationID, contactID := db.LinkEnds(made)
	l, err := a.db.Link(c.Request.Context(), who(c).Actor, organizationID, contactID)
	if err != nil {
		return err
	}
	return a.sendNewLink(c, kindOf(c), l)
}

// newLink reads a body: the other end's ID or the fields of a new record, and those of the link.
func (k *kind) newLink(id string, by db.Actor, body map[string]json.RawMessage) (n db.NewLink, err error) {
	existing := []db.Field{{Column: k.otherID(), Kind: db.Other}}
	values, err := typed(body, existing, k.otherEnd().Fields, db.LinkFields())
	if err != nil {
		return n, err
	}
	other, fresh := values[k.otherID()], db.Fields{}
	n.Typed = db.Fields{}
	for column, value := range values {
		switch {
		case column == k.otherID():
		case slices.ContainsFunc(db.LinkFields(), func(f db.Field) bool { return f.Column == column }):
			n.Typed[column] = value
		default:
			fresh[column] = value
		}
	}
	if other != "" && len(fresh) > 0 {
		refused := &db.Invalid{Fields: map[string]string{}}
		for column := range maps.Keys(fresh) {
			refused.Fields[column] = "Leave this out if you name an existing " + k.otherEnd().Noun
		}
		return n, refused
	}
	n.OrganizationID, n.ContactID = k.ends(id, other)
	if other == "" {
		fresh = ofProgram(by, fresh)
	}
	if k == contacts {
		n.Organization = fresh
	} else {
		n.Contact = fresh
	}
	return n, nil
}

func (a *API) sendLink(c *gin.Context, status int, k *kind, l db.Link) error {
	body, err := a.linkJSON(c, k, l)
	if err != nil {
		return err
	}
	a.sendVersion(c, status, l.Version, body)
	return nil
}

// link reads the link that the address names.
func (a *API) link(c *gin.Context, k *kind) (db.Link, error) {
	own, err1 := id(c, "id")
	other, err2 := id(c, k.otherID())
	if err := errors.Join(err1, err2); err != nil {
		return db.Link{}, err
	}
	organizationID, contactID := k.ends(own, other)
	return a.db.Link(c.Request.Context(), who(c).Actor, organizationID, contactID)
}

// linkChange changes the link that the address names.
func (a *API) linkChange(c *gin.Context, k *kind, do func(l db.Link, version int) error) error {
	var l db.Link
	read := func() (version int, current []byte, err error) {
		if l, err = a.link(c, k); err != nil {
			return 0, nil, err
		}
		current, err = a.linkJSON(c, k, l)
		return l.Version, current, err
	}
	return change(c, read, func(version int) error { return do(l, version) })
}

func (a *API) linkUpdate(c *gin.Context) error {
	k := kindOf(c)
	body, err := readBody(c)
	if err != nil {
		return err
	}
	values, err := typed(body, db.LinkFields())
	if err != nil {
		return err
	}
	var changed db.Link
	err = a.linkChange(c, k, func(l db.Link, version int) (err error) {
		changed, err = a.db.UpdateLink(c.Request.Context(), who(c).Actor, l.OrganizationID, l.ContactID, version, values)
		return err
	})
	if err != nil {
		return err
	}
	return a.sendLink(c, http.StatusOK, k, changed)
}

func (a *API) unlink(c *gin.Context) error {
	err := a.linkChange(c, kindOf(c), func(l db.Link, version int) error {
		_, err := a.db.UnlinkContact(c.Request.Context(), who(c).Actor, l.OrganizationID, l.ContactID, version)
		return err
	})
	if err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
