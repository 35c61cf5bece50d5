package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// deliveryList returns a page of a webhook's deliveries as the address says: state narrows it, before
// is the cursor, rows is how many are shown, and delivery opens one.
func (s *Server) deliveryList(c *gin.Context, h db.Webhook) (views.Deliveries, error) {
	state := strings.ReplaceAll(query(c, "state"), "_", " ")
	if !slices.Contains(db.DeliveryStates, state) {
		state = ""
	}
	before, err := before(c.Request.URL.Query())
	if err != nil {
		return views.Deliveries{}, err
	}
	f, shown := db.DeliveryPage{State: state, Before: before}, rowsWithin(c.Request.URL.Query(), db.DeliveriesSize, db.MostListed)
	if f.Before == 0 {
		f.Limit = shown
	}
	page, older, err1 := s.db.Deliveries(c.Request.Context(), who(c).Actor, h.ID, f)
	open, err2 := s.openDelivery(c, h.ID)
	if err := errors.Join(err1, err2); err != nil {
		return views.Deliveries{}, err
	}
	base, p := webhooksPath+"/"+h.ID, url.Values{}
	if state != "" {
		p.Set("state", strings.ReplaceAll(state, " ", "_"))
	}
	list := views.Deliveries{
		Base: base, Choices: deliveryChoices(base, state, h), Result: "All shown; they are kept for 30 days",
		Nothing: map[string]string{
			"waiting": "Nothing is waiting to be sent.", "given up": "Nothing was given up.", "delivered": "Nothing was delivered yet.",
		}[state],
	}
	if older > 0 {
		next := with(p, "before", strconv.FormatInt(older, 10))
		next.Set("rows", strconv.Itoa(min(shown+db.DeliveriesSize, db.MostListed)))
		list.Older, list.Result = address(base, next), strconv.Itoa(len(page))+" shown"
	}
	if f.Before > 0 {
		list.Newest = address(base, p)
	}
	if shown > db.DeliveriesSize {
		p.Set("rows", strconv.Itoa(shown))
	}
	if list.Longer = address(base, p); f.Before > 0 && !wantsFragment(c) {
		p.Set("before", strconv.FormatInt(f.Before, 10))
	}
	if open.ID != "" && !slices.ContainsFunc(page, func(x db.Delivery) bool { return x.ID == open.ID }) {
		page = append([]db.Delivery{open}, page...)
	}
	for _, x := range page {
		list.Rows = append(list.Rows, s.deliveryRow(c, h, x, open, p))
		if f.Before <= 0 && s.isBeingSent(h, x) {
			list.Poll = address(base, with(p, "delivery", open.ID))
		}
	}
	return list, nil
}

// openDelivery returns the delivery that the address opens, or an empty one.
func (s *Server) openDelivery(c *gin.Context, webhookID string) (db.Delivery, error) {
	id := query(c, "delivery")
	if id == "" {
		return db.Delivery{}, nil
	}
	return s.db.Delivery(c.Request.Context(), who(c).Actor, webhookID, id)
}

// deliveryAddress returns the address of a page of deliveries, with the one with this id opened unless it is "".
func deliveryAddress(base string, p url.Values, id string) string {
	to := address(base, with(p, "delivery", id))
	if id != "" {
		to += "#" + id
	}
	return to
}

func deliveryChoices(base, state string, h db.Webhook) []views.Option {
	numbered := func(label string, n int) string {
		if n == 0 {
			return label
		}
		return label + " " + wording.Grouped(n)
	}
	return []views.Option{
		{Label: "All", Href: base, Selected: state == ""},
		{Label: numbered("Waiting", h.Waiting), Href: base + "?state=waiting", Selected: state == "waiting"},
		{Label: numbered("Given up", h.GivenUp), Href: base + "?state=given_up", Selected: state == "given up"},
		{Label: "Delivered", Href: base + "?state=delivered", Selected: state == "delivered"},
	}
}

// isBeingSent reports whether a delivery is probably being tried now, so that its page is worth
// reading again.
func (s *Server) isBeingSent(h db.Webhook, x db.Delivery) bool {
	now := s.now()
	return h.State() != "off" && (x.State == "waiting" || x.State == "retrying") && !x.NextAt.After(now) && now.Sub(x.NextAt) < time.Minute
}

// deliveryRow is a row of the page with these parameters.
func (s *Server) deliveryRow(c *gin.Context, h db.Webhook, x, open db.Delivery, p url.Values) views.DeliveryRow {
	clock, base := s.clock(c), webhooksPath+"/"+h.ID
	row := views.DeliveryRow{
		ID: x.ID, Event: x.Event, Href: deliveryAddress(base, p, x.ID), State: deliveryState(clock, h, x), Tries: x.Tries,
		About: []views.Word{{Text: "A test"}}, Name: "A test",
	}
	if !x.IsTest {
		says := wording.DeliverySubject(x.About)
		row.About, row.Name = linkReferences(says, false), says.String()
	}
	if x.Tries > 0 {
		row.Answer, row.At = answerWords(x.Last), clock.Short(x.Last.At)
	}
	if h.IsActive {
		row.Again = base + "/send-again"
	}
	if x.ID != open.ID {
		return row
	}
	row.Href, row.Open = deliveryAddress(base, p, ""), &views.OpenDelivery{
		Answer: open.Last.Answer, Headers: deliveryHeaders(open), Body: open.Body,
	}
	for _, try := range open.AllTries {
		row.Open.Tries = append(row.Open.Tries, views.TryRow{
			At: clock.Second(try.At), Result: answerWords(try), Detail: answerDetail(try),
		})
	}
	return row
}

func deliveryState(clock views.Clock, h db.Webhook, x db.Delivery) views.State {
	switch {
	case x.State == "delivered":
		return views.State{Word: "Delivered", Tone: "ok"}
	case x.State == "given up":
		return views.State{Word: "Given up", Tone: "bad"}
	case h.State() == "off":
		return views.State{Word: "Waits until it is on", Tone: "none"}
	case h.KeyLost:
		return views.State{Word: "Waits for the secret", Tone: "none"}
	case x.State == "queued":
		return views.State{Word: "Waiting its turn", Tone: "none"}
	case x.NextAt.After(clock.Now):
		return views.State{Word: "Next try " + clock.Short(x.NextAt).Text, Tone: "warn"}
	}
	return views.State{Word: "Being sent", Tone: "new"}
}

// deliveryHeaders are the headers of the last try. Its signature is not kept.
func deliveryHeaders(x db.Delivery) string {
	at := "the second of each try"
	if !x.Last.At.IsZero() {
		at = strconv.FormatInt(x.Last.At.Unix(), 10)
	}
	return "content-type: application/json\nuser-agent: ClientRegistry\nwebhook-id: " + x.ID +
		"\nwebhook-timestamp: " + at + "\nwebhook-signature: v1,…"
}
