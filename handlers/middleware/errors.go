package middleware

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/secrets"
	"clientregistry/views/wording"
)

// Answer is how an error is presented. It decides the status for pages and API alike, and neither
// reveals more of an error than this.
type Answer struct {
	Status     int
	Heading    string            // what happened, in a few words
	Message    string            // what happened, what became of the change, what to do next
	Detail     string            // who can help, if known
	Fields     map[string]string // what is wrong, by field
	RetryAfter string            // in seconds, if the same request may succeed later
}

// RetryAfter is the number of seconds after which to ask again for what is unavailable.
const RetryAfter = "60"

// retrySoon is the same for what is busy.
const retrySoon = "5"

// Unreadable means that a program sent JSON that is malformed. Its text says how.
type Unreadable string

func (e Unreadable) Error() string { return string(e) }

var (
	// ErrNotJSON means that a program sent a body of another type.
	ErrNotJSON = errors.New("the body is not JSON")
	// ErrEncoded means that a program sent a body that is compressed or otherwise encoded.
	ErrEncoded = errors.New("the body is encoded")
	// ErrNoToken means that a program sent no token that is valid.
	ErrNoToken = errors.New("no valid token")
	// ErrRate means that a token is used too often.
	ErrRate = errors.New("too many requests")
	// ErrOrigin means that a page of another site sent the request.
	ErrOrigin = errors.New("a request of another site")
)

// ErrMethod means that an address does not allow the method.
var ErrMethod = errors.New("method not allowed")

// Refuse returns the answer to an error and sets the headers that belong to it. The full error goes
// to the log, and to the history if somebody signed in asked for what they may not do.
func (s *Stack) Refuse(c *gin.Context, err error) Answer {
	a := s.Describe(c, err)
	if a.Status == http.StatusForbidden {
		s.recordRefusal(c, err)
	}
	level := s.log.Info
	if a.Status >= http.StatusInternalServerError {
		level = s.log.Error
	}
	level("refused", "id", RequestID(c), "method", c.Request.Method, "route", c.FullPath(), "status", a.Status, "error", err)
	if a.RetryAfter != "" {
		c.Header("Retry-After", a.RetryAfter)
	}
	return a
}

// recordRefusal records in the history that somebody signed in asked for what they may not do.
func (s *Stack) recordRefusal(c *gin.Context, err error) {
	v := Who(c)
	if v == nil {
		return
	}
	var lacks db.Missing
	errors.As(err, &lacks)
	if err := s.db.RecordRefusal(c.Request.Context(), v.Actor, c.Request.Method, c.Request.URL.Path, lacks.Permission); err != nil {
		s.log.Error("a refusal could not be recorded", "id", RequestID(c), "error", err)
	}
}

// Describe returns the answer to an error. If a change was committed before the error, the answer
// says that it was saved.
func (s *Stack) Describe(c *gin.Context, err error) Answer {
	a := s.describe(c, err)
	if Saved(c) && (a.Status >= http.StatusInternalServerError || a.Status == http.StatusNotFound) {
		a = Answer{
			Status: http.StatusInternalServerError, Heading: "Saved, but not shown",
			Message: "The change is saved. The page that shows it failed; reload it.",
		}
	}
	switch a.Status {
	case http.StatusTooManyRequests:
		a.RetryAfter = cmp.Or(a.RetryAfter, retrySoon)
	case http.StatusServiceUnavailable:
		a.RetryAfter = RetryAfter
	}
	return a
}

func (s *Stack) describe(c *gin.Context, err error) Answer {
	if a, is := describeRefusal(c, err); is {
		return a
	}
	for _, x := range fixedAnswers {
		if errors.Is(err, x.to) {
			return x.Answer
		}
	}
	if a, is := describeDisk(c, err); is {
		return a
	}
	if s.db.Health().Damage != "" { // a damaged file can hold values that cannot be parsed
		return describeDamage(c, err)
	}
	return Answer{
		Status: http.StatusInternalServerError, Heading: "Something went wrong",
		Message: "Nothing was changed. Try again; if it happens again, tell an administrator this number: " + RequestID(c),
	}
}

// describeRefusal answers an error that says itself what is wrong or missing. It returns false for
// any other error.
func describeRefusal(c *gin.Context, err error) (a Answer, is bool) {
	var lacks db.Missing
	var refused *db.Invalid
	var stale *db.Conflict
	var repeated *db.Repeated
	var tooLarge *http.MaxBytesError
	var keyLost *db.KeyLost
	var unreadable Unreadable
	switch {
	case errors.As(err, &lacks):
		a = Answer{Status: http.StatusForbidden, Heading: "You may not do this", Message: lacks.Error() + ". Nothing was changed."}
		if v := Who(c); v != nil {
			a.Detail = "In roles it is called “" + lacks.Permission.Words() + "”. " +
				"An administrator can add it to one of your roles. Yours: " + strings.Join(v.User.Roles, ", ") + "."
		}
	case errors.As(err, &refused) && c.Request.Method == http.MethodGet:
		a = Answer{
			Status: http.StatusUnprocessableEntity, Heading: "This cannot be shown",
			Message: wording.Refusals(refused), Fields: refused.Fields,
		}
	case errors.As(err, &refused):
		a = Answer{
			Status: http.StatusUnprocessableEntity, Heading: "Not saved",
			Message: wording.Refusals(refused) + " Nothing was changed.", Fields: refused.Fields,
		}
	case errors.As(err, &stale):
		a = Answer{
			Status: http.StatusConflict, Heading: "Changed meanwhile",
			Message: wording.Changer(stale) + " changed this while you had it open. Your change is not saved; open it again and decide.",
		}
	case errors.As(err, &repeated):
		a = Answer{
			Status: http.StatusConflict, Heading: "Sent before",
			Message: "This was already sent with different content. Nothing of this one is saved.",
		}
	case errors.As(err, &keyLost):
		a = Answer{
			Status: http.StatusServiceUnavailable, Heading: "Second factors and secrets cannot be read",
			Message: "A file is missing on the server; its log says which. Nothing was changed. Tell an administrator.",
		}
	case errors.As(err, &tooLarge):
		a = Answer{
			Status: http.StatusRequestEntityTooLarge, Heading: "Too large",
			Message: "What you sent is larger than 1 MB. Nothing was changed.",
		}
	case errors.As(err, &unreadable):
		a = Answer{Status: http.StatusBadRequest, Heading: "Not readable", Message: unreadable.Error() + ". Nothing was changed."}
	default:
		return Answer{}, false
	}
	return a, true
}

// fixedAnswers are the answers to errors that are always answered in the same way.
var fixedAnswers = []struct {
	to error
	Answer
}{
	{ErrNoSession, Answer{Status: http.StatusUnauthorized, Heading: "Not signed in", Message: "Sign in first. Nothing was changed."}},
	{ErrNoToken, Answer{
		Status: http.StatusUnauthorized, Heading: "No valid token",
		Message: "Send a valid token, as Authorization: Bearer TOKEN. Nothing was changed.",
	}},
	{ErrMustEnrol, Answer{
		Status: http.StatusForbidden, Heading: "You may not do this yet",
		Message: "Your role requires a second factor; set it up first. Nothing was changed.",
	}},
	{db.ErrForbidden, Answer{Status: http.StatusForbidden, Heading: "You may not do this", Message: "Nothing was changed."}},
	{db.ErrNotFound, Answer{Status: http.StatusNotFound, Heading: "Not found", Message: "This does not exist, or you may not see it."}},
	{ErrMethod, Answer{
		Status: http.StatusMethodNotAllowed, Heading: "Not possible",
		Message: "This address does not accept that kind of request.",
	}},
	{secrets.ErrBusy, Answer{
		Status: http.StatusTooManyRequests, Heading: "Too many at once",
		Message: "Others are signing in. Wait a few seconds and try again.",
	}},
	{ErrNotJSON, Answer{
		Status: http.StatusUnsupportedMediaType, Heading: "Not JSON",
		Message: "Send JSON, with Content-Type: application/json. Nothing was changed.",
	}},
	{ErrEncoded, Answer{
		Status: http.StatusUnsupportedMediaType, Heading: "Encoded",
		Message: "Send the body as it is, without Content-Encoding. Nothing was changed.",
	}},
	{db.ErrKeyUsed, Answer{
		Status: http.StatusUnprocessableEntity, Heading: "Sent before",
		Message: "This Idempotency-Key was sent with another request. Send a new one. Nothing was changed.",
	}},
	{ErrRate, Answer{
		Status: http.StatusTooManyRequests, Heading: "Too many requests", RetryAfter: "1",
		Message: "This token is used too often. Wait a second and try again.",
	}},
	{ErrOrigin, Answer{
		Status: http.StatusForbidden, Heading: "From another site",
		Message: "This came from another site. Nothing was changed.",
	}},
	{ErrType, Answer{
		Status: http.StatusUnsupportedMediaType, Heading: "Not a form",
		Message: "Send the fields as a form. Nothing was changed.",
	}},
	{ErrForm, Answer{
		Status: http.StatusBadRequest, Heading: "Not readable",
		Message: "The form could not be read. Nothing was changed.",
	}},
}

// describeDisk answers an error of a damaged file, a full disk or a read-only one. It returns false
// for any other error.
func describeDisk(c *gin.Context, err error) (a Answer, is bool) {
	switch {
	case db.IsDamaged(err):
		return describeDamage(c, err), true
	case db.IsFull(err):
		return Answer{
			Status: http.StatusInsufficientStorage, Heading: "No room left",
			Message: "The registry’s disk is full. " + whatIsLeft(c) +
				advice(c, "Free some space on it; no restart is needed."),
		}, true
	case db.IsReadOnly(err):
		return Answer{
			Status: http.StatusInsufficientStorage, Heading: "Nothing can be saved just now",
			Message: "The registry’s disk cannot be written. " + whatIsLeft(c) +
				advice(c, "Make its file and folder writable; no restart is needed."),
		}, true
	case db.IsUnavailable(err):
		return Answer{
			Status: http.StatusServiceUnavailable, Heading: "The registry cannot be used just now",
			Message: "Its file cannot be read. What was saved before is not touched; nothing was changed now. " +
				advice(c, "Check that its disk is connected and responds."),
		}, true
	}
	return Answer{}, false
}

// whatIsLeft says what can be done while nothing can be saved. A sign-in is saved, too.
func whatIsLeft(c *gin.Context) string {
	if Who(c) == nil {
		return "Nothing was changed. Until that is mended, you cannot sign in. "
	}
	return "Nothing was changed; you can still read. "
}

// describeDamage answers a change or a page that a damaged file prevents.
func describeDamage(c *gin.Context, err error) Answer {
	a := Answer{
		Status: http.StatusServiceUnavailable, Heading: "Nothing can be saved just now",
		Message: "The registry’s file is damaged. " + whatIsLeft(c),
	}
	var refused *db.Damaged
	if c.Request.Method == http.MethodGet && !errors.As(err, &refused) {
		a.Heading, a.Message = "This cannot be read", "The registry’s file is damaged where this is stored. Other pages can be read. "
	}
	a.Message += advice(c, "Copy it out with the command backup, then restore a backup.")
	return a
}

// advice returns the text for administrators, or tells others to ask one.
func advice(c *gin.Context, administrators string) string {
	if v := Who(c); v != nil && v.Can(db.ManageSystem) {
		return administrators
	}
	return "Tell an administrator."
}
