package handlers

import (
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"clientregistry/db"
)

// batchForm is the state of a batch, carried by its forms.
type batchForm struct {
	db.Batch
	form       url.Values // what was sent, or what its page's address has instead
	list       *recordKind
	action     batchAction
	parameters url.Values // those of the list
	searching  bool       // somebody searched for a record and has not seen the results yet
	selection  string     // the ID of a selection, "" if another form sent it
	stored     bool       // its selection is stored, and its page has an address
}

// address returns the address of the page of a batch whose selection is stored, with what was typed.
func (x *batchForm) address() string {
	p := url.Values{"action": {x.action.name}, "selection": {x.selection}, "list": {x.parameters.Encode()}}
	to := address(x.list.path()+"/batch", p)
	for _, name := range x.action.asks {
		if value, ok := x.Typed[name]; ok {
			to = appended(to, name, value) // also an empty one, which clears the field
		}
	}
	return to
}

// newBatch reads a batch from a form. The list's filters are in given, or in the form where the action
// has no field of the same name.
func (s *Server) newBatch(c *gin.Context, k *recordKind, form, given url.Values) (*batchForm, error) {
	i := slices.IndexFunc(k.batchActions(), func(a batchAction) bool { return a.name == form.Get("action") })
	if i < 0 {
		return nil, &db.Invalid{Fields: map[string]string{"action": "Choose what to do with the selected " + k.Plural}}
	}
	x := &batchForm{form: form, list: k, action: k.batchActions()[i]}
	x.Batch = db.Batch{
		Kind: k.Noun, Action: x.action.name, IDs: form["id"], Typed: typedIn(form, x.action.asks...), RequestID: form.Get("request_id"),
	}
	if id := form.Get("selection"); db.ValidID(id) {
		x.selection = id
	}
	x.searching = x.action.find != "" && readable(form.Get("find")) != readable(form.Get("found"))
	all := form.Get("all") != ""
	for _, name := range k.filterParameters() {
		if all && !given.Has(name) && form.Has(name) && !slices.Contains(x.action.asks, name) {
			given[name] = form[name]
		}
	}
	filter, parameters := s.listFilter(c, k, given)
	if x.parameters = withRows(parameters, rowsAsked(given)); all {
		x.IDs, x.Filter = nil, &filter
	}
	return x, x.readPreview()
}

// readPreview reads what the preview contained, if the form comes from one.
func (x *batchForm) readPreview() (err error) {
	refused := &db.Invalid{Fields: map[string]string{"seen": "The page did not say what it showed; start again from the list"}}
	if seen := x.form.Get("seen"); seen != "" {
		if x.Seen, err = strconv.ParseInt(seen, 10, 64); err != nil || x.Seen < 1 {
			return refused
		}
	}
	if x.Filter != nil && x.form.Has("previewed") {
		if x.Previewed, err = unpackIDs(x.form.Get("previewed")); err != nil {
			return refused
		}
	}
	return nil
}

// packIDs encodes each id in 22 characters, so that the largest batch fits into a form.
func packIDs(ids []string) string {
	var all []byte
	for _, id := range ids {
		one := uuid.MustParse(id)
		all = append(all, one[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(all)
}

func unpackIDs(s string) ([]string, error) {
	all, err := base64.RawURLEncoding.DecodeString(s)
	ids := []string{}
	for one := range slices.Chunk(all, len(uuid.UUID{})) {
		id, short := uuid.FromBytes(one)
		ids, err = append(ids, id.String()), errors.Join(err, short)
	}
	return ids, err
}

// missingAnswers returns an error for the required field if somebody went on without choosing.
func (x *batchForm) missingAnswers() map[string]string {
	if x.form.Get("asked") == "" || x.form.Get("again") != "" || x.searching {
		return nil
	}
	return map[string]string{x.action.needs(): "Find and choose one"}
}
