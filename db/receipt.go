package db

import (
	"context"
	"sync/atomic"
)

// Receipt tells whether a change was committed under a context. An error after that must not say
// that nothing was changed.
type Receipt struct{ saved atomic.Bool }

type receiptKey struct{}

// WithReceipt returns a context whose commits are marked on the receipt.
func WithReceipt(ctx context.Context) (context.Context, *Receipt) {
	r := new(Receipt)
	return context.WithValue(ctx, receiptKey{}, r), r
}

// Saved reports whether a change was committed.
func (r *Receipt) Saved() bool { return r.saved.Load() }

// markSaved marks a commit on the context's receipt, if there is one.
func markSaved(ctx context.Context) {
	if r, ok := ctx.Value(receiptKey{}).(*Receipt); ok {
		r.saved.Store(true)
	}
}
