package handlers

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"clientregistry/static"
)

var commonPasswords = sync.OnceValue(func() map[string]bool {
	common := map[string]bool{}
	for _, p := range static.CommonPasswords() {
		common[p] = true
	}
	return common
})

// RefusePassword returns what is wrong with a new password, or "". It needs 8 to 128 characters of
// any kind, and must not be a common one (OWASP ASVS 6.2).
func RefusePassword(password, email string) string {
	password = norm.NFC.String(password) // the form that is hashed
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return "Use characters that can be typed"
	case n < 8:
		return "Use at least 8 characters; 15 or more is better"
	case n > 128:
		return "Use at most 128 characters"
	case commonPasswords()[lower]:
		return "Choose another one: it is among the passwords that are guessed first"
	case lower == strings.ToLower(email) || lower == local:
		return "Choose one that is not your email"
	case strings.ReplaceAll(lower, " ", "") == "clientregistry":
		return "Choose one that is not the name of this program"
	}
	return ""
}
