package middleware

import (
	"net/netip"
	"slices"
	"sync"

	"github.com/gin-gonic/gin"
)

// forwardedFor is the only header that a proxy may name its client in.
const forwardedFor = "X-Forwarded-For"

// Address returns the address of the client, for locks, sessions, the history and the log: the
// peer, or the one that a trusted proxy names.
func Address(c *gin.Context) string { return c.ClientIP() }

// peers are the addresses that connect to the server.
type peers struct {
	trusted []string // addresses or networks of proxies

	mu     sync.Mutex
	warned []string
}

// maxWarned bounds how many peers the log names.
const maxWarned = 3

// shouldWarn reports whether a peer that is no trusted proxy names a client, the first time only.
func (p *peers) shouldWarn(peer string) bool {
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

// covers reports whether network, a network or a single address, contains address.
func covers(network string, address netip.Addr) bool {
	if same, err := netip.ParseAddr(network); err == nil {
		return same.Unmap() == address.Unmap()
	}
	prefix, err := netip.ParsePrefix(network)
	return err == nil && prefix.Contains(address.Unmap())
}

// watchPeers logs a proxy that is not trusted, because locks would treat all its clients as one
// address.
func (s *Stack) watchPeers(c *gin.Context) {
	if c.GetHeader(forwardedFor) == "" {
		return
	}
	if peer := c.RemoteIP(); s.peers.shouldWarn(peer) {
		s.log.Warn("X-Forwarded-For is ignored: it comes from a peer that is not a trusted proxy. If that is your proxy, name it, "+
			"or one person's wrong passwords lock out everybody behind it; if it is not, somebody forges the header",
			"peer", peer, "option", "--trusted-proxies "+peer)
	}
}
