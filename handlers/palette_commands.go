package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"clientregistry/db/text"
	"clientregistry/views"
)

// The palette's commands: they open pages, or send a form of one button.

type command struct {
	icon, label string
	also        string // further words that find it
	keys        string // its keyboard shortcut
	path        string
	query       string // of the path
	theme       string // to switch to; only for changes
}

var (
	opening = []command{
		{icon: "plus", label: "New organization", also: "create add company organisation client customer", path: "/organizations/new"},
		{icon: "plus", label: "New contact", also: "create add person client customer", path: "/contacts/new"},
		{icon: "plus", label: "New follow-up", also: "create add task reminder", path: "/follow-ups/new"},
		{icon: "home", label: "Go to Home", keys: "g h", path: "/"},
		{icon: "org", label: "Go to Organizations", also: "companies organisations clients customers", keys: "g o", path: "/organizations"},
		{icon: "people", label: "Go to Contacts", also: "people clients customers", keys: "g c", path: "/contacts"},
		{icon: "feed", label: "Go to Interactions", also: "activity calls emails meetings notes", keys: "g i", path: "/interactions"},
		{icon: "todo", label: "Go to Follow-ups", also: "tasks reminders", keys: "g f", path: "/follow-ups"},
		{icon: "users", label: "Invite user", also: "new create add colleague", path: "/admin/users", query: "?new=1"},
		{icon: "users", label: "Go to Users", also: "colleagues administration", path: "/admin/users"},
		{icon: "roles", label: "Go to Roles", also: "permissions administration", path: "/admin/roles"},
		{icon: "audit", label: "Go to Audit log", also: "administration", path: "/admin/audit"},
		{icon: "tag", label: "Go to Vocabularies", also: "sectors sizes roles outcomes words administration", path: "/admin/vocabularies"},
		{icon: "hook", label: "Go to Webhooks", also: "administration", path: "/admin/webhooks"},
		{icon: "server", label: "Go to System", also: "administration backups", path: "/admin/system"},
		{
			icon: "user", label: "Go to My account", path: "/account",
			also: "profile settings preferences password email time zone sessions two-factor authenticator api tokens",
		},
		{icon: "keys", label: "Keyboard shortcuts", also: "help keys", keys: "?", path: "/keys"},
	}
	changing = []command{
		{icon: "moon", label: "Theme: dark", also: "mode", path: "/account/theme", theme: "dark"},
		{icon: "sun", label: "Theme: light", also: "mode", path: "/account/theme", theme: "light"},
		{icon: "screen", label: "Theme: same as the system", also: "mode", path: "/account/theme", theme: "system"},
		{icon: "logout", label: "Sign out", also: "log logout exit", path: "/logout"},
	}
)

// commands returns what is open to the visitor and matches what was typed: commands and saved
// views. Those with all typed words in the label are first.
func (s *Server) commands(c *gin.Context, typed string) (choices []views.PaletteChoice, err error) {
	var offered, byOtherWords []views.PaletteChoice
	marks := text.NewTyped(typed)
	add := func(x command, method string) {
		choice := commandChoice(x.icon, x.path+x.query, markWords(x.label, marks)...)
		choice.Sent, choice.Theme = method == http.MethodPost, x.theme
		if who(c).User.SingleKeys {
			choice.Keys = x.keys
		}
		switch {
		case beginsWords(x.label, "", typed):
			offered = append(offered, choice)
		case beginsWords(x.label, x.also, typed):
			byOtherWords = append(byOtherWords, choice)
		}
	}
	for _, x := range opening {
		if s.may(c, http.MethodGet, x.path) {
			add(x, http.MethodGet)
		}
	}
	saved, err := s.sidebarViews(c)
	for _, x := range saved {
		add(command{icon: "view", label: x.Name, path: x.Href}, http.MethodGet)
	}
	for _, x := range changing {
		if s.may(c, http.MethodPost, x.path) && (x.theme == "" || x.theme != who(c).User.Theme) {
			add(x, http.MethodPost)
		}
	}
	return append(offered, byOtherWords...), err
}

// outcomeChoices offers the interactions with outcomes that match what was typed.
func (s *Server) outcomeChoices(c *gin.Context, typed string) (choices []views.PaletteChoice, err error) {
	if viewInteractions.Check(who(c)) != nil || utf8.RuneCountInString(typed) < shortestOther {
		return nil, nil
	}
	outcomes, err := s.db.Outcomes(c.Request.Context(), who(c).Actor)
	marks := text.NewTyped(typed)
	for _, outcome := range outcomes {
		if beginsWords(outcome, "", typed) && len(choices) < paletteOutcomes {
			label := append([]views.TextPart{{Text: "Interactions with outcome "}}, markWords(outcome, marks)...)
			choices = append(choices, commandChoice("feed", address("/interactions", url.Values{"outcome": {outcome}}), label...))
		}
	}
	return choices, err
}

// shortestOther is how many letters of another word have to be typed. With fewer, most of what
// people type would find a command.
const shortestOther = 3

// beginsWords reports whether every typed word begins a word of the label or another word,
// ignoring case and accents.
func beginsWords(label, others, typed string) bool {
	words, also := foldedWords(label), foldedWords(others)
	return !slices.ContainsFunc(foldedWords(typed), func(t string) bool {
		begins := func(w string) bool { return strings.HasPrefix(w, t) }
		return !slices.ContainsFunc(words, begins) &&
			(utf8.RuneCountInString(t) < shortestOther || !slices.ContainsFunc(also, begins))
	})
}

func foldedWords(s string) []string {
	return strings.FieldsFunc(text.SortKey(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
