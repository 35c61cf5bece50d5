package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// Document describes all operations, as OpenAPI 3.1 in YAML.
//
//go:embed openapi.yaml
var Document []byte

var documentTag = sync.OnceValue(func() string {
	sum := sha256.Sum256(Document)
	return `"` + hex.EncodeToString(sum[:6]) + `"`
})

// document answers with the document itself, or 304 if the program has it.
func (a *API) document(c *gin.Context) error {
	c.Header("Content-Type", "application/yaml; charset=utf-8") // RFC 9512
	c.Header("Cache-Control", "no-cache")
	c.Header("ETag", documentTag())
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(Document))
	return nil
}
