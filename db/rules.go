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

// Fields is what somebody typed, by column. A column that is not there stays as it is.
type Fields map[string]string

// with returns a copy in which the named columns are there, so that a form
// that leaves a required one out is refused like one that leaves it empty.
func (f Fields) with(columns ...string) Fields {
	full := Fields{}
	for _, column := range columns {
		full[column] = ""
	}
	maps.Copy(full, f)
	return full
}

// withoutColumn returns a copy in which the named column stays as it is.
func withoutColumn(f Fields, column string) Fields {
	rest := maps.Clone(f)
	delete(rest, column)
	return rest
}

// valuer is what apply reads and writes: the current value of each column.
type valuer interface{ value(column string) *string }

// apply sets what was typed on a value that has these fields. It returns what
// changed, by column, or the messages for what is refused; then nothing of it may be stored.
func apply(fields []Field, typed Fields, to valuer) (map[string]Change, *Invalid) {
	changes := map[string]Change{}
	refused := &Invalid{Fields: map[string]string{}}
	for _, f := range fields {
		raw, ok := typed[f.Column]
		if !ok {
			continue
		}
		current := to.value(f.Column)
		if raw != "" && (raw == *current || f.Kind == Lines && lineBreaks.Replace(raw) == *current) {
			continue // what was stored under other rules stays until it is changed
		}
		value, err := f.clean(raw)
		if err != nil {
			refused.Fields[f.Column] = err.Error()
			continue
		}
		if *current != value {
			changes[f.Column] = Change{Old: orNull(*current), New: orNull(value)}
			*current = value
		}
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return changes, nil
}

// clean returns a typed value as it is stored, or the message for who typed it.
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
	if err := f.fits(value); err != nil {
		return "", err
	}
	if value, err = f.Kind.check(f, value); err != nil {
		return "", err
	}
	return value, f.fits(value)
}

func (f Field) fits(value string) error {
	if n := utf8.RuneCountInString(value); n > f.Max {
		return messageError(fmt.Sprintf("Use at most %d characters; this has %d", f.Max, n))
	}
	return nil
}

// messageError is an error whose text is meant for the person who typed.
type messageError string

func (e messageError) Error() string { return string(e) }

// plainText is a value as it is kept, trimmed. It refuses what no keyboard types:
// bad UTF-8 and control characters (line breaks and tabs too, unless lines are
// allowed), and in one line what turns the direction of all around it.
func plainText(s string, lines bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", messageError("Remove the characters that cannot be read")
	}
	if lines {
		s = lineBreaks.Replace(s)
	} else if strings.ContainsFunc(s, text.TurnsDirection) {
		return "", messageError("Remove the marks that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069)")
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

// isEmpty tells whether a typed value is kept as none, because nothing in it can be seen.
func isEmpty(typed string) bool {
	value, err := plainText(typed, true)
	return err == nil && value == ""
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// visible tells the characters one can see from spaces and from those that
// only steer others, like the mark that turns the direction of writing.
func visible(c rune) bool { return unicode.IsGraphic(c) && !unicode.IsSpace(c) }

func invisible(c rune) bool { return !visible(c) }

// isVisibleAlone tells the characters that alone show something: visible ones, but for those that
// only choose a shape and the letters and patterns that are blank.
func isVisibleAlone(c rune) bool {
	return visible(c) && c != '\u2800' && !unicode.In(c, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// website completes a bare domain to https and takes http and https only.
func website(s string) (string, error) {
	refused := messageError("Enter a web address, like harborpine.example or https://harborpine.example")
	if strings.ContainsFunc(s, invisible) || strings.ContainsAny(s, `<>"\^{}|`+"`") {
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
	return s, nil
}

// isScheme tells whether s may stand before the colon of a URL (RFC 3986, 3.1);
// what stands before the colon of a bare a.example/Talk:Page may not.
func isScheme(s string) bool {
	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

func isPort(s string) bool {
	if end := strings.IndexAny(s, "/?#"); end >= 0 {
		s = s[:end]
	}
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// email checks the form of an address: one mailbox at a domain with a dot.
func email(s string) (string, error) {
	refused := messageError("Enter an email with a domain, like elif@harborpine.example")
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsAny(s, `<>"`) || strings.ContainsFunc(s, invisible) {
		return "", refused
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	if !strings.Contains(domain, ".") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.HasPrefix(domain, "[") {
		return "", refused
	}
	return text.FoldEmail(s), nil
}
