package wording

import (
	"strings"

	"clientregistry/db"
)

// TokenState is the state of a token, see db.Token.State.
func TokenState(state string) string {
	return map[string]string{
		"active": "Active", "ending": "Ends soon", "partial": "Works in part", "no rights": "Has no effect",
		"expired": "Ended", "revoked": "Revoked",
	}[state]
}

// Permissions lists what permissions allow, inside a sentence.
func Permissions(all []db.Permission) string {
	var words []string
	for _, p := range all {
		words = append(words, strings.ToLower(p.Words()[:1])+p.Words()[1:])
	}
	return strings.Join(words, "; ")
}
