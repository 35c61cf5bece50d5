package jobs

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func newContext(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

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
	if newWebhooks(nil, Options{}).client.Transport.(*http.Transport).Proxy != nil {
		t.Error("webhooks go through a proxy")
	}
}
