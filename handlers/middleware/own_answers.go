package middleware

import (
	"bytes"
	"context"
	"net"
	"net/http"
)

// CoverOwnAnswers adds our headers to the answers that net/http gives by itself, to malformed or
// refused requests. It changes the server and returns the listener to serve on.
//
// net/http writes those answers to the connection before any handler runs, and has no hook for
// them. So each connection tracks whether a handler is answering; what is written at other times is
// net/http's own.
func (s *Stack) CoverOwnAnswers(server *http.Server, l net.Listener) net.Listener {
	handler := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connKey{}).(*conn); ok {
			c.answering = true
		}
		handler.ServeHTTP(w, r)
	})
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if c, ok := c.(*conn); ok && state == http.StateIdle { // the answer is complete and the next request has not been read
			c.answering = false
		}
	}
	var lines bytes.Buffer
	s.everywhere.Write(&lines) // to memory, which never fails
	return listener{l, lines.Bytes()}
}

type connKey struct{}

type listener struct {
	net.Listener
	headers []byte // as header lines
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &conn{TCPConn: tcp, headers: l.headers}, err
	}
	return c, err
}

// conn adds headers to answers that no handler gives. Only the goroutine that serves the connection
// changes answering.
type conn struct {
	*net.TCPConn
	headers   []byte
	answering bool
}

// Write adds the headers after the status line of an answer by net/http itself.
func (c *conn) Write(p []byte) (int, error) {
	status, rest, found := bytes.Cut(p, []byte("\r\n"))
	if c.answering || !found || !bytes.HasPrefix(status, []byte("HTTP/1.")) {
		return c.TCPConn.Write(p)
	}
	if _, err := c.TCPConn.Write(bytes.Join([][]byte{status, []byte("\r\n"), c.headers, rest}, nil)); err != nil {
		return 0, err
	}
	return len(p), nil
}
