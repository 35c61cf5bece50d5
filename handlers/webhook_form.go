package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// webhookForm is the state of a webhook's form: what is stored (empty for a new one), what was typed,
// and what is wrong.
type webhookForm struct {
	stored  db.Webhook
	typed   db.Fields // the rest is as stored
	version int
	base    int    // the version that the form was made on, after a conflict
	was     string // the encoded values that it was made with
	refused map[string]string
	stale   *db.Conflict
}

func (f webhookForm) url() string {
	if v, ok := f.typed["url"]; ok {
		return v
	}
	return f.stored.URL
}

func (f webhookForm) events() []string {
	if v, ok := f.typed["event"]; ok {
		return strings.Fields(v)
	}
	return f.stored.Events
}

func (f webhookForm) active() bool {
	if v, ok := f.typed["is_active"]; ok {
		return v != "" && v != "0"
	}
	return f.stored.IsActive
}

// typedWebhook returns what was typed. Boxes that are not ticked are not sent, so a form that has
// them also sends form=1.
func typedWebhook(c *gin.Context) db.Fields {
	form, fields := c.Request.PostForm, typed(c, "url", "was")
	if form.Get("form") != "" || form.Has("active") {
		fields["is_active"] = form.Get("active")
	}
	if form.Get("of") == "all" {
		fields["event"] = strings.Join(db.WebhookEvents, " ")
	} else if form.Get("form") != "" || form.Has("event") {
		fields["event"] = strings.Join(form["event"], " ")
	}
	return fields
}

func (s *Server) webhookNew(c *gin.Context) error {
	typed := db.Fields{"event": strings.Join(db.WebhookEvents, " "), "is_active": "1"}
	return s.webhookForm(c, http.StatusOK, webhookForm{typed: typed})
}

func (s *Server) webhookCreate(c *gin.Context) error {
	typed := typedWebhook(c)
	h, secret, err := s.db.CreateWebhook(c.Request.Context(), who(c).Actor, typed)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) {
		return s.webhookForm(c, http.StatusUnprocessableEntity, webhookForm{typed: typed, refused: refused.Fields})
	}
	if err != nil {
		return err
	}
	return s.webhookSecret(c, h, secret, false)
}

func (s *Server) webhookEdit(c *gin.Context) error {
	h, err := s.webhook(c)
	if err != nil {
		return err
	}
	return s.webhookForm(c, http.StatusOK, webhookForm{stored: h, version: h.Version, was: h.Values().Encode()})
}

// webhookUpdate saves the form, or switches the webhook on or off.
func (s *Server) webhookUpdate(c *gin.Context) error {
	f := webhookForm{typed: typedWebhook(c)}
	var err error
	if f.stored, err = s.webhook(c); err != nil {
		return err
	}
	if f.version, err = version(c); err != nil {
		return err
	}
	f.typed, f.version = decided(c, f.typed, f.version)
	f.was = f.typed["was"]
	h, err := s.db.UpdateWebhook(c.Request.Context(), who(c).Actor, f.stored.ID, f.version, f.typed)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) {
		f.refused = refused.Fields
		return s.webhookForm(c, http.StatusUnprocessableEntity, f)
	}
	if errors.As(err, &f.stale) {
		if f.stored, err = s.webhook(c); err != nil {
			return err
		}
		f.base, f.version, f.was = f.version, f.stored.Version, f.stored.Values().Encode()
		f.typed = withoutFields(f.typed, f.stale.Untouched)
		return s.webhookForm(c, http.StatusConflict, f)
	}
	if err != nil {
		return err
	}
	says := "Saved the webhook "
	if was := f.stored.IsActive; was != h.IsActive {
		says = map[bool]string{true: "Switched on the webhook ", false: "Switched off the webhook "}[h.IsActive]
	}
	return s.webhookDone(c, says+text.Isolate(h.Host()), webhooksPath+"/"+h.ID)
}

func (s *Server) webhookForm(c *gin.Context, status int, f webhookForm) error {
	fields := []views.Field{{
		ID: "url", Name: "url", Label: "Address", Type: "url", Autocomplete: "off", Value: f.url(),
		Hint: "Where each event is posted to, like https://hooks.pinestreet.example/crm",
	}}
	if f.refused == nil && f.stale == nil {
		fields[0].Autofocus = true
	} else {
		withErrors(fields, f.refused)
	}
	page := views.WebhookForm{
		Page: s.page(c, "New webhook", "An address that receives changes", "webhooks"), Heading: "New webhook", Action: webhooksPath,
		Submit: "Create webhook", URL: fields[0], All: len(f.events()) == len(db.WebhookEvents), Number: len(db.WebhookEvents),
		Groups: eventGroups(f.events()), EventError: f.refused["event"], Active: f.active(), ActiveError: f.refused["is_active"],
	}
	if h := f.stored; h.ID != "" {
		page.Heading, page.Action, page.Submit, page.Version = "Edit webhook", webhooksPath+"/"+h.ID, "Save webhook", f.version
		page.Was = f.was
		page.Title, page.Webhook = "Edit "+h.Host(), &views.Ref{Name: h.Host(), Href: page.Action}
	}
	if f.stale != nil {
		on := map[bool]string{true: "On", false: "Off"}
		page.Conflict = s.conflict(c, f.stale, "this webhook", f.base, f.typed, []views.Difference{
			{Column: "url", Label: "Address", Theirs: f.stored.URL, Yours: f.url()},
			{Column: "event", Label: "Events to send", Theirs: wording.Events(f.stored.Events), Yours: wording.Events(f.events())},
			{Column: "is_active", Label: "State", Theirs: on[f.stored.IsActive], Yours: on[f.active()]},
		})
	}
	if f.stored.ID == "" && page.All {
		page.Groups = eventGroups(nil) // whoever wants only some ticks these, rather than unticking the others
	}
	page.Failed = status >= 400
	return s.show(c, status, page)
}

// eventGroups lists all events by kind, with these ticked.
func eventGroups(ticked []string) (groups []views.EventGroup) {
	for _, name := range db.WebhookEvents {
		kind, verb, _ := strings.Cut(name, ".")
		if heading := wording.EventKind(kind); len(groups) == 0 || groups[len(groups)-1].Heading != heading {
			groups = append(groups, views.EventGroup{Heading: heading})
		}
		group := &groups[len(groups)-1]
		group.Events = append(group.Events, views.EventChoice{
			Name: name, Label: strings.ToUpper(verb[:1]) + verb[1:], Ticked: slices.Contains(ticked, name),
		})
	}
	return groups
}
