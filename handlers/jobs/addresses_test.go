package jobs

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func newContext(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

func TestWhichAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"93.184.216.34": true, "1.1.1.1": true, "172.32.0.1": true, "100.128.0.1": true, "192.0.1.1": true,
		"2606:2800:220:1::1": true, "2a00:1450:4001::1": true,
		"127.0.0.1": false, "127.255.255.255": false, "0.0.0.0": false, "0.1.2.3": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "100.127.255.255": false,
		"192.0.0.1": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "fc00::1": false, "fd12::1": false,
		"ff02::1": false, "2001:db8::1": false, "100::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:93.184.216.34": true,
		"::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "2001::1": false,
	} {
		err := addressFilter(nil).control("tcp", net.JoinHostPort(address, "443"), nil)
		if (err == nil) != public {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && !strings.Contains(err.Error(), "--webhook-allow") {
			t.Errorf("%s: %v does not say what to do", address, err)
		}
	}
	allowed := addressFilter{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")}
	for address, may := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "fd12::1": true, "fd13::1": false, "127.0.0.1": false,
	} {
		if err := allowed.control("tcp", net.JoinHostPort(address, "443"), nil); (err == nil) != may {
			t.Errorf("%s with networks allowed: %v", address, err)
		}
	}
}

// names answers every question for an A record with the address that is set.
type names struct{ addr atomic.Pointer[[4]byte] }

// newNames starts a name server and makes the sender ask it.
func newNames(t *testing.T, j *Jobs) *names {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	n := &names{}
	go n.serve(server)
	j.webhooks.dialer.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	return n
}

func (n *names) serve(server net.PacketConn) {
	buffer := make([]byte, 2048)
	for {
		size, from, err := server.ReadFrom(buffer)
		if err != nil {
			return
		}
		var asked dnsmessage.Message
		if asked.Unpack(buffer[:size]) != nil {
			continue
		}
		answer := dnsmessage.Message{Header: dnsmessage.Header{ID: asked.ID, Response: true}, Questions: asked.Questions}
		for _, q := range asked.Questions {
			if q.Type == dnsmessage.TypeA {
				answer.Answers = append(answer.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 1},
					Body:   &dnsmessage.AResource{A: *n.addr.Load()},
				})
			}
		}
		if packed, err := answer.Pack(); err == nil {
			server.WriteTo(packed, from)
		}
	}
}

// TestANameThatLeadsInsideIsRefused: also one that led elsewhere before.
func TestANameThatLeadsInsideIsRefused(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t) // may reach 127.0.0.1, but nothing else on this machine
	n := newNames(t, x.Jobs)
	r := newReceiver(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	_, port, err := net.SplitHostPort(strings.TrimPrefix(r.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	n.addr.Store(&[4]byte{127, 0, 0, 1})
	h, _ := x.hook("http://hooks.pinestreet.example:" + port)
	x.Acme(t)
	x.due(h)
	equal(t, "told", r.types(), "organization.created")
	n.addr.Store(&[4]byte{127, 0, 0, 2})
	x.Maya(t)
	x.due(h)
	equal(t, "told after the name changed", r.types(), "organization.created")
	last := x.deliveries(h)[1]
	equal(t, "state", last.State, "retrying")
	if !strings.Contains(last.Last.Failure, "127.0.0.2 is not a public address") {
		t.Errorf("it says %q", last.Last.Failure)
	}
}

// TestNoProxyIsUsed: it would connect to addresses that are refused here.
func TestNoProxyIsUsed(t *testing.T) {
	t.Parallel()
	if newWebhooks(Options{}).client.Transport.(*http.Transport).Proxy != nil {
		t.Error("webhooks go through a proxy")
	}
}
