package handlerstest

import (
	"iter"

	"clientregistry/db/dbtest"
)

// EveryEighth returns all elements with their numbers, or under the race detector every eighth,
// beginning elsewhere for each nth case: it makes requests ten times as slow and finds nothing new in
// those sent one after another. make test runs tests that use this both ways.
func EveryEighth[E any](nth int, all []E) iter.Seq2[int, E] {
	return func(yield func(int, E) bool) {
		for n, one := range all {
			if (!dbtest.RaceDetector || (n+nth)%8 == 0) && !yield(n, one) {
				return
			}
		}
	}
}
