package dbtest

import (
	"iter"
	"testing"
)

// The race detector makes the steps of a test ten times as slow, and finds nothing new in those made
// one after another. Tests of many such steps use one of these; make test runs them both ways.

// Steps returns n, or under the race detector an eighth of it and at least 1.
func Steps(n int) int {
	if RaceDetector {
		return max(n/8, 1)
	}
	return n
}

// EveryEighth returns all elements with their numbers, or under the race detector every eighth,
// beginning elsewhere for each nth case.
func EveryEighth[E any](nth int, all []E) iter.Seq2[int, E] {
	return func(yield func(int, E) bool) {
		for n, one := range all {
			if (!RaceDetector || (n+nth)%8 == 0) && !yield(n, one) {
				return
			}
		}
	}
}

// Whole skips a test that cannot take a sample under the race detector. A line of the Makefile must run it without.
func Whole(t testing.TB) {
	t.Helper()
	if RaceDetector {
		t.Skip("runs without the race detector only")
	}
}
