package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/secrets"
	"clientregistry/db/text"
	"clientregistry/handlers/middleware"
)

// maxRefused is how many fields or parameters a refusal names.
const maxRefused = 20

// maxDepth is how deep arrays and objects of a body may be nested.
const maxDepth = 64

// readBody reads the request's body, a JSON object, by field. It returns an error of checkType,
// middleware.Unreadable or a *http.MaxBytesError.
func readBody(c *gin.Context) (map[string]json.RawMessage, error) {
	if err := checkType(c); err != nil {
		return nil, err
	}
	body, err := bodyOf(c)
	if err != nil {
		return nil, err
	}
	return decode(body)
}

// checkType returns middleware.ErrNotJSON or middleware.ErrEncoded if the request's headers say that its body is.
func checkType(c *gin.Context) error {
	kind, parameters, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	charset := strings.ToLower(parameters["charset"])
	if err != nil || kind != "application/json" || charset != "" && charset != "utf-8" {
		return middleware.ErrNotJSON
	}
	if coding := c.GetHeader("Content-Encoding"); coding != "" && coding != "identity" {
		return middleware.ErrEncoded
	}
	return nil
}

// bodyOf returns the body as it was sent. It returns middleware.Unreadable or a *http.MaxBytesError.
func bodyOf(c *gin.Context) ([]byte, error) {
	body, err := io.ReadAll(c.Request.Body)
	if tooLarge := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &tooLarge) {
		return nil, middleware.Unreadable("The body is incomplete")
	}
	return body, err
}

// refuseBody refuses the fields of a body that the operation has not read. Many have none.
func refuseBody(c *gin.Context) error {
	body, err := bodyOf(c)
	switch {
	case err != nil:
		return middleware.Unreadable("This operation takes no body")
	case len(body) == 0:
		return nil
	}
	if err := checkType(c); err != nil {
		return err
	}
	fields, err := decode(body)
	if err != nil {
		return err
	}
	_, err = typed(fields)
	return err
}

// decode returns the fields of a JSON object. It returns middleware.Unreadable for anything else,
// and for repeated keys, bad UTF-8 and too much depth.
func decode(body []byte) (map[string]json.RawMessage, error) {
	if len(body) == 0 {
		return nil, middleware.Unreadable("The body is empty. Send a JSON object")
	}
	if !utf8.Valid(body) {
		return nil, middleware.Unreadable("The body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := walk(d, bytes.Contains(bytes.ToLower(body), []byte(`\ud`))); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, middleware.Unreadable("There is text after the JSON")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, middleware.Unreadable("Send a JSON object")
	}
	return fields, nil
}

// walk reads one value, token by token. halves says that the body may have halves of surrogate
// pairs, which encoding/json replaces by U+FFFD.
func walk(d *json.Decoder, halves bool) error {
	var keys []map[string]bool // of each open object, nil for an array
	atKey := false             // whether a key of an object comes next
	for {
		t, err := d.Token()
		if err != nil {
			return middleware.Unreadable("The body is not valid JSON")
		}
		s, isText := t.(string)
		if isText && halves && strings.ContainsRune(s, utf8.RuneError) {
			return middleware.Unreadable("The body has half of a surrogate pair")
		}
		switch open := len(keys) - 1; {
		case t == json.Delim('{'), t == json.Delim('['):
			if len(keys) == maxDepth {
				return middleware.Unreadable(fmt.Sprintf("The body is nested deeper than %d levels", maxDepth))
			}
			if keys = append(keys, nil); t == json.Delim('{') {
				keys[len(keys)-1] = map[string]bool{}
			}
		case t == json.Delim('}'), t == json.Delim(']'):
			keys = keys[:open]
		case isText && atKey:
			if keys[open][s] {
				return middleware.Unreadable("The key " + shortened(s) + " is repeated")
			}
			keys[open][s] = true
			atKey = false
			continue
		}
		if len(keys) == 0 {
			return nil
		}
		atKey = keys[len(keys)-1] != nil
	}
}

// owned are the fields that only the server sets, and what to do instead.
var owned = map[string]string{
	"id": "", "version": ". Send If-Match to change only this version", "created_at": "", "updated_at": "", "contacts_count": "",
	"last_contact_at": "", "last_contact_channel": "", "is_active": ". Use archive and restore",
	"logged_by": "", "created_by": "", "done_at": ". Send done", "done_by": ". Send done", "cancelled_at": ". Send cancelled",
	"interaction_id": ". Plan a follow-up at /interactions/{id}/follow-up",
}

// nameOf returns a field's name in JSON: its column, in the plural if it has any number of ids.
func nameOf(f db.Field) string {
	if f.Kind == db.Others {
		return f.Column + "s"
	}
	return f.Column
}

// typed returns the values of a body as the store takes them. It returns Invalid for fields that
// are not among those described, and for values of another type. It names at most maxRefused.
func typed(body map[string]json.RawMessage, fields ...[]db.Field) (db.Fields, error) {
	all := slices.Concat(fields...)
	values, refused := db.Fields{}, &db.Invalid{Fields: map[string]string{}}
	for name, raw := range body {
		if len(refused.Fields) == maxRefused {
			break
		}
		i := slices.IndexFunc(all, func(f db.Field) bool { return nameOf(f) == name })
		if i < 0 {
			refused.Fields[shortened(name)] = noField(name, all)
			continue
		}
		value, why := valueOf(all[i], raw)
		if why != "" {
			refused.Fields[name] = why
			continue
		}
		values[all[i].Column] = value
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return values, nil
}

// noField says why a body may not have a field, and what it may have.
func noField(name string, fields []db.Field) string {
	if instead, ours := owned[name]; ours {
		return "Only the registry sets this" + instead
	}
	if len(fields) == 0 {
		return "This operation takes no fields"
	}
	var names []string
	for _, f := range fields {
		names = append(names, nameOf(f))
	}
	return "Unknown field; there are " + strings.Join(names, ", ")
}

// valueOf returns a JSON value as the store takes it, or why it has the wrong type.
func valueOf(f db.Field, raw json.RawMessage) (value, why string) {
	if bytes.Equal(raw, []byte("null")) {
		return "", ""
	}
	switch f.Kind {
	case db.Flag:
		switch string(raw) {
		case "true":
			return "1", ""
		case "false":
			return "0", ""
		}
		return "", "Send true or false"
	case db.Others:
		var ids []string
		if json.Unmarshal(raw, &ids) != nil {
			return "", "Send an array of ids"
		}
		for i, id := range ids {
			var valid bool
			if ids[i], valid = readID(id); !valid {
				return "", "Send an array of ids"
			}
		}
		return strings.Join(ids, " "), ""
	}
	if json.Unmarshal(raw, &value) != nil {
		return "", "Send text in quotes, or null"
	}
	if (f.Kind == db.Person || f.Kind == db.Other) && value != "" {
		var valid bool
		if value, valid = readID(value); !valid {
			return "", "Send an id, or null"
		}
	}
	if f.Kind == db.Moment {
		value = strings.ToUpper(value) // t and z are allowed
		if _, err := time.Parse(time.RFC3339, value); err != nil || !aTime.MatchString(value) {
			return "", "Send a time as in RFC 3339, like 2026-11-24T14:00:00Z"
		}
	}
	return value, ""
}

// aTime is a time of RFC 3339. Package time takes other forms, too.
var aTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// shortened makes the name of an unknown field or parameter fit for an answer.
func shortened(name string) string {
	name = secrets.HideTokens(strings.ToValidUTF8(name, "\uFFFD"))
	if r := []rune(name); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return name
}

// plain returns a sentence of the pages without the characters that isolate names.
func plain(sentence string) string { return text.StripIsolates(sentence) }
