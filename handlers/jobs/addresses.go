package jobs

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// addressFilter has the networks that webhooks may reach besides public ones.
type addressFilter []netip.Prefix

// refusedAddress means that an address is not public.
type refusedAddress struct{ addr netip.Addr }

func (e *refusedAddress) Error() string {
	return fmt.Sprintf("%s is not a public address, so nothing is sent to it; whoever runs the server can allow it"+
		" with --webhook-allow", e.addr)
}

// control is for net.Dialer. It sees the address of each connection after the name was looked up, so
// that no name leads to an address that is refused.
func (f addressFilter) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("the address of a receiver: %w", err)
	}
	addr := to.Addr().WithZone("").Unmap()
	covers := func(p netip.Prefix) bool { return p.Contains(addr) }
	if slices.ContainsFunc(f, covers) {
		return nil
	}
	public := publicIPv6.Contains(addr) || addr.Is4()
	if !public || slices.ContainsFunc(specialNetworks, covers) {
		return &refusedAddress{addr}
	}
	return nil
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
