package middleware

import (
	"errors"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"
)

const (
	maxBody   = 1 << 20 // bytes in a form
	maxFields = 200     // fields in a form
)

func limitBody(c *gin.Context) {
	if c.Request.Body != nil {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
	}
}

var (
	// ErrForm means that the form cannot be read.
	ErrForm = errors.New("the form cannot be read")
	// ErrType means that the body is not a form.
	ErrType = errors.New("the body is not a form")
)

// ReadForm parses the body as a form of at most maxFields fields; the ids of a batch do not count.
// It returns ErrForm, ErrType or a *http.MaxBytesError.
func ReadForm(c *gin.Context) error {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if c.GetHeader("Content-Type") != "" && (err != nil || kind != "application/x-www-form-urlencoded") {
		return ErrType
	}
	if coding := c.GetHeader("Content-Encoding"); coding != "" && coding != "identity" {
		return ErrType
	}
	if err := c.Request.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return ErrForm
	}
	n := 0
	for name, values := range c.Request.PostForm {
		if name != "id" {
			n += len(values)
		}
	}
	if n > maxFields {
		return ErrForm
	}
	return nil
}
