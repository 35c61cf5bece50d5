package db

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
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

// rule is one column that people may change: its name, its limit in
// characters, and the form of its values.
type rule struct {
	column   string
	words    string // what a person calls it
	max      int
	lines    bool                         // line breaks are part of it
	required string                       // the message when it is empty; "" allows that
	check    func(string) (string, error) // form of a value that is not empty; may complete it
}

// record is what rules read and write: the current value of each column.
type record interface{ value(column string) *string }

// apply sets the typed fields on a record. It returns what changed, by column,
// or the messages for what is refused; then the record is not to be kept.
func apply(rules []rule, typed Fields, to record) (map[string]Change, *Invalid) {
	changes := map[string]Change{}
	refused := &Invalid{Fields: map[string]string{}}
	for _, r := range rules {
		raw, ok := typed[r.column]
		if !ok {
			continue
		}
		value, err := r.clean(raw)
		if err != nil {
			refused.Fields[r.column] = err.Error()
			continue
		}
		current := to.value(r.column)
		if *current != value {
			changes[r.column] = Change{Old: orNull(*current), New: orNull(value)}
			*current = value
		}
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return changes, nil
}

func (r rule) clean(raw string) (string, error) {
	value, err := plainText(raw, r.lines)
	if err != nil {
		return "", err
	}
	if value == "" {
		if r.required != "" {
			return "", messageError(r.required)
		}
		return "", nil
	}
	if r.check != nil {
		if value, err = r.check(value); err != nil {
			return "", err
		}
	}
	if n := utf8.RuneCountInString(value); n > r.max {
		return "", messageError(fmt.Sprintf("Use at most %d characters; this has %d", r.max, n))
	}
	return value, nil
}

// messageError is an error whose text is meant for the person who typed.
type messageError string

func (e messageError) Error() string { return string(e) }

// plainText trims a value and refuses what no keyboard types: bad UTF-8 and
// control characters (line breaks and tabs too, unless lines are allowed).
func plainText(s string, lines bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", messageError("Remove the characters that cannot be read")
	}
	if lines {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	s = strings.TrimSpace(s)
	for _, c := range s {
		if unicode.IsControl(c) && !(lines && (c == '\n' || c == '\t')) {
			return "", messageError("Remove line breaks and control characters")
		}
	}
	return s, nil
}

// website completes a bare domain to https and takes http and https only.
func website(s string) (string, error) {
	refused := messageError("Enter a web address, like harborpine.example or https://harborpine.example")
	if strings.ContainsFunc(s, unicode.IsSpace) || strings.ContainsAny(s, `<>"\^{}|`+"`") {
		return "", refused
	}
	if scheme, rest, ok := strings.Cut(s, ":"); !ok || (!strings.HasPrefix(rest, "//") && isPort(rest)) {
		s = "https://" + s
	} else if !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return "", refused
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Opaque != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", refused
	}
	host := u.Hostname()
	if !strings.Contains(strings.Trim(host, "."), ".") && host != "localhost" {
		return "", refused
	}
	return s, nil
}

func isPort(s string) bool {
	port, _, _ := strings.Cut(s, "/")
	return port != "" && strings.Trim(port, "0123456789") == ""
}

// email checks the form of an address: one mailbox at a domain with a dot.
func email(s string) (string, error) {
	refused := messageError("Enter an email with a domain, like elif@harborpine.example")
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsAny(s, " <>\"") {
		return "", refused
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	if !strings.Contains(domain, ".") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.HasPrefix(domain, "[") {
		return "", refused
	}
	return s, nil
}

var unaccent = runes.Remove(runes.In(unicode.Mn))

// special folds the letters that Unicode does not decompose.
var special = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i")

// SortKey folds text for sorting and searching: lower case, without accents,
// so that Émile stands beside Emile.
func SortKey(s string) string {
	folded, _, err := transform.String(transform.Chain(norm.NFKD, unaccent, norm.NFC), s)
	if err != nil {
		folded = s
	}
	return special.Replace(strings.ToLower(folded))
}

// words are the runs of letters and digits of folded text.
func words(s string) []string {
	return strings.FieldsFunc(SortKey(s), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) })
}
