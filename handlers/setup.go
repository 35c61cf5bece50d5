package handlers

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"clientregistry/db"
	"clientregistry/db/demo"
	"clientregistry/db/secrets"
	"clientregistry/db/text"
	"clientregistry/views"
)

// setupLink is the one-time link to create the first administrator.
type setupLink struct {
	mu      sync.Mutex
	token   string
	expires time.Time
}

const setupLife = time.Hour

// SetupLink makes a new link and returns its address. It is valid for an hour, and only while the
// registry has no user.
func (s *Server) SetupLink() string {
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	s.setup.token, s.setup.expires = rand.Text(), s.now().Add(setupLife)
	return s.baseURL.JoinPath("/setup").String() + "?token=" + s.setup.token
}

func (l *setupLink) fits(token string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	lasts := now.Before(l.expires) && !l.expires.After(now.Add(setupLife+db.ClockSlack)) // unless the clock was set back since
	return l.token != "" && lasts && subtle.ConstantTimeCompare([]byte(token), []byte(l.token)) == 1
}

// untilSetUp answers every page while the registry has no user: the sign-in page says what to do, and
// the others lead to it.
func (s *Server) untilSetUp(c *gin.Context) {
	path, read := c.FullPath(), c.Request.Method == http.MethodGet
	open := path == "/login" && !read || slices.Contains([]string{"/setup", "/healthz", "/readyz", "/api/docs"}, path)
	if who(c) != nil || open || path == "" && !read {
		return
	}
	if has, err := s.db.HasUsers(c.Request.Context()); has || err != nil { // the page itself says what is wrong
		return
	}
	c.Abort()
	if path != "/login" {
		s.redirectTo(c, "/login")
		return
	}
	if err := s.setupAnswer(c, setupState{}, nil); err != nil {
		s.fail(c, err)
	}
}

// setupState says whether the registry has users and, if not, whether this request may set it up.
type setupState struct{ done, open bool }

func (s *Server) setupState(c *gin.Context) (setupState, error) {
	has, err := s.db.HasUsers(c.Request.Context())
	return setupState{has, !has && s.setup.fits(c.Query("token"), s.now())}, err
}

func (s *Server) setupShow(c *gin.Context) error {
	state, err := s.setupState(c)
	if err != nil {
		return err
	}
	return s.setupAnswer(c, state, nil)
}

// setupAnswer answers with the form, or says why there is none and what to do.
func (s *Server) setupAnswer(c *gin.Context, state setupState, refused map[string]string) error {
	form := c.Request.PostForm
	v := views.Setup{
		Page:   s.page(c, "Set up", "Create the first administrator", ""),
		Action: "/setup?token=" + url.QueryEscape(c.Query("token")),
		Gone:   !state.open, Done: state.done, Linked: !state.open && c.Request.URL.Query().Has("token"), Sample: form.Get("sample") != "",
		Fields: []views.Field{
			{ID: "full_name", Name: "full_name", Label: "Your name", Autocomplete: "name", Value: form.Get("full_name"), Autofocus: true},
			{ID: "email", Name: "email", Label: "Work email", Type: "email", Autocomplete: "username", Value: form.Get("email")},
			{
				ID: "password", Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password",
				Hint: "At least 8 characters; 15 or more is better. Spaces and any script are fine.",
			},
			zoneField(form.Get("time_zone")), phoneRegionField(c.GetHeader("Accept-Language"), form),
		},
	}
	status := http.StatusOK
	switch {
	case v.Gone && c.FullPath() == "/setup":
		status = http.StatusNotFound
	case refused != nil:
		status = http.StatusUnprocessableEntity
		v.Failed = true
		v.Fields = withErrors(v.Fields, refused)
	}
	for i := range v.Fields {
		v.Fields[i].Large = true
	}
	return s.show(c, status, v)
}

func (s *Server) setupCreate(c *gin.Context) error {
	state, err := s.setupState(c)
	if err != nil {
		return err
	}
	if !state.open {
		return s.setupAnswer(c, state, nil)
	}
	form := c.Request.PostForm
	password := form.Get("password")
	if why := RefusePassword(password, form.Get("email")); why != "" {
		refused := map[string]string{"password": why}
		for name, message := range map[string]string{"full_name": "Enter a name", "email": "Enter an email"} {
			if strings.TrimSpace(form.Get(name)) == "" {
				refused[name] = message
			}
		}
		return s.setupAnswer(c, state, refused)
	}
	hash, err := secrets.HashPassword(c.Request.Context(), password)
	if err != nil {
		return err
	}
	ctx, by := c.Request.Context(), s.Nobody(c)
	_, err = s.db.SetUp(ctx, by, db.NewUser{
		Email: form.Get("email"), FullName: form.Get("full_name"),
		TimeZone: form.Get("time_zone"), Hash: hash, PhoneRegion: form.Get("phone_region"),
	})
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.setupAnswer(c, state, refused.Fields)
	}
	if errors.Is(err, db.ErrForbidden) { // somebody else was faster
		return s.setupAnswer(c, setupState{done: true}, nil)
	}
	if err != nil {
		return err
	}
	token, err := s.db.SignIn(ctx, by, form.Get("email"), password)
	if err != nil {
		return err
	}
	s.beginSession(c, token)
	if form.Get("sample") != "" {
		if err := demo.Fill(ctx, s.db, db.System, "s", 1, nil); err != nil {
			return err
		}
	}
	return s.redirect(c, "/")
}

// zones are the time zones offered. The script adds the browser's own.
var zones = []string{
	"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Anchorage", "America/Argentina/Buenos_Aires",
	"America/Bogota", "America/Chicago", "America/Denver", "America/Halifax", "America/Los_Angeles", "America/Mexico_City", "America/New_York",
	"America/Sao_Paulo", "America/Toronto", "Asia/Bangkok", "Asia/Dubai",
	"Asia/Ho_Chi_Minh", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem",
	"Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tehran", "Asia/Tokyo",
	"Atlantic/Reykjavik", "Australia/Brisbane", "Australia/Perth", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin",
	"Europe/Brussels", "Europe/Bucharest", "Europe/Budapest", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul",
	"Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome",
	"Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu", "Pacific/Kiritimati",
}

// zoneField is the choice of a time zone. Without a current one the script chooses that of the
// browser.
func zoneField(current string) views.Field {
	there := current == ""
	f := views.Field{ID: "time_zone", Name: "time_zone", Label: "Time zone", DetectZone: there}
	if there {
		f.Options = append(f.Options, views.Option{Label: "UTC for now"})
	}
	for _, z := range zones {
		there = there || z == current
		f.Options = append(f.Options, views.Option{Value: z, Label: z, Selected: z == current})
	}
	if !there {
		f.Options = append(f.Options, views.Option{Value: current, Label: current, Selected: true})
	}
	return f
}

// phoneRegionField is the choice of the country whose phone numbers need no country code. It proposes
// that of the browser's first language.
func phoneRegionField(languages string, form url.Values) views.Field {
	chosen := form.Get("phone_region")
	if all, _, err := language.ParseAcceptLanguage(languages); err == nil && len(all) > 0 && !form.Has("phone_region") {
		region, _ := all[0].Region()
		chosen = region.String()
	}
	f := views.Field{
		ID: "phone_region", Name: "phone_region", Label: "Country of phone numbers", Hint: "For numbers written without a country code.",
		Options: []views.Option{{Label: "No country"}},
	}
	for _, region := range text.PhoneRegions() {
		f.Options = append(f.Options, views.Option{Value: region, Label: countryName(region), Selected: region == chosen})
	}
	slices.SortStableFunc(f.Options[1:], func(a, b views.Option) int {
		return strings.Compare(text.SortKey(a.Label), text.SortKey(b.Label))
	})
	return f
}

// renamedCountries are the names of countries that changed after those of golang.org/x/text were written down.
var renamedCountries = map[string]string{"CV": "Cabo Verde", "MK": "North Macedonia", "SZ": "Eswatini"}

func countryName(region string) string {
	return cmp.Or(renamedCountries[region], display.English.Regions().Name(language.MustParseRegion(region)))
}

// withErrors adds each message to its field, and focuses the first of these.
func withErrors(fields []views.Field, messages map[string]string) []views.Field {
	first := true
	for i := range fields {
		f := &fields[i]
		f.Error = messages[f.Name]
		f.Autofocus = f.Error != "" && first
		first = first && f.Error == ""
	}
	return fields
}
