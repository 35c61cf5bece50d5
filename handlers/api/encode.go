package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clientregistry/db"
)

// writer appends JSON. Methods that take a key write it before the value.
type writer struct{ b []byte }

// usualRecord is the usual size in bytes of a record or an interaction.
const usualRecord = 600

// comma separates a value from the one before.
func (w *writer) comma() {
	if n := len(w.b); n > 0 && w.b[n-1] != '{' && w.b[n-1] != '[' && w.b[n-1] != ':' {
		w.b = append(w.b, ',')
	}
}

// string writes a text, even "".
func (w *writer) string(key, value string) {
	w.key(key)
	w.quoted(value)
}

// text writes a text, or null for "".
func (w *writer) text(key, value string) {
	w.key(key)
	if value == "" {
		w.raw([]byte("null"))
		return
	}
	w.quoted(value)
}

func (w *writer) number(key string, value int) {
	w.key(key)
	w.b = strconv.AppendInt(w.b, int64(value), 10)
}

func (w *writer) flag(key string, value bool) {
	w.key(key)
	w.b = strconv.AppendBool(w.b, value)
}

// time writes a time in UTC, or null for the zero time.
func (w *writer) time(key string, value time.Time) {
	w.key(key)
	if value.IsZero() {
		w.raw([]byte("null"))
		return
	}
	w.b = append(w.b, '"')
	w.b = value.UTC().AppendFormat(w.b, db.TimeFormat)
	w.b = append(w.b, '"')
}

func (w *writer) messages(all map[string]string) {
	w.object(func() {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			w.comma()
			w.quoted(name) // may be what somebody sent
			w.b = append(w.b, ':')
			w.quoted(plain(all[name]))
		}
	})
}

// plainBytes are the bytes of valid UTF-8 that JSON does not escape.
var plainBytes = func() (is [256]bool) {
	for c := range is {
		is[c] = c >= ' ' && c != 0x7f && !strings.ContainsRune(`"\<>&`, rune(c))
	}
	return is
}()

// quoted appends a text. Only rare characters take the slow way.
func (w *writer) quoted(value string) {
	ascii := true
	for i := 0; i < len(value); i++ {
		c := value[i]
		if !plainBytes[c] {
			w.encoded(value)
			return
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if !ascii && !utf8.ValidString(value) {
		w.encoded(value)
		return
	}
	w.b = append(append(append(w.b, '"'), value...), '"')
}

// encoded appends a text with any characters.
func (w *writer) encoded(value string) {
	encoded, _ := json.Marshal(value) // a string has a JSON form
	w.b = append(w.b, encoded...)
}

// key writes the name of a field, before its value.
func (w *writer) key(name string) {
	w.comma()
	w.b = append(append(append(w.b, '"'), name...), `":`...)
}

// raw writes a value that is JSON already.
func (w *writer) raw(value []byte) { w.b = append(w.b, value...) }

// object writes braces around what inside writes.
func (w *writer) object(inside func()) {
	w.comma()
	w.b = append(w.b, '{')
	inside()
	w.b = append(w.b, '}')
}

// array writes brackets around what inside writes.
func (w *writer) array(inside func()) {
	w.comma()
	w.b = append(w.b, '[')
	inside()
	w.b = append(w.b, ']')
}

// ids writes an array of ids.
func (w *writer) ids(key string, all []string) {
	w.key(key)
	w.array(func() {
		for _, id := range all {
			w.comma()
			w.quoted(id)
		}
	})
}

// field writes an editable column, by its description.
func (w *writer) field(f *db.Field, value string) {
	w.value(f.Column, f.Kind, value)
}

// fields writes editable columns whose values read returns, except IDs of other records: they have
// other names here.
func (w *writer) fields(all []db.Field, read func(column string) (value string, ok bool)) {
	for i := range all {
		if f := &all[i]; f.Kind != db.Others {
			value, _ := read(f.Column)
			w.field(f, value)
		}
	}
}

// value writes a stored value of this kind.
func (w *writer) value(key string, kind db.FieldKind, value string) {
	switch kind {
	case db.Flag:
		w.flag(key, value != "")
	case db.Others:
		w.ids(key, strings.Fields(value))
	default:
		w.text(key, value)
	}
}

// entry writes an entry of a history. by is the person's name, organization_id and contact_id are the ends of a link, and
// changes has the old and the new value of each changed field, under its name and in its form in the record itself. What
// the reader does not see is null there, too.
func (w *writer) entry(e db.Entry) {
	w.object(func() {
		w.string("action", e.Action)
		w.text("by", e.UserName)
		w.text("by_id", e.UserID)
		w.text("token", e.Token)
		w.time("at", e.At)
		w.string("target_type", e.TargetType)
		w.string("target_id", e.TargetID)
		organization, contact := "", ""
		if e.IsLink() {
			organization, contact = e.OrganizationID, e.ContactID
		}
		w.text("organization_id", organization)
		w.text("contact_id", contact)
		w.key("changes")
		w.object(func() {
			for _, c := range e.Changes {
				w.key(nameOf(db.Field{Column: c.Column, Kind: c.Kind}))
				w.object(func() {
					w.value("old", c.Kind, c.Was)
					w.value("new", c.Kind, c.Is)
				})
			}
		})
	})
}

// record writes an organization or a contact as its reader may see it. One that a change took out
// of their sight has only its id.
func (w *writer) record(r *db.Record, by *db.Actor) {
	w.object(func() {
		w.string("id", r.ID)
		if r.OutOfSight {
			return
		}
		for f, value := range r.All() {
			w.field(f, value)
		}
		w.flag("is_active", r.IsActive)
		w.time("created_at", r.CreatedAt)
		w.time("updated_at", r.UpdatedAt)
		w.number("version", r.Version)
		if r.Kind == db.OrganizationKind {
			w.number("contacts_count", r.Contacts)
		}
		if by.Can(db.ViewInteraction) {
			w.time("last_contact_at", r.LastContactAt)
			w.text("last_contact_channel", r.LastContactChannel)
		}
	})
}

// link writes a link with the record at its other end.
func (w *writer) link(l *db.Link, other *db.Record, by *db.Actor) {
	w.object(func() {
		w.key(other.Kind.Noun)
		w.record(other, by)
		w.linkFields(l)
	})
}

// linkFields writes the values of a link itself.
func (w *writer) linkFields(l *db.Link) {
	w.fields(db.LinkFields(), l.Value)
	w.number("version", l.Version)
}

// followUp writes a follow-up. Clients that the reader does not see are null, and one that a change
// took out of their sight has only its id.
func (w *writer) followUp(f *db.FollowUp) {
	w.object(func() {
		w.string("id", f.ID)
		if f.OutOfSight {
			return
		}
		w.fields(db.FollowUpFields(), f.Value)
		w.text("created_by", f.CreatorID)
		w.time("created_at", f.CreatedAt)
		w.time("done_at", f.DoneAt)
		w.text("done_by", f.DoneByID)
		w.time("cancelled_at", f.CancelledAt)
		w.text("interaction_id", f.InteractionID)
		w.number("version", f.Version)
	})
}

// interaction writes an interaction. Ends that the reader does not see are null, and one that a
// change took out of their sight has only its id.
func (w *writer) interaction(i *db.Interaction) {
	w.object(func() {
		w.string("id", i.ID)
		if i.OutOfSight {
			return
		}
		w.fields(db.InteractionFields(), i.Value)
		w.text("logged_by", cmp.Or(i.LoggerID, i.UserID))
		w.time("created_at", i.CreatedAt)
		w.number("version", i.Version)
		var others []string
		for _, p := range i.Participants {
			others = append(others, p.ID)
		}
		w.ids("participant_ids", others)
	})
}
