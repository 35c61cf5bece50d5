package db

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// NotPublic means that nothing is sent to an address, see Options.WebhookAllow.
type NotPublic struct{ Addr netip.Addr }

func (e *NotPublic) Error() string {
	return fmt.Sprintf("%s is not a public address, so nothing is sent to it; whoever runs the server can allow it"+
		" with --webhook-allow", e.Addr)
}

// MayReach returns NotPublic if webhooks may not reach an address. The sender asks it for each connection.
func (d *DB) MayReach(addr netip.Addr) error {
	addr = addr.WithZone("").Unmap()
	covers := func(p netip.Prefix) bool { return p.Contains(addr) }
	if slices.ContainsFunc(d.webhookAllow, covers) {
		return nil
	}
	public := publicIPv6.Contains(addr) || addr.Is4()
	if !public || slices.ContainsFunc(specialNetworks, covers) {
		return &NotPublic{addr}
	}
	return nil
}

// webhookURL returns why changes cannot be sent to an address, or "". Where it leads is checked when something is sent.
func webhookURL(typed string) string {
	u, err := url.Parse(typed)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return "Enter a web address, like https://hooks.pinestreet.example/crm"
	case u.User != nil:
		return "Leave out the name and the password; the receiver knows a delivery by its signature"
	case u.Fragment != "" || strings.HasSuffix(typed, "#"):
		return "Leave out the part from # on; it is never sent"
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "Enter a port from 1 to 65535, or none"
		}
	}
	return ""
}

// publicIPv6 has all public IPv6 addresses. Outside of it are loopback, link-local, unique local and
// multicast ones, and those that stand for IPv4.
var publicIPv6 = netip.MustParsePrefix("2000::/3")

// specialNetworks are not public, see https://www.iana.org/assignments/iana-ipv4-special-registry and
// iana-ipv6-special-registry.
var specialNetworks = prefixes(
	"0.0.0.0/8",                         // unspecified
	"10.0.0.0/8",                        // private
	"100.64.0.0/10",                     // behind a carrier's NAT
	"127.0.0.0/8",                       // loopback
	"169.254.0.0/16",                    // link-local, also the metadata of clouds
	"172.16.0.0/12",                     // private
	"192.0.0.0/24",                      // protocols
	"192.0.2.0/24",                      // documentation
	"192.88.99.0/24",                    // relays to IPv6
	"192.168.0.0/16",                    // private
	"198.18.0.0/15",                     // benchmarks
	"198.51.100.0/24", "203.0.113.0/24", // documentation
	"224.0.0.0/4",   // multicast
	"240.0.0.0/4",   // reserved and broadcast
	"2001::/23",     // protocols, Teredo among them
	"2001:db8::/32", // documentation
	"2002::/16",     // stand for IPv4 (6to4)
	"3fff::/20",     // documentation
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}
