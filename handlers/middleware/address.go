package middleware

import (
	"net/netip"
	"slices"
	"sync"

	"github.com/gin-gonic/gin"
)

// forwardedFor is the one header that a proxy can name its client's address in.
const forwardedFor = "X-Forwarded-For"

// Address is where a request comes from, for locks, sessions, the history and the
// log: its peer, or whom a trusted proxy names.
func Address(c *gin.Context) string { return c.ClientIP() }

// peers are the addresses that requests come from directly.
type peers struct {
	trusted []string // addresses or networks of proxies

	mu     sync.Mutex
	warned []string
}

// maxWarned bounds the peers that the log names.
const maxWarned = 3

// distrusts tells whether a peer names clients though it is no trusted proxy,
// and was not named in the log yet.
func (p *peers) distrusts(peer string) bool {
	address, err := netip.ParseAddr(peer)
	if err != nil || slices.ContainsFunc(p.trusted, func(network string) bool { return covers(network, address) }) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.warned) >= maxWarned || slices.Contains(p.warned, peer) {
		return false
	}
	p.warned = append(p.warned, peer)
	return true
}

// covers tells whether an address is in a network, or the same one.
func covers(network string, address netip.Addr) bool {
	if same, err := netip.ParseAddr(network); err == nil {
		return same.Unmap() == address.Unmap()
	}
	prefix, err := netip.ParsePrefix(network)
	return err == nil && prefix.Contains(address.Unmap())
}

// watchPeers logs a proxy that nobody trusts: all who come through it would be
// one address to the locks.
func (s *Stack) watchPeers(c *gin.Context) {
	if c.GetHeader(forwardedFor) == "" {
		return
	}
	if peer := c.RemoteIP(); s.peers.distrusts(peer) {
		s.log.Warn("X-Forwarded-For is ignored: it comes from a peer that is not a trusted proxy. If that is your proxy, name it, "+
			"or wrong passwords of one person lock all who come through it; if not, somebody forges the header",
			"peer", peer, "option", "--trusted-proxies "+peer)
	}
}
