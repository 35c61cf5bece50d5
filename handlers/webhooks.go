package handlers

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

const webhooksPath = "/admin/webhooks"

func (s *Server) webhookIndex(c *gin.Context) error {
	all, err := s.db.Webhooks(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	page := views.Webhooks{
		Page: s.page(c, "Webhooks", "The addresses that receive changes", "webhooks"), Result: wording.Plural(len(all), "webhook"),
	}
	for _, h := range all {
		page.Rows = append(page.Rows, views.WebhookRow{
			URL: h.URL, Href: webhooksPath + "/" + h.ID, State: webhookState(h), Events: wording.Events(h.Events),
			Waiting: wording.Grouped(h.Waiting), Sent: s.clock(c).Date(h.LastSentAt), Answer: answerStatus(h.LastStatus),
		})
	}
	return s.show(c, http.StatusOK, page)
}

func webhookState(h db.Webhook) views.State {
	switch h.State() {
	case "off":
		if why := map[string]string{
			db.OffGone: "answered 410", db.OffRights: "its maker’s rights", db.OffMaker: "its maker left", db.OffRestored: "restored from a copy",
		}[h.OffBecause]; why != "" {
			return views.State{Word: "Off: " + why, Tone: "bad"}
		}
		return views.State{Word: "Off", Tone: "none"}
	case "key lost":
		return views.State{Word: "Secret is lost", Tone: "bad"}
	case "retrying":
		return views.State{Word: "Trying again", Tone: "warn"}
	case "unused":
		return views.State{Word: "Nothing sent yet", Tone: "none"}
	case "failing":
		return views.State{Word: "Failing", Tone: "bad"}
	}
	return views.State{Word: "Working", Tone: "ok"}
}

// whyNothingIsSent says why a webhook sends nothing, as the end of a sentence, and what to do. It
// returns "" if it sends.
func whyNothingIsSent(h db.Webhook) (why, do string) {
	switch h.State() {
	case "key lost":
		return "its secret cannot be read: the key file beside the database is missing or is the wrong one",
			"Put the copy of the key back. If there is none, delete this webhook and make it again."
	case "off":
		return cmp.Or(wording.WebhookOff(h.OffBecause), "it is switched off"), map[string]string{
			"":             "What happens meanwhile is not sent later.",
			db.OffGone:     "Correct the address, or switch it on if it is there again.",
			db.OffRights:   "Switching it on makes you responsible for it.",
			db.OffMaker:    "Switching it on makes you responsible for it.",
			db.OffRestored: "What happened since the backup may have been sent already. Switched on, it sends what happens from then on.",
		}[h.OffBecause]
	}
	return "", ""
}

// webhook returns the webhook of the URL.
func (s *Server) webhook(c *gin.Context) (db.Webhook, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.Webhook{}, err
	}
	return s.db.Webhook(c.Request.Context(), who(c).Actor, id)
}

// webhookShow answers with a webhook's page, or for htmx with its deliveries and its state, or with the older ones.
func (s *Server) webhookShow(c *gin.Context) error {
	h, err := s.webhook(c)
	if err != nil {
		return err
	}
	list, err := s.deliveryList(c, h)
	clock := s.clock(c)
	meta := views.WebhookMeta{URL: h.URL, State: webhookState(h)}
	if h.Waiting > 0 {
		meta.Waiting, meta.WaitingSince = wording.Grouped(h.Waiting)+" waiting", clock.Short(h.WaitingSince)
	}
	onOff := views.WebhookSwitch{Base: webhooksPath + "/" + h.ID, Active: h.IsActive, Version: h.Version, Was: h.Values().Encode()}
	acts, off := views.WebhookActs{WebhookSwitch: onOff}, views.WebhookOff{WebhookSwitch: onOff, Bad: h.OffBecause != "" || h.KeyLost}
	off.Why, off.Do = whyNothingIsSent(h)
	switch {
	case err != nil:
		return err
	case wantsFragment(c) && list.Newest != "":
		c.Header("HX-Replace-Url", list.Longer) // for Back
		return s.show(c, http.StatusOK, views.OlderDeliveries{Deliveries: list})
	case wantsFragment(c):
		fragments := []views.View{list, views.Into{Target: "#meta", Swap: "innerHTML", View: meta}}
		if off.Why != "" { // the page asks only while something is being sent, so this has just ended
			fragments = append(fragments, views.Into{Target: "#acts", Swap: "innerHTML", View: acts},
				views.Into{Target: "#notice", Swap: "innerHTML", View: off})
		}
		return s.show(c, http.StatusOK, fragments...)
	}
	page := views.Webhook{
		Page: s.page(c, h.Host(), "A webhook and what it sent", "webhooks"), Name: h.Host(), Base: onOff.Base,
		Meta: meta, Acts: acts, Off: off,
		Secret: views.WebhookSecret{
			End: h.SecretEnd, Since: clock.Short(h.SecretSince), BeforeEnd: h.OldSecretEnd, Until: clock.Short(h.OldUntil),
		},
		Maker: h.Maker.Name, Made: clock.Date(h.CreatedAt), Deliveries: list,
	}
	if !h.OfAll() {
		page.Events = h.Events
	}
	return s.show(c, http.StatusOK, page)
}

func (s *Server) webhookTest(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	delivery, err := s.db.TestWebhook(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	return s.webhookDone(c, "The test is being sent", deliveryAddress(webhooksPath+"/"+id, nil, delivery))
}

func (s *Server) webhookSendAgain(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	delivery := c.Request.PostForm.Get("delivery")
	if err := s.db.SendAgain(c.Request.Context(), who(c).Actor, id, delivery); err != nil {
		return err
	}
	return s.webhookDone(c, "It is being sent again", deliveryAddress(webhooksPath+"/"+id, nil, delivery))
}

func (s *Server) webhookDone(c *gin.Context, says, to string) error {
	if err := s.flash(c, views.Toast{Text: says}); err != nil {
		return err
	}
	return s.redirect(c, to)
}

func (s *Server) webhookRotateSecret(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	secret, err := s.db.RotateWebhookSecret(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	h, err := s.webhook(c)
	if err != nil {
		return err
	}
	return s.webhookSecret(c, h, secret, true)
}

// webhookSecret answers with the page that shows a new secret, which no other page does.
func (s *Server) webhookSecret(c *gin.Context, h db.Webhook, secret string, rotated bool) error {
	return s.show(c, http.StatusOK, views.NewWebhookSecret{
		Page: s.page(c, "The secret of "+h.Host(), "A new secret", "webhooks"), Name: h.Host(), Href: webhooksPath + "/" + h.ID,
		Secret: secret, Rotated: rotated, BeforeEnd: h.OldSecretEnd, Until: s.clock(c).Short(h.OldUntil),
	})
}

func (s *Server) webhookAskToDelete(c *gin.Context) error {
	h, err := s.webhook(c)
	if err != nil {
		return err
	}
	page := views.WebhookDeletion{
		Page: s.page(c, "Delete "+h.Host(), "Delete a webhook", "webhooks"), Name: h.Host(), Base: webhooksPath + "/" + h.ID, Active: h.IsActive,
	}
	if h.Waiting > 0 {
		page.Waiting = map[bool]string{true: "1 delivery waits", false: wording.Grouped(h.Waiting) + " deliveries wait"}[h.Waiting == 1]
	}
	return s.show(c, http.StatusOK, page)
}

func (s *Server) webhookDelete(c *gin.Context) error {
	h, err := s.webhook(c)
	if err != nil {
		return err
	}
	if err := s.db.DeleteWebhook(c.Request.Context(), who(c).Actor, h.ID); err != nil {
		return err
	}
	return s.webhookDone(c, "Deleted the webhook "+text.Isolate(h.Host()), webhooksPath)
}

// answerStatus is a status in the list, or that there was no answer.
func answerStatus(status int) string {
	if status == 0 {
		return "no answer"
	}
	return strconv.Itoa(status)
}

// answerWords says how a try was answered and how fast: "503, 65 ms".
func answerWords(x db.Try) string {
	took := strconv.FormatInt(x.Took.Milliseconds(), 10) + " ms"
	if x.Took.Seconds() >= 1 {
		took = strconv.FormatFloat(x.Took.Seconds(), 'f', 1, 64) + " s"
	}
	if x.Status == 0 {
		return "No answer"
	}
	return strconv.Itoa(x.Status) + ", " + took
}

// answerDetail says more about an answer than its status.
func answerDetail(x db.Try) string { return cmp.Or(x.Failure, http.StatusText(x.Status)) }
