package db

import (
	"slices"
	"strings"
	"unicode"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
)

// People trust pages because of the names on them, so a name of a user or role that only looks like
// another one is refused (Unicode Technical Standard 39).

// looksLike reports whether two names can be mistaken for each other, ignoring similar letters of
// other alphabets, width, case, spaces and invisible characters.
func looksLike(a, b string) bool {
	alike := func(a, b string) bool { return strings.EqualFold(confusable.Skeleton(a), confusable.Skeleton(b)) }
	a, b = skeleton(a), skeleton(b)
	return alike(a, b) || alike(strings.ToLower(a), strings.ToLower(b)) // a capital I looks like l and reads like i
}

// skeleton removes invisible characters and normalizes the shapes of letters.
func skeleton(s string) string {
	return strings.Map(func(c rune) rune {
		if !isVisibleAlone(c) {
			return -1
		}
		return c
	}, norm.NFKC.String(s))
}

// alphabets lists the alphabets that have letters resembling each other's.
var alphabets = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic}

// mixesAlphabets reports whether a word of a name mixes alphabets that have similar letters.
func mixesAlphabets(name string) bool {
	words := strings.FieldsFunc(norm.NFKC.String(name), func(c rune) bool { return !unicode.In(c, unicode.L, unicode.M, unicode.Cf) })
	return slices.ContainsFunc(words, func(word string) bool {
		of := -1
		for _, c := range word {
			i := slices.IndexFunc(alphabets, func(a *unicode.RangeTable) bool { return unicode.Is(a, c) })
			if i >= 0 && of >= 0 && i != of {
				return true
			}
			of = max(of, i)
		}
		return false
	})
}

// plainName returns why a name is refused because it mixes alphabets, or "".
func plainName(name string) string {
	if mixesAlphabets(name) {
		return "Use one alphabet in each word; this mixes letters that look alike"
	}
	return ""
}

// refuseLookalike returns Invalid if a changed email or name of an account looks like somebody
// else's. Exactly the same full name is allowed.
func (t *tx) refuseLookalike(u User, changes map[string]Change) error {
	refused := &Invalid{Fields: map[string]string{}}
	_, emailed := changes["email"]
	_, named := changes["full_name"]
	if emailed {
		refused.add("email", plainName(u.Email))
	}
	if named {
		refused.add("full_name", plainName(u.FullName))
	}
	rows, err := t.Query("SELECT email, full_name FROM users WHERE id <> ? ORDER BY full_name, id", u.ID)
	others, err := sqlite.Collect(rows, err, func(r sqlite.Row) (other User, err error) {
		return other, r.Scan(&other.Email, &other.FullName)
	})
	if err != nil {
		return err
	}
	for _, other := range others {
		if emailed && !strings.EqualFold(u.Email, other.Email) && looksLike(u.Email, other.Email) {
			refused.add("email", "This looks like the email of "+text.Isolate(other.FullName)+
				t.emailBeside(other)+". Use one that cannot be mistaken for it")
		}
		if named && u.FullName != other.FullName && looksLike(u.FullName, other.FullName) {
			refused.add("full_name", "This looks like "+text.Isolate(other.FullName)+
				t.emailBeside(other)+", who has an account. Write it so that nobody mistakes one for the other")
		}
	}
	if len(refused.Fields) > 0 {
		return refused
	}
	return nil
}

// emailBeside returns another account's email in parentheses, if the actor may see it.
func (t *tx) emailBeside(other User) string {
	if !t.by.Can(ManageUsers) {
		return ""
	}
	return " (" + text.Isolate(other.Email) + ")"
}
