package db

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"clientregistry/db/text"
)

// Fields is what somebody typed, by column. Columns that are missing stay unchanged.
type Fields map[string]string

// with returns a copy that has all the named columns, so that a form without a required field is
// refused like one that leaves it empty.
func (f Fields) with(columns ...string) Fields {
	full := Fields{}
	for _, column := range columns {
		full[column] = ""
	}
	maps.Copy(full, f)
	return full
}

// withoutColumn returns a copy without a column.
func withoutColumn(f Fields, column string) Fields {
	rest := maps.Clone(f)
	delete(rest, column)
	return rest
}

// valuer lets apply read and change the values of columns.
type valuer interface{ value(column string) *string }

// apply validates what was typed and sets it. It returns the changes by column. If it returns
// Invalid, the caller must discard the value, because some columns may have been set.
func apply(fields []Field, typed Fields, to valuer) (map[string]Change, *Invalid) {
	changes := map[string]Change{}
	refused := &Invalid{Fields: map[string]string{}}
	for _, f := range fields {
		raw, ok := typed[f.Column]
		if !ok {
			continue
		}
		current := to.value(f.Column)
		if raw != "" && (raw == *current || f.isShown(*current, raw)) {
			continue // an unchanged value stays, even if today's rules would refuse it
		}
		value, err := f.clean(raw)
		if err != nil {
			refused.Fields[f.Column] = err.Error()
			continue
		}
		if !f.isShown(*current, value) {
			changes[f.Column] = Change{Old: orNull(*current), New: orNull(value)}
			*current = value
		}
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return changes, nil
}

// isShown reports whether a value is the stored one as forms show it: with any line breaks, and with the host of a website
// as people read it, however an earlier version stored it.
func (f Field) isShown(stored, value string) bool {
	switch f.Kind {
	case Lines:
		value = lineBreaks.Replace(value)
	case Website:
		stored = text.ReadableAddress(stored)
	}
	return stored == value
}

// clean returns the value to store, or an error with a message for the person who typed it.
func (f Field) clean(raw string) (string, error) {
	value, err := plainText(raw, f.Kind == Lines)
	if err != nil {
		return "", err
	}
	if value == "" {
		if f.Required != "" {
			return "", messageError(f.Required)
		}
		return "", nil
	}
	if err := f.checkLength(value); err != nil {
		return "", err
	}
	if value, err = f.Kind.check(f, value); err != nil {
		return "", err
	}
	return value, f.checkLength(value)
}

func (f Field) checkLength(value string) error {
	if n := utf8.RuneCountInString(value); n > f.Max {
		return messageError(fmt.Sprintf("Use at most %d characters; this has %d", f.Max, n))
	}
	return nil
}

// messageError is an error whose text is shown to the person who typed.
type messageError string

func (e messageError) Error() string { return string(e) }

// plainText returns a value as stored: normalized and trimmed. It refuses invalid UTF-8 and control
// characters. Without lines it also refuses line breaks, tabs, and characters that change the
// direction of surrounding text.
func plainText(s string, lines bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", messageError("Remove the characters that cannot be read")
	}
	if lines {
		s = lineBreaks.Replace(s)
	} else if strings.ContainsFunc(s, text.TurnsDirection) {
		return "", messageError("Remove the characters that change the direction of writing (U+202A to U+202E, U+2066 to U+2069)")
	}
	s = strings.TrimSpace(text.Normalize(s))
	for _, c := range s {
		if unicode.In(c, unicode.Cc, unicode.Zl, unicode.Zp) && !(lines && (c == '\n' || c == '\t')) {
			return "", messageError("Remove line breaks and control characters")
		}
	}
	if !strings.ContainsFunc(s, isVisibleAlone) {
		return "", nil
	}
	return s, nil
}

// isEmpty reports whether a value counts as empty, because nothing in it is visible.
func isEmpty(typed string) bool {
	value, err := plainText(typed, true)
	return err == nil && value == ""
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// isVisibleAlone reports whether a character shows something by itself. Variation selectors and
// blank letters and patterns do not.
func isVisibleAlone(c rune) bool {
	return !text.IsBlank(c) && c != '\u2800' && !unicode.In(c, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// website accepts http and https URLs, adds https:// to a bare domain, and writes hosts in Unicode.
func website(s string) (string, error) {
	refused := messageError("Enter a web address, like harborpine.example or https://harborpine.example")
	if strings.ContainsFunc(s, text.IsBlank) || strings.ContainsAny(s, `<>"\^{}|`+"`") {
		return "", refused
	}
	scheme, rest, _ := strings.Cut(s, ":")
	switch {
	case !isScheme(scheme) || scheme == s || isPort(rest):
		s = "https://" + s
	case strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"):
		s = strings.ToLower(scheme) + ":" + rest
	default:
		return "", refused
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Opaque != "" {
		return "", refused
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", refused
		}
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if host != "localhost" && (!strings.Contains(host, ".") || slices.Contains(strings.Split(host, "."), "")) {
		return "", refused
	}
	return text.ReadableAddress(s), nil
}

// isScheme reports whether s can be the scheme of a URL (RFC 3986, 3.1). In a bare address like
// a.example/Talk:Page, the part before the colon cannot.
func isScheme(s string) bool {
	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

func isPort(s string) bool {
	if end := strings.IndexAny(s, "/?#"); end >= 0 {
		s = s[:end]
	}
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// email accepts one mailbox at a domain with a dot, and returns it folded.
func email(s string) (string, error) {
	refused := messageError("Enter an email with a domain, like elif@harborpine.example")
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsAny(s, `<>"`) || strings.ContainsFunc(s, text.IsBlank) {
		return "", refused
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	if !strings.Contains(domain, ".") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.HasPrefix(domain, "[") {
		return "", refused
	}
	return text.FoldEmail(s), nil
}
