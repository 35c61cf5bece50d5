package secrets

import (
	"crypto/rand"
	"hash/crc32"
	"regexp"
	"strings"
)

// A token is tokenPrefix, tokenRandom random letters and digits, and a checksum of those, by which
// secret scanners recognize one.
const (
	tokenPrefix   = "crt_"
	tokenRandom   = 34
	tokenChecksum = 6
	base62        = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewToken returns a token with about 202 random bits.
func NewToken() string {
	random := make([]byte, 0, tokenRandom)
	for one := make([]byte, 1); len(random) < tokenRandom; {
		rand.Read(one)
		if one[0] < 4*62 { // the rest would make some characters likelier
			random = append(random, base62[one[0]%62])
		}
	}
	return tokenPrefix + string(random) + checksum(string(random))
}

// IsToken reports whether s has the form and the checksum of a token.
func IsToken(s string) bool {
	rest, ok := strings.CutPrefix(s, tokenPrefix)
	if !ok || len(rest) != tokenRandom+tokenChecksum || strings.Trim(rest, base62) != "" {
		return false
	}
	return rest[tokenRandom:] == checksum(rest[:tokenRandom])
}

var tokens = regexp.MustCompile(tokenPrefix + "[0-9A-Za-z]{40}")

// HideTokens removes tokens from a text that people read or that is recorded.
func HideTokens(s string) string { return tokens.ReplaceAllString(s, tokenPrefix+"…") }

// checksum returns the CRC-32 (IEEE) of s in base 62.
func checksum(s string) string {
	sum, digits := crc32.ChecksumIEEE([]byte(s)), [tokenChecksum]byte{}
	for i := tokenChecksum - 1; i >= 0; i-- {
		digits[i] = base62[sum%62]
		sum /= 62
	}
	return string(digits[:])
}
