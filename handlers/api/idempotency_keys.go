package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// maxKey is how long an idempotency key can be.
const maxKey = 200

// runIdempotent runs the handler of a POST. If the request has an Idempotency-Key, the store keeps the key
// with the change and does not make it twice. So if a handler fails, the change may have been made
// before, or meanwhile by the same request sent again. It is then answered with what is stored now:
// 404 if the record is gone or out of sight. A refused request leaves its key free.
func (a *API) runIdempotent(c *gin.Context, r route) error {
	values := c.Request.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return r.handler(a, c)
	}
	k, err := idempotencyKey(c, values)
	if err != nil {
		return err
	}
	plain := c.Request
	c.Request = plain.WithContext(db.WithIdempotencyKey(plain.Context(), k))
	err = r.handler(a, c)
	c.Request = plain // what is written from here on, like a refusal, is not the request's change
	if err == nil || middleware.Saved(c) {
		return err
	}
	made, unknown := a.db.DoneBefore(plain.Context(), k)
	switch {
	case errors.Is(unknown, db.ErrKeyUsed):
		return unknown
	case unknown != nil:
		return err
	}
	c.Header("Idempotent-Replayed", "true")
	return r.again(a, c, made)
}

// idempotencyKey reads the request's key and what it is for. The handler can read the body again.
func idempotencyKey(c *gin.Context, values []string) (k db.IdempotencyKey, err error) {
	key := values[0]
	hidden := strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' })
	if len(values) > 1 || key == "" || len(key) > maxKey || hidden {
		return k, middleware.Unreadable("Send one Idempotency-Key of 1 to 200 visible ASCII characters")
	}
	body, err := bodyOf(c)
	if err != nil {
		return k, err
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.New()
	io.WriteString(sum, c.Request.Method+" "+c.Request.URL.EscapedPath()+"\n")
	sum.Write(body)
	return db.IdempotencyKey{TokenID: middleware.Token(c).ID, Key: key, ContentSHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}
