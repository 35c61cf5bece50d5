package text

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

var webAddress = regexp.MustCompile(`(?i)^(?:https?://)?(?:www\.)?((?:[\pL\d-]+\.)+\pL{2,})(:\d+)?([/?#]\S*)?$`)

// WebHost returns the host of a typed web address, without www. It returns "" for other texts.
func WebHost(typed string) string {
	if !strings.Contains(typed, ".") {
		return ""
	}
	if m := webAddress.FindStringSubmatch(strings.TrimSpace(typed)); m != nil {
		return readableHost(m[1])
	}
	return ""
}

// PlainAddress returns the host of a web address, and the email of a link to one. It returns other texts as they are.
func PlainAddress(typed string) string {
	if host := WebHost(typed); host != "" {
		return host
	}
	rest, ok := withoutScheme(typed, "mailto:")
	if !ok {
		return typed
	}
	email, _, _ := strings.Cut(rest, "?")
	return email
}

// ReadableAddress returns a URL with its host as people read it.
func ReadableAddress(address string) string {
	if !inPunycode(address) {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if rest, ok := strings.CutPrefix(address, u.Scheme+"://"+u.Hostname()); ok {
		return u.Scheme + "://" + readableHost(u.Hostname()) + rest
	}
	return address
}

// readableHost returns a host as people read and type it: müller.example for xn--mller-kva.example, which browsers copy. It
// returns the host itself if that is no valid name of this kind, or if the name would not lead to it.
func readableHost(host string) string {
	if !inPunycode(host) {
		return host
	}
	name, err := idna.Lookup.ToUnicode(host)
	if err != nil || strings.ContainsFunc(name, IsBlank) {
		return host
	}
	if back, err := idna.Lookup.ToASCII(name); err != nil || back != strings.ToLower(host) {
		return host
	}
	return name
}

func inPunycode(address string) bool { return strings.Contains(strings.ToLower(address), "xn--") }
